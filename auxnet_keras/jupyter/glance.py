"""The state of a run folder at one moment, drawn from its files alone."""

import base64
import dataclasses
import tempfile
from pathlib import Path

from auxnet_keras.core.printable import printable
from auxnet_keras.errors import AuxnetError
from auxnet_keras.experiments.outputs.figures import write_curves
from auxnet_keras.experiments.run.run import Run, load_run
from auxnet_keras.tables import escape

LINES, BYTES = 3, 4000
"""The last lines of log.txt, from its last bytes."""


@dataclasses.dataclass(frozen=True)
class Glance:
    """What there is to see of a run.

    Attributes:
        about: A line about the run, for the terminal.
        table: The run as an HTML table, or an HTML line that says what it waits for.
        log: The last lines of its log.
        pictures: Its curves, and its class weights if it has any, as PNGs.
        finished: Whether no more will come.
        whole: Whether all files could be read; a writer may be at work in one that could not.
    """

    about: str
    table: str
    log: str = ""
    pictures: tuple[bytes, ...] = ()
    finished: bool = False
    whole: bool = True

    def __repr__(self) -> str:
        return "\n".join(filter(None, (self.about, self.log)))

    def _repr_html_(self) -> str:
        encoded = (base64.b64encode(picture).decode() for picture in self.pictures)
        images = (f'<img style="max-width: 100%" src="data:image/png;base64,{e}">' for e in encoded)
        return f"{self.table}<pre>{escape.html_lines(self.log)}</pre>{''.join(images)}"


def glance(folder: Path, before: Glance | None = None) -> Glance:
    """Looks at a run folder.

    Args:
        folder: The folder; it need not exist yet.
        before: The last look: its pictures stay while files cannot be read.
    """
    pictures = before.pictures if before else ()
    if not (folder / "config.yaml").is_file():
        waiting = f"waiting for a run in {printable(str(folder))}"
        return Glance(waiting, f"<p>{escape.html(waiting)}</p>")
    try:
        run = load_run(folder)
        about, table, log = repr(run), run._repr_html_(), _last_lines(folder / "log.txt")
        return Glance(about, table, log, _pictures(run), run.finished)
    except (AuxnetError, OSError) as error:
        problem = printable(str(error))
        return Glance(problem, f"<p>{escape.html(problem)}</p>", "", pictures, whole=False)


def _pictures(run: Run) -> tuple[bytes, ...]:
    with tempfile.TemporaryDirectory() as place:
        write_curves(run, Path(place))
        files = (Path(place) / name for name in ("curves.png", "class_weights.png"))
        return tuple(file.read_bytes() for file in files if file.is_file())


def _last_lines(file: Path) -> str:
    if not file.is_file():
        return ""
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - BYTES))
        text = opened.read(BYTES).decode(errors="replace")
    return "\n".join(printable(line) for line in text.splitlines()[-LINES:])
