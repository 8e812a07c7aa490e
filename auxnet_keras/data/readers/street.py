"""The built-in street scenes as a data set: drawn once, then read like SYNTHIA."""

import contextlib
import dataclasses
import json
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

import platformdirs

from auxnet_keras.data.frame import Frame
from auxnet_keras.data.readers.synthia import SynthiaSource
from auxnet_keras.errors import DataError
from auxnet_keras.safety import read_text
from auxnet_keras.street.layouts import synthia_image

SCENES = 240
SEED = 0

logger = logging.getLogger("auxnet_keras")


class StreetSource(SynthiaSource):
    """Reads the scenes in a folder; if it is empty or missing, draws `SCENES` as they are needed.

    Listing frames draws those that are listed and not there yet: with a `limit`, only as many.
    Without a folder, the scenes go to the user's cache folder. Interrupted drawing resumes. For
    another number, seed or size of scenes: `ak.data.street.write(root, count, seed)`.
    """

    info = dataclasses.replace(
        SynthiaSource.info,
        kind="street",
        licence="Apache-2.0",
        citation="Street scenes drawn by auxnet_keras.",
    )

    def __init__(self, root: str | Path | None = None) -> None:
        from auxnet_keras.street.write import VERSION

        cached = platformdirs.user_cache_path("auxnet_keras") / f"street-{VERSION}"
        root = Path(root or cached).expanduser()
        self._draws = _to_draw(root, VERSION)
        self._default = root if root == cached else None
        if self._draws:
            self._draw(root, [])  # claims the folder
        super().__init__(root)

    def discover(self) -> list[Frame]:
        return [_frame(self.root, n) for n in range(SCENES)] if self._draws else super().discover()

    def frames(
        self, split: str = "train", seed: int = 0, limit: int | None = None
    ) -> Sequence[Frame]:
        found = super().frames(split, seed, limit)
        missing = [frame for frame in found if self._draws and not frame.image.is_file()]
        if missing:
            logger.info("%s: drawing %d of %d street scenes", self.root, len(missing), SCENES)
            number_of = {synthia_image(index, SCENES): index for index in range(SCENES)}
            places = (frame.image.relative_to(self.root).as_posix() for frame in missing)
            self._draw(self.root, [number_of[place] for place in places])
        return found

    def _draw(self, root: Path, scenes: list[int]) -> None:
        from auxnet_keras.street.write import write

        with _naming_the_folder(self._default):
            write(root, SCENES, SEED, scenes=scenes)


def _frame(root: Path, index: int) -> Frame:
    """The frame of a scene, drawn or not."""
    image = PurePosixPath(synthia_image(index, SCENES))
    sequence, _, *view = image.parts
    place = PurePosixPath(*view)
    return Frame(
        name=(sequence / place.with_suffix("")).as_posix(),
        image=root / image,
        label=root / sequence / "GT/LABELS" / place,
        depth=root / sequence / "Depth" / place,
        sequence=sequence,
    )


@contextlib.contextmanager
def _naming_the_folder(default: Path | None) -> Iterator[None]:
    """Adds to an error about the default folder how to choose another one."""
    try:
        yield
    except DataError as error:
        if default is None:
            raise
        raise DataError(
            f"The user's cache folder cannot hold the built-in scenes; name another folder: "
            f"street:FOLDER. {error}"
        ) from error


def _to_draw(root: Path, version: int) -> bool:
    """Whether the folder is empty, missing, or was started by this class."""
    if not root.is_dir() or not any(root.iterdir()):
        return True
    try:
        record = json.loads(read_text(root / "street.json"))
    except (ValueError, RecursionError):
        return False
    begun = {"layout": "synthia", "count": SCENES, "seed": SEED, "version": version}
    return isinstance(record, dict) and begun.items() <= record.items()
