"""The papers' rows for tables of measured scores, where the classes are the same."""

from collections.abc import Sequence

from auxnet_keras.experiments.reports import published
from auxnet_keras.experiments.reports.score_table import Cell, Row

PAPER = "Chennupati et al. 2019"

THEIRS = (
    "Rows in italics are the paper's: other frames, another split, and settings that it does not "
    "state. Its mean IoU is not the mean over its classes."
)


def published_classes(data: str, columns: Sequence[str]) -> list[Row]:
    """Table 1 of the AuxNet paper: IoU of every class in per cent.

    Args:
        data: The kind of the data set; the paper has other frames of it.
        columns: Names of classes, and `mean IoU`.

    Returns:
        A row per network; none for other data, or where a class of the paper is missing.
    """
    rows = []
    for name, values in published.AUXNET_TABLE_1.get(published.kind_of(data), {}).items():
        by_class = dict(zip(published.AUXNET_CLASSES, values, strict=True))
        if any(value is not None and key not in columns for key, value in by_class.items()):
            return []
        cells = tuple(Cell(by_class.get(column)) for column in columns)
        rows.append(Row(f"{name} ({PAPER})", cells, published=True))
    return rows
