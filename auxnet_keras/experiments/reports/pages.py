"""Writes a report as a Markdown file and as a self-contained HTML page."""

import base64
import html
from collections.abc import Mapping, Sequence
from pathlib import Path

from auxnet_keras.experiments.reports.section import Section
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.write_errors import writing
from auxnet_keras.tables import escape

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #24292f; background: #fff; margin: 2rem auto;
  max-width: 75rem; padding: 0 1rem; }
h2 { border-bottom: 1px solid #d0d7de; padding-bottom: .2rem; margin-top: 2.5rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; margin: 1rem 0; white-space: nowrap; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid #d0d7de; text-align: right; }
th:first-child { text-align: left; }
tr.published { font-style: italic; color: #57606a; }
img { max-width: 100%; height: auto; }
figure { margin: 1.5rem 0; } figcaption { color: #57606a; font-size: 13px; }
.problems { background: #fff8e5; border-left: 4px solid #e69f00; padding: .5rem 1rem; }
"""


def write_markdown(
    title: str, lead: str, groups: Mapping[str, Sequence[Section]], path: Path
) -> None:
    """Writes the report as Markdown with links to its figures.

    Args:
        title: The heading.
        lead: Paragraphs below it.
        groups: Name of the data -> sections.
        path: The file.
    """
    lines = [f"# {title}", "", lead, ""]
    for name, sections in groups.items():
        lines += [f"## {escape.markdown(name)}", ""]
        for section in sections:
            lines += [f"### {escape.markdown(section.title)}", ""]
            lines += [section.text, ""] if section.text else []
            for table in section.tables.values():
                lines += [table.markdown()]
            for caption, figure in section.figures.items():
                where = figure.relative_to(path.parent).as_posix()
                shown = escape.markdown(caption)
                lines += [f"![{shown}](<{where}>)", "", f"*{shown}.*", ""]
    _write(path, "\n".join(lines).rstrip() + "\n")


def write_html(
    title: str,
    lead: str,
    problems: Sequence[str],
    groups: Mapping[str, Sequence[Section]],
    path: Path,
) -> None:
    """Writes the report as one page with embedded figures.

    Args:
        title: The heading.
        lead: Paragraphs below it.
        problems: Notes and what was left out, shown in a box.
        groups: Name of the data -> sections.
        path: The file.
    """
    parts = [f"<h1>{html.escape(title)}</h1>", _paragraphs(lead)]
    if problems:
        listed = "".join(f"<li>{html.escape(problem)}</li>" for problem in problems)
        parts.append(f'<div class="problems"><p>Notes and omissions:</p><ul>{listed}</ul></div>')
    for name, sections in groups.items():
        parts.append(f"<h2>{html.escape(name)}</h2>")
        parts += [_section(section) for section in sections]
    head = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n"
    )
    _write(path, head + "\n".join(parts) + "\n</body></html>\n")


def _section(section: Section) -> str:
    parts = [f"<h3>{html.escape(section.title)}</h3>", _paragraphs(section.text)]
    parts += [f'<div class="wide">{table.html()}</div>' for table in section.tables.values()]
    for caption, figure in section.figures.items():
        image = base64.b64encode(figure.read_bytes()).decode()
        alt = html.escape(caption, quote=True)
        parts.append(
            f'<figure><img alt="{alt}" src="data:image/png;base64,{image}">'
            f"<figcaption>{html.escape(caption)}.</figcaption></figure>"
        )
    return "\n".join(parts)


def _paragraphs(text: str) -> str:
    """Plain paragraphs and lists of `- ` lines as HTML."""
    parts = []
    for block in filter(None, text.split("\n\n")):
        lines = block.strip().splitlines()
        if all(line.startswith("- ") for line in lines):
            items = "".join(f"<li>{html.escape(line[2:])}</li>" for line in lines)
            parts.append(f"<ul>{items}</ul>")
        else:
            parts.append(f"<p>{html.escape(' '.join(lines))}</p>")
    return "\n".join(parts)


def _write(path: Path, text: str) -> None:
    with writing(path):
        write_file(path, text)
