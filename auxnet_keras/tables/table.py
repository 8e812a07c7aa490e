"""A table and its forms: Markdown, CSV, LaTeX, HTML and the terminal."""

import csv
import dataclasses
import io
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

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

    def _repr_html_(self) -> str:
        return self.html()

    def show(self, title: str = "") -> None:
        """Prints it to the terminal, below the lines of its title.

        Cells break between words. A table that is too wide nevertheless loses its frame, and then
        each row becomes lines of its own.
        """
        from rich import box
        from rich.console import Console
        from rich.table import Table as RichTable
        from rich.text import Text

        names = [printable(name) for name in (self.corner, *self.columns)]
        rows = [[printable(text) for text in row] for row in self._shown()]
        console = Console()
        for line in title.splitlines():
            console.print(Text(printable(line)))
        widths, least = _widths([names, *rows])
        framed, plain = 3 * len(names) + 1, 2 * (len(names) - 1)
        if not console.is_terminal:  # a file has no columns
            console.width = max(console.width, sum(widths) + framed)
        if sum(least) + framed <= console.width:
            table, room = RichTable(), console.width - framed
        elif sum(least) + plain <= console.width:
            look: dict[str, Any] = {"box": box.SIMPLE_HEAD, "show_edge": False, "pad_edge": False}
            table, room = RichTable(padding=(0, 1, 0, 0), **look), console.width - plain
        else:
            for label, *cells in rows:
                console.print(Text(label, "bold"))
                for name, cell in zip(names[1:], cells, strict=True):
                    console.print(Text(f"  {name}: {cell}"))
            return
        for number, (name, width) in enumerate(
            zip(names, _shrunk(widths, least, room), strict=True)
        ):
            table.add_column(Text(name), justify="right" if number else "left", width=width)
        for row in rows:
            table.add_row(*map(Text, row))
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


def _widths(rows: list[list[str]]) -> tuple[list[int], list[int]]:
    """The columns that each column takes, and the fewest that break no word."""
    from rich.cells import cell_len

    columns = list(zip(*rows, strict=True))
    widths = [max(map(cell_len, column)) for column in columns]
    words = ([word for text in column for word in text.split()] for column in columns)
    return widths, [max(map(cell_len, found), default=0) for found in words]


def _shrunk(widths: list[int], least: list[int], room: int) -> list[int]:
    """Widths that fit, the first columns shrunk first: they have labels, the others numbers."""
    fitting = list(widths)
    for number, smallest in enumerate(least):
        excess = sum(fitting) - room
        fitting[number] -= max(0, min(excess, fitting[number] - smallest))
    return fitting


def _plain(cell: Cell) -> str:
    if isinstance(cell, str):
        return escape.csv(cell)
    return "" if _missing(cell) else repr(cell)


def _missing(cell: float | None) -> bool:
    return cell is None or math.isnan(cell)
