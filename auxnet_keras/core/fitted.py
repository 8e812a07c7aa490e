"""Lines that break between words where a terminal would break inside them."""

import shutil
import textwrap
from typing import Any


def fitted(text: str, stream: Any, indent: int = 0) -> str:
    """The text, each line broken between words at the width of a terminal.

    Words longer than a line, such as paths, stay whole, so that they can be copied.

    Args:
        text: Any text.
        stream: Where it will be written; if that is no terminal, nothing is broken.
        indent: Columns before the continuation of a line.
    """
    if not is_terminal(stream):
        return text
    width = max(shutil.get_terminal_size().columns - 1, 20)
    lines = [_broken(line, width, indent) for line in text.split("\n")]
    return "\n".join(lines)


def is_terminal(stream: Any) -> bool:
    """Whether a person reads the stream as it is written."""
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):  # not a file; closed
        return False


def _broken(line: str, width: int, indent: int) -> str:
    if len(line) <= width:
        return line
    lines = textwrap.wrap(
        line,
        width,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
    return "\n".join(lines)
