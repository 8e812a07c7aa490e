"""A table and its forms: Markdown, CSV, LaTeX, HTML and the terminal."""

import csv
import dataclasses
import io
import math
from collections.abc import Iterable
from pathlib import Path

from auxnet_keras.core.printable import printable
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.write_errors import writing
from auxnet_keras.tables import escape

Cell = str | float | None
"""Text, a number, or nothing."""


@dataclasses.dataclass(frozen=True)
class Table:
    """Rows with a label and one cell per column; names may contain anything.

    Attributes:
        columns: Their titles.
        rows: (label, one cell per column); `None` and NaN are shown as a dash.
        digits: Decimals shown; the CSV has all of them.
        corner: The title of the labels; if empty, the CSV, which needs one, has "score".
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    digits: int = 3
    corner: str = ""

    def markdown(self) -> str:
        """A GitHub Markdown table."""
        head = _line(map(escape.markdown, (self.corner, *self.columns)))
        lines = [head, f"|---|{'---:|' * len(self.columns)}"]
        lines += [_line(map(escape.markdown, row)) for row in self._shown()]
        return "\n".join(lines) + "\n"

    def csv(self) -> str:
        """Comma-separated, with all digits; a missing value is an empty field."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(map(escape.csv, (self.corner or "score", *self.columns)))
        for label, cells in self.rows:
            writer.writerow([escape.csv(label), *map(_plain, cells)])
        return text.getvalue()

    def latex(self) -> str:
        """A `tabular` that uses the package booktabs."""
        lines = [f"\\begin{{tabular}}{{l{'r' * len(self.columns)}}}", "\\toprule"]
        lines.append(" & ".join(map(escape.latex, (self.corner, *self.columns))) + r" \\")
        lines.append("\\midrule")
        lines += [" & ".join(map(escape.latex, row)) + r" \\" for row in self._shown()]
        return "\n".join([*lines, "\\bottomrule", "\\end{tabular}"]) + "\n"

    def html(self, title: str = "") -> str:
        """A `<table>`, with its title as caption."""
        head = "".join(f"<th>{escape.html(text)}</th>" for text in (self.corner, *self.columns))
        rows = (
            f"<tr>{''.join(f'<td>{escape.html(text)}</td>' for text in row)}</tr>"
            for row in self._shown()
        )
        caption = f"<caption>{escape.html(title)}</caption>" if title else ""
        body = f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
        return f"<table>{caption}{body}</table>"

    def show(self, title: str = "") -> None:
        """Prints it to the terminal, below the lines of its title."""
        from rich.console import Console
        from rich.table import Table as RichTable
        from rich.text import Text

        table = RichTable()
        for number, name in enumerate((self.corner, *self.columns)):
            table.add_column(Text(printable(name)), justify="right" if number else "left")
        for row in self._shown():
            table.add_row(*(Text(printable(text)) for text in row))
        console = Console()
        for line in title.splitlines():
            console.print(Text(printable(line)))
        console.print(table)

    def write(self, folder: Path, name: str = "results") -> None:
        """Writes `<name>.md`, `<name>.csv` and `<name>.tex`.

        Raises:
            DataError: A file cannot be written.
        """
        for ending, text in (("md", self.markdown()), ("csv", self.csv()), ("tex", self.latex())):
            path = folder / f"{name}.{ending}"
            with writing(path):
                write_file(path, text)

    def _shown(self) -> list[tuple[str, ...]]:
        return [(label, *map(self._text, cells)) for label, cells in self.rows]

    def _text(self, cell: Cell) -> str:
        if isinstance(cell, str):
            return cell
        return "-" if _missing(cell) else f"{cell:.{self.digits}f}"


def _line(texts: Iterable[str]) -> str:
    return "|" + "".join(f" {text} |" if text else " |" for text in texts)


def _plain(cell: Cell) -> str:
    if isinstance(cell, str):
        return escape.csv(cell)
    return "" if _missing(cell) else repr(cell)


def _missing(cell: float | None) -> bool:
    return cell is None or math.isnan(cell)
