"""Markdown elements for the generated pages."""

from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells may contain Markdown, and `|` in them is escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines) + "\n"


def code(text: object) -> str:
    """A value as code; an empty value stays empty."""
    return f"`{text}`" if str(text) else ""


def autodoc(directive: str, target: str, *options: str) -> str:
    """An autodoc directive in Markdown."""
    lines = [f".. {directive}:: {target}", *(f"   :{option}:" for option in options)]
    return "\n".join(["```{eval-rst}", *lines, "```", ""])


def listing(entries: Iterable[str]) -> str:
    """The table of contents of a generated page, hidden: the sidebar shows it."""
    return "\n".join(["```{toctree}", ":hidden:", "", *entries, "```", ""])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
