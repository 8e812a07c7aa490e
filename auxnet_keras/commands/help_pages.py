"""Help pages that break lines between words only, and fit a narrow terminal."""

import re
import textwrap
from collections.abc import Sequence
from functools import partial
from typing import Any

from typer.core import TyperCommand, TyperGroup

_LEAST = 40  # columns for the help next to an option; with fewer it goes below
_BELOW = 6


class HelpCommand(TyperCommand):
    """A command with such a help page."""

    def get_help(self, ctx: Any) -> str:
        return _page(self, ctx)


class HelpGroup(TyperGroup):
    """A group of commands with such a help page."""

    def get_help(self, ctx: Any) -> str:
        return _page(self, ctx)


def _page(command: Any, ctx: Any) -> str:
    formatter = ctx.make_formatter()
    formatter.write_dl = partial(_write_list, formatter)
    formatter.write_text = partial(_write_text, formatter)
    command.format_help(ctx, formatter)
    return formatter.getvalue().rstrip("\n")


def _write_list(
    formatter: Any, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
) -> None:
    """Writes options or commands with their help, as Typer's own formatter does."""
    left = " " * formatter.current_indent
    room = formatter.width - formatter.current_indent
    first = min(max(len(term) for term, _ in rows), col_max) + col_spacing
    if room - first < _LEAST:
        first = _BELOW
    for term, text in rows:
        lines = _wrapped(text, room - first)
        beside = len(term) + col_spacing <= first
        formatter.write(f"{left}{term:{first}}{lines.pop(0)}\n" if beside else f"{left}{term}\n")
        for line in lines:
            formatter.write(f"{left}{'':{first}}{line}\n")


def _write_text(formatter: Any, text: str) -> None:
    indent = " " * formatter.current_indent
    paragraphs = (
        "\n".join(indent + line for line in _wrapped(paragraph, formatter.width - len(indent)))
        for paragraph in re.split(r"\n\s*\n", text.strip())
    )
    formatter.write("\n\n".join(paragraphs) + "\n")


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]
