"""The catalogue's export formats."""

from collections.abc import Iterator

from auxnet_keras.export.catalogue import FORMATS, Format
from generate.markdown import code, table


def pages() -> Iterator[tuple[str, str]]:
    """One page."""
    rows = [
        (
            code(name),
            code(f"ak.export.{entry.code.rpartition(':')[2]}"),
            code(entry.file),
            entry.about,
            _needed(entry),
        )
        for name, entry in FORMATS.items()
    ]
    header = ("format", "function", "file in the export folder", "loaded by", "needs")
    yield "export_formats.md", "\n".join([_HEAD, table(header, rows), _TAIL])


def _needed(entry: Format) -> str:
    extra = entry.extra or ("tensorflow" if entry.tensorflow else "")
    return code(f"pip install 'auxnet_keras[{extra}]'") if extra else "nothing"


_HEAD = """# Export formats

`auxnet export RUN --to FORMAT,...` writes the main task alone, without the auxiliary decoder and
the loss weights.
"""

_TAIL = """
Where TensorFlow is needed, `auxnet export` uses it whichever backend trained the run.

Each export is loaded again and must reproduce the model's output on a test image;
`verification.json` next to it records the largest difference. If an export differs, the command
fails and writes nothing.
"""
