"""Tables of results: one row a score, one column a run; for terminals, Markdown, CSV and LaTeX."""

import csv
import dataclasses
import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auxnet_keras.storage.atomic import write
from auxnet_keras.storage.write_errors import writing

LABELS = {
    "mean_iou": "mean IoU",
    "fw_iou": "frequency-weighted IoU",
    "micro_iou": "micro IoU",
    "pixel_accuracy": "pixel accuracy",
    "mean_class_accuracy": "mean class accuracy",
    "abs_rel": "abs rel",
    "sq_rel": "sq rel",
    "rmse": "RMSE [m]",
    "rmse_log": "RMSE log",
    "log10": "log10 error",
    "silog": "SI log",
    "delta_1": "delta < 1.25",
    "delta_2": "delta < 1.25^2",
    "delta_3": "delta < 1.25^3",
    "mae": "MAE [m]",
    "d1_all": "KITTI D1 [%]",
}


@dataclasses.dataclass(frozen=True)
class Table:
    """Scores of several runs.

    Attributes:
        columns: Names of the runs.
        rows: (label, one value a column); `None` and NaN are shown as a dash.
        digits: Decimals shown; the CSV has all.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float | None, ...]], ...]
    digits: int = 3

    def markdown(self) -> str:
        """A table of GitHub's Markdown."""
        lines = [f"| | {' | '.join(self.columns)} |", f"|---|{'---:|' * len(self.columns)}"]
        for label, values in self.rows:
            lines.append(f"| {label} | {' | '.join(map(self._text, values))} |")
        return "\n".join(lines) + "\n"

    def csv(self) -> str:
        """Comma-separated, with all digits; nothing between the commas where there is no value."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["score", *self.columns])
        for label, values in self.rows:
            writer.writerow([label, *("" if _missing(v) else repr(v) for v in values)])
        return text.getvalue()

    def latex(self) -> str:
        """A `tabular` for the package booktabs."""
        lines = [f"\\begin{{tabular}}{{l{'r' * len(self.columns)}}}", "\\toprule"]
        lines.append(" & ".join(["", *map(_escaped, self.columns)]) + r" \\")
        lines.append("\\midrule")
        for label, values in self.rows:
            lines.append(" & ".join([_escaped(label), *map(self._text, values)]) + r" \\")
        return "\n".join([*lines, "\\bottomrule", "\\end{tabular}"]) + "\n"

    def show(self, title: str) -> None:
        """Prints it to the terminal."""
        from rich.console import Console
        from rich.table import Table as RichTable
        from rich.text import Text

        table = RichTable()
        table.add_column("")
        for column in self.columns:
            table.add_column(Text(column), justify="right")
        for label, values in self.rows:
            table.add_row(Text(label), *map(self._text, values))
        console = Console()
        console.print(Text(title))
        console.print(table)

    def _text(self, value: float | None) -> str:
        return "-" if value is None or math.isnan(value) else f"{value:.{self.digits}f}"

    def write(self, folder: Path, name: str = "results") -> None:
        """Writes `<name>.md`, `<name>.csv` and `<name>.tex`."""
        for ending, text in (("md", self.markdown()), ("csv", self.csv()), ("tex", self.latex())):
            path = folder / f"{name}.{ending}"
            with writing(path):
                write(path, text)


def comparison(results: Mapping[str, Mapping[str, Any]]) -> Table:
    """The table of several evaluations.

    Args:
        results: Column name -> {"segmentation": {score: value}, "depth": {score: value}}, as
            `auxnet_keras.experiments.evaluate` returns them; either may be missing.

    Example:
        >>> comparison({run.name: run.results for run in runs}).markdown()
    """
    rows = []
    for task in ("segmentation", "depth"):
        scores = {key: None for one in results.values() for key in one.get(task, {})}
        for key in scores:
            values = tuple(one.get(task, {}).get(key) for one in results.values())
            rows.append((_label(key), values))
    return Table(tuple(results), tuple(rows))


def evaluation_table(results: Mapping[str, Any]) -> Table:
    """One run beside the position prior."""
    return comparison({"model": results, "position prior": results["position_prior"]})


def print_evaluation(results: Mapping[str, Any]) -> None:
    """Prints one run beside the position prior."""
    evaluation_table(results).show(
        f"{results['frames']} frames of {results['data']} ({results['split']}), native resolution"
    )


def _label(key: str) -> str:
    return f"IoU {key.removeprefix('iou_')}" if key.startswith("iou_") else LABELS.get(key, key)


def _missing(value: float | None) -> bool:
    return value is None or math.isnan(value)


def _escaped(text: str) -> str:
    for character in "_%&#":
        text = text.replace(character, f"\\{character}")
    return text.replace("<", "$<$").replace("^2", "$^2$").replace("^3", "$^3$")
