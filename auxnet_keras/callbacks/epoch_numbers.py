"""The numbers of epochs in a history: from 1, as in every message."""


def counted_from_one(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows of a history, whose `epoch` version 0.1.0 counted from 0.

    Raises:
        ValueError: An epoch is not a number.
    """
    if not rows or rows[0].get("epoch") != "0":
        return rows
    return [{**row, "epoch": str(int(row["epoch"]) + 1)} for row in rows]
