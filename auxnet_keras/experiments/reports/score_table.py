"""Tables of means over seeds: mean ± standard deviation, the best in bold, published rows apart."""

import csv
import dataclasses
import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from auxnet_keras.experiments.reports.scores import DASH
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.write_errors import writing
from auxnet_keras.tables import escape


@dataclasses.dataclass(frozen=True)
class Cell:
    """A number with its standard deviation, or text.

    Attributes:
        value: The number; `None` for text, or if there is none.
        deviation: Over seeds; `None` for a single one.
        digits: Decimals shown; the CSV has all of them.
        text: Shown instead of the number.
        best: Whether it is the best of its column.
        signed: Whether a plus is shown: of a difference.
    """

    value: float | None = None
    deviation: float | None = None
    digits: int = 2
    text: str = ""
    best: bool = False
    signed: bool = False

    def __str__(self) -> str:
        if self.text:
            return self.text
        if self.value is None:
            return DASH
        shown = f"{self.value:,.{self.digits}f}" if self.digits == 0 else self._fixed(self.value)
        if self.signed and round(self.value, self.digits) >= 0:
            shown = f"{'+' if round(self.value, self.digits) else ''}{shown.lstrip('-')}"
        return shown if self.deviation is None else f"{shown} ± {self._fixed(self.deviation)}"

    def _fixed(self, value: float) -> str:
        return f"{value:.{self.digits}f}"


@dataclasses.dataclass(frozen=True)
class Row:
    """A row; a published one is not a result of this package and never the best."""

    label: str
    cells: tuple[Cell, ...]
    published: bool = False


@dataclasses.dataclass(frozen=True)
class ScoreTable:
    """A table of rows; `corner` names what they are."""

    corner: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def markdown(self) -> str:
        """A GitHub Markdown table."""
        lines = [
            _line(map(escape.markdown, (self.corner, *self.columns))),
            f"|---|{'---:|' * len(self.columns)}",
        ]
        for row in self.rows:
            texts = [escape.markdown(str(cell)) for cell in row.cells]
            cells = [
                f"**{text}**" if cell.best else text
                for text, cell in zip(texts, row.cells, strict=True)
            ]
            label = escape.markdown(row.label)
            label = f"*{label}*" if row.published else label
            lines.append(_line([label, *cells]))
        return "\n".join(lines) + "\n"

    def csv(self) -> str:
        """Comma-separated, with all digits; a column ` sd` after each one with deviations."""
        spread = [any(r.cells[c].deviation is not None for r in self.rows) for c in self._range]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        header = [escape.csv(self.corner or "arm")]
        for c in self._range:
            name = escape.csv(self.columns[c])
            header += [name, f"{name} sd"] if spread[c] else [name]
        writer.writerow(header)
        for row in self.rows:
            line = [escape.csv(row.label)]
            for c, cell in enumerate(row.cells):
                line.append(escape.csv(cell.text) if cell.text else _full(cell.value))
                if spread[c]:
                    line.append(_full(cell.deviation))
            writer.writerow(line)
        return text.getvalue()

    def latex(self) -> str:
        """A `tabular` that uses the package booktabs."""
        lines = [f"\\begin{{tabular}}{{l{'r' * len(self.columns)}}}", "\\toprule"]
        lines.append(" & ".join(map(escape.latex, [self.corner, *self.columns])) + r" \\")
        lines.append("\\midrule")
        for row in self.rows:
            cells = [_bold(cell) for cell in row.cells]
            label = escape.latex(row.label)
            lines.append(
                " & ".join([f"\\textit{{{label}}}" if row.published else label, *cells]) + r" \\"
            )
        return "\n".join([*lines, "\\bottomrule", "\\end{tabular}"]) + "\n"

    def html(self) -> str:
        """A `<table>`."""
        head = "".join(f"<th>{escape.html(name)}</th>" for name in (self.corner, *self.columns))
        body = []
        for row in self.rows:
            kind = ' class="published"' if row.published else ""
            cells = "".join(
                f"<td>{'<b>' if cell.best else ''}{escape.html(str(cell))}"
                f"{'</b>' if cell.best else ''}</td>"
                for cell in row.cells
            )
            body.append(f"<tr{kind}><th>{escape.html(row.label)}</th>{cells}</tr>")
        return (
            f"<table><thead><tr>{head}</tr></thead>\n<tbody>{chr(10).join(body)}</tbody></table>\n"
        )

    def write(self, folder: Path, name: str) -> None:
        """Writes `<name>.md`, `<name>.csv` and `<name>.tex`."""
        for ending, text in (("md", self.markdown()), ("csv", self.csv()), ("tex", self.latex())):
            path = folder / f"{name}.{ending}"
            with writing(path):
                write_file(path, text)

    @property
    def _range(self) -> range:
        return range(len(self.columns))


def mark_best(rows: Sequence[Row], larger_is_better: Sequence[bool | None]) -> tuple[Row, ...]:
    """The rows with the best measured cells of each column marked.

    Args:
        rows: As measured and published.
        larger_is_better: Of each column; `None` for one without a best. Of equal values none is.
    """
    best: list[float | None] = []
    for c, larger in enumerate(larger_is_better):
        given = [row.cells[c].value for row in rows if not row.published]
        values = [value for value in given if value is not None]
        choose = max if larger else min
        best.append(choose(values) if len(set(values)) > 1 and larger is not None else None)
    return tuple(
        dataclasses.replace(
            row,
            cells=tuple(
                dataclasses.replace(cell, best=value is not None and cell.value == value)
                for cell, value in zip(row.cells, best, strict=True)
            ),
        )
        if not row.published
        else row
        for row in rows
    )


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _full(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else repr(value)


def _bold(cell: Cell) -> str:
    text = escape.latex(str(cell)).replace("±", r"$\pm$")
    return f"\\textbf{{{text}}}" if cell.best else text
