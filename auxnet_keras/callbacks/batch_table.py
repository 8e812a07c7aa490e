"""CSV files with a row for some batches, such as weights.csv, which a resumed run continues."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from auxnet_keras.errors import DataError
from auxnet_keras.safety.bounded_read import MAX_TABLE, read_text
from auxnet_keras.storage.atomic import write_file

EPOCH = "epoch"
"""The column with the number of finished epochs: 3.25 is a quarter through the fourth one."""


def place_of(epoch: int, batch: int, params: Mapping[str, Any] | None) -> str:
    """The value of `EPOCH` after a batch.

    Args:
        epoch: Number of the epoch, from 0.
        batch: Number of the batch in it, from 0.
        params: Of the callback; they have the number of batches, if it is known.
    """
    steps = max((params or {}).get("steps") or 0, batch + 1)
    return f"{epoch + (batch + 1) / steps:.6f}"


def continue_table(path: Path, columns: Sequence[str], place: str) -> list[dict[str, Any]]:
    """Writes the file with the rows before `place`: the later ones are trained again.

    Returns:
        These rows.
    """
    kept = [row for row in read_rows(path) if float(row[EPOCH]) < float(place)]
    rows = [[row.get(name) or "" for name in columns] for row in kept]
    write_file(path, "".join(map(line, [columns, *rows])))
    return kept


def read_columns(path: Path) -> dict[str, list[float]]:
    """Column -> its values; empty without a file.

    Raises:
        DataError: The file is damaged.
    """
    columns: dict[str, list[float]] = {}
    for row in read_rows(path):
        for name, value in row.items():
            columns.setdefault(name, []).append(float(value or "nan"))
    return columns


def read_rows(path: Path) -> list[dict[str, Any]]:
    """All whole rows: a kill may have cut the last one.

    Raises:
        DataError: The file is damaged.
    """
    if not path.is_file():
        return []
    text = read_text(path, MAX_TABLE)
    rows = list(csv.DictReader(io.StringIO(text[: text.rfind("\n") + 1], newline="")))
    for number, row in enumerate(rows, start=2):
        try:
            [float(value or "nan") for value in (row[EPOCH], *row.values())]
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"{path}, line {number}, is not a row of numbers by batch. Expected the number of "
                "finished epochs and one number per column. Move the file away; a resumed run "
                f"writes a new one. Received: {type(error).__name__}."
            ) from error
    return rows


def line(values: Iterable[str]) -> str:
    """A line of the file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue()
