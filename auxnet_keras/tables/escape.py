"""Escapes untrusted text in a table: every format shows it and none parses it as markup.

Names of classes, runs and folders can contain anything that a file or YAML can.
"""

import html as markup
import re

from auxnet_keras.core.printable import printable

_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": "$<$",
    ">": "$>$",
    "|": "$|$",
    "±": r"$\pm$",
    '"': r"\textquotedbl{}",
    "–": "--",
    **{letter: f"\\{letter}" for letter in "{}$&%#_"},
}
# The last alternatives: the "(" of a link, the first letter of a tag, an emphasis around a word.
_MARKDOWN = re.compile(r"[\\|`*~$&]|(?<=\])\(|<(?=\S)|(?<![^\W_])_|_(?![^\W_])")


def markdown(text: str) -> str:
    """For a cell in GitHub Markdown."""
    return _MARKDOWN.sub(r"\\\g<0>", printable(text))


def latex(text: str) -> str:
    """For a cell of a `tabular`; a digit after `^` is an exponent."""
    escaped = ""
    for part in re.split(r"(\^\d)", printable(text)):
        if re.fullmatch(r"\^\d", part):
            escaped += f"${part}$"
        else:
            escaped += "".join(_LATEX.get(letter, letter) for letter in part)
    # After the \\ of the row above, a bracket would set the height of a gap.
    return "{[}" + escaped[1:] if escaped.startswith("[") else escaped


def csv(text: str) -> str:
    """For a cell of a CSV file: spreadsheets run text that begins like a formula."""
    text = printable(text)
    if not text.startswith(("=", "+", "-", "@")):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


def html(text: str) -> str:
    """For a cell, a caption or a paragraph of HTML."""
    return markup.escape(printable(text))


def html_lines(text: str) -> str:
    """For several lines of text in HTML, as in `<pre>`."""
    return "\n".join(map(html, text.splitlines()))
