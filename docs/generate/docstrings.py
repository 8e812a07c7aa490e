"""Converts docstrings from the project's Markdown to reStructuredText for Sphinx."""

import re
from typing import Any

_SPAN = re.compile(r"(`[^`]+`)")  # may span lines
_SPECIAL = re.compile(r"(?<![`\w])([*|])(?=\S)|(?<=\w)_(?=\W|$)")
_SKIP = re.compile(r"\s*# doctest: .*")
_SECTION = re.compile(r"^(Args|Attributes|Inputs|Returns|Raises|Example|Reference|Note|Yields):$")


def to_rst(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Changes `lines` in place; a handler for Sphinx's `autodoc-process-docstring`.

    Single backticks are code; a block after a blank line that is indented further than the text
    above it is a formula and is shown verbatim.
    """
    lines[:] = converted(lines)
    if what in ("attribute", "data", "property"):
        lines.insert(0, "")  # otherwise napoleon takes the text before a colon for the type


def converted(lines: list[str]) -> list[str]:
    """The docstring in reStructuredText, before napoleon converts its sections."""
    written: list[str] = []
    prose: list[str] = []
    section = False
    verbatim: int | None = None  # the indent of the text above the block being copied
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if line.strip() and verbatim is not None and indent <= verbatim:
            verbatim = None
        if verbatim is None and _is_formula(lines, number, section):
            verbatim = _indent_above(lines, number)
            prose += [f"{' ' * verbatim}.. code-block:: text", ""]
        if indent == 0 and line.strip():
            section = bool(_SECTION.match(line))
        if verbatim is None and not line.lstrip().startswith((">>> ", "... ")):
            prose.append(line)
            continue
        written += [*_inline(prose), _SKIP.sub("", line)]
        prose = []
    return written + _inline(prose)


def _is_formula(lines: list[str], number: int, section: bool) -> bool:
    line = lines[number]
    if not line.strip() or number == 0 or lines[number - 1].strip() or section:
        return False
    return len(line) - len(line.lstrip()) > _indent_above(lines, number)


def _indent_above(lines: list[str], number: int) -> int:
    above = next((line for line in reversed(lines[:number]) if line.strip()), "")
    return len(above) - len(above.lstrip())


def _inline(lines: list[str]) -> list[str]:
    """Lines of prose with code and special characters as Sphinx expects them."""
    parts = _SPAN.split("\n".join(lines))
    marked = [
        f"`{part}`" if _SPAN.fullmatch(part) else _SPECIAL.sub(_escaped, part) for part in parts
    ]
    # A letter after code needs an escaped space between them: `Callback`s.
    marked = [f"\\ {part}" if part[:1].isalnum() and n else part for n, part in enumerate(marked)]
    return "".join(marked).split("\n") if lines else []


def _escaped(match: re.Match[str]) -> str:
    return f"\\{match[0]}"
