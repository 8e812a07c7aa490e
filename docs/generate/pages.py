"""Writes all generated pages, except unchanged ones, so that a second build is quick."""

from collections.abc import Iterator
from pathlib import Path

from generate import (
    api,
    commands,
    data_sets,
    depth_losses,
    formats,
    networks,
    optimization,
    settings,
    weightings,
)

MAKERS = (
    *(commands, settings, weightings, networks, depth_losses, optimization),
    *(data_sets, formats, api),
)


def pages() -> Iterator[tuple[str, str]]:
    """Path below `docs/generated`, and its Markdown."""
    for maker in MAKERS:
        yield from maker.pages()


def write(folder: Path) -> None:
    """Writes all pages into `folder` and removes those no longer generated."""
    current = dict(pages())
    for path in folder.rglob("*.md"):
        if str(path.relative_to(folder)) not in current:
            path.unlink()
    for name, text in current.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
