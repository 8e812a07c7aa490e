"""Writes a report as a Markdown file and as a self-contained HTML page."""

import base64
import dataclasses
import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from auxnet_keras.core.printable import printable
from auxnet_keras.experiments.reports.section import Section
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.write_errors import writing
from auxnet_keras.tables import escape

_TEMPLATES = Path(__file__).with_name("templates")


@dataclasses.dataclass(frozen=True)
class Page:
    """What a report says.

    Attributes:
        title: The heading.
        lead: Paragraphs below it.
        tiles: (name, value) of a few facts shown large.
        notes: What was left out, and why; shown in a box.
        groups: Heading -> sections; the heading may be empty.
    """

    title: str
    lead: str
    groups: Mapping[str, Sequence[Section]]
    tiles: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()


def write_markdown(page: Page, path: Path) -> None:
    """Writes the report as Markdown with links to its figures.

    Raises:
        DataError: The file cannot be written.
    """
    lines = [f"# {escape.markdown(page.title)}", "", page.lead, ""]
    if page.tiles:
        lines += [*(f"- {name}: {escape.markdown(value)}" for name, value in page.tiles), ""]
    if page.notes:
        lines += ["Notes and omissions:", "", *(f"- {note}" for note in page.notes), ""]
    for name, sections in page.groups.items():
        lines += [f"## {escape.markdown(name)}", ""] if name else []
        for section in sections:
            lines += [f"{'###' if name else '##'} {escape.markdown(section.title)}", ""]
            lines += _markdown(section, path.parent)
    _write(path, "\n".join(lines).rstrip() + "\n")


def write_html(page: Page, path: Path) -> None:
    """Writes the report as one page that needs no other file and no network.

    Every text is escaped, and the page's own content security policy lets no script run but the one
    that sorts its tables.

    Raises:
        DataError: The file cannot be written.
    """
    import jinja2

    from auxnet_keras.experiments.reports.embedding import embedded

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
    )
    environment.filters |= {"embedded": embedded, "blocks": _blocks}
    script, style = (
        (_TEMPLATES / name).read_text(encoding="utf-8") for name in ("page.js", "page.css")
    )
    digest = hashlib.sha256(script.encode()).digest()
    text = environment.get_template("page.html").render(
        page=page,
        script=script,
        style=style,
        script_hash=base64.b64encode(digest).decode(),
    )
    _write(path, text + "\n")


def _shown(value: Any) -> Any:
    """Text without control characters; what is markup already has none from outside."""
    if type(value) is str:
        return "\n".join(map(printable, value.split("\n")))
    return value


def _blocks(text: str) -> list[str | list[str]]:
    """Paragraphs, and the items of lists of `- ` lines."""
    blocks: list[str | list[str]] = []
    for block in filter(None, map(str.strip, text.split("\n\n"))):
        lines = block.splitlines()
        if all(line.startswith("- ") for line in lines):
            blocks.append([line[2:] for line in lines])
        else:
            blocks.append(" ".join(lines))
    return blocks


def _markdown(section: Section, folder: Path) -> list[str]:
    lines = [section.text, ""] if section.text else []
    lines += [table.markdown() for table in (*section.tables.values(), *section.facts.values())]
    for caption, text in section.code.items():
        longest = max(map(len, re.findall("`+", text)), default=0)
        fence = "`" * max(3, longest + 1)
        lines += [f"{escape.markdown(caption)}:", "", fence, text.rstrip("\n"), fence, ""]
    for caption, figure in section.figures.items():
        where = Path(os.path.relpath(figure, folder)).as_posix()
        shown = escape.markdown(caption)
        lines += [f"![{shown}](<{where}>)", "", f"*{shown}.*", ""]
    return lines


def _write(path: Path, text: str) -> None:
    with writing(path):
        write_file(path, text)
