"""The catalogue's export formats."""

from collections.abc import Iterator

from auxnet_keras.export.catalogue import FORMATS
from generate.markdown import code, table


def pages() -> Iterator[tuple[str, str]]:
    """One page."""
    rows = [
        (
            code(name),
            code(f"ak.export.{entry.code.rpartition(':')[2]}"),
            code(entry.file),
            entry.about,
            code(f"pip install 'auxnet_keras[{entry.extra}]'") if entry.extra else "nothing",
        )
        for name, entry in FORMATS.items()
    ]
    header = ("format", "function", "file in the export folder", "loaded by", "needs")
    yield "export_formats.md", "\n".join([_HEAD, table(header, rows), _TAIL])


_HEAD = """# Export formats

`auxnet export RUN --to FORMAT,...` writes the main task alone, without the auxiliary decoder and
the loss weights.
"""

_TAIL = """
Each export is loaded again and must reproduce the model's output on a test image;
`verification.json` next to it records the largest difference. If an export differs, the command
fails and writes nothing.
"""
