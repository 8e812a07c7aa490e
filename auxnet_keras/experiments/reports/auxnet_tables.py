"""The AuxNet paper's tables: IoU of every class, and the networks with their parameters."""

from collections.abc import Sequence

from auxnet_keras.experiments.reports import published
from auxnet_keras.experiments.reports.comparison import budgets
from auxnet_keras.experiments.reports.groups import Group
from auxnet_keras.experiments.reports.published_rows import PAPER, THEIRS, published_classes
from auxnet_keras.experiments.reports.score_table import Cell, Row, ScoreTable, mark_best
from auxnet_keras.experiments.reports.scored import Scored
from auxnet_keras.experiments.reports.section import Section
from auxnet_keras.experiments.reports.table_rows import arms_of, cell, labelled, of_arm

_MEAN = "mean IoU"


def class_section(group: Group) -> Section | None:
    """Table 1: IoU of every class in per cent; `None` without a segmentation."""
    runs = [run for run in group.runs if run.scores.get("mean_iou") is not None]
    if not runs:
        return None
    keys = dict.fromkeys(key for run in runs for key in run.scores if key.startswith("iou_"))
    names = [key.removeprefix("iou_") for key in keys]
    missing = [n for n in names if all(run.scores.get(f"iou_{n}") is None for run in runs)]
    columns = (*names, _MEAN)
    rows = []
    for labels, arm in _lines(runs):
        chosen = of_arm(runs, arm, labels)
        cells = [cell(chosen, f"iou_{name}", 100.0) for name in names]
        cells.append(cell(chosen, "mean_iou", 100.0))
        rows.append(Row(labelled(arm, labels, len(budgets(runs)) > 1), tuple(cells)))
    table = ScoreTable("IoU [%]", columns, mark_best(rows, [True] * len(columns)))
    theirs = published_classes(group.name, columns)
    table = ScoreTable(table.corner, columns, (*table.rows, *theirs))
    return Section("IoU of every class", _class_text(runs, missing, bool(theirs)), {"iou": table})


def network_section(group: Group) -> Section | None:
    """Table 2: mean IoU and parameters in training; `None` for one network alone."""
    runs = [run for run in group.runs if run.scores.get("mean_iou") is not None]
    if len({run.config.model for run in runs}) < 2:
        return None
    rows = []
    for labels, arm in _lines(runs):
        chosen = of_arm(runs, arm, labels)
        parameters = next((run.parameters for run in chosen if run.parameters), {})
        rows.append(
            Row(
                labelled(arm, labels, len(budgets(runs)) > 1),
                (
                    cell(chosen, "mean_iou", 100.0),
                    *(_count(parameters.get(when)) for when in ("trained", "deployed")),
                ),
            )
        )
    theirs = published.AUXNET_TABLE_2.get(published.kind_of(group.name), {})
    paper = [
        Row(f"{name} ({PAPER})", (Cell(iou), _count(parameters), Cell()), published=True)
        for name, (iou, parameters) in theirs.items()
    ]
    table = ScoreTable(
        "network",
        ("mean IoU [%]", "parameters in training", "parameters deployed"),
        (*mark_best(rows, [True, None, None]), *paper),
    )
    return Section("Networks and their parameters", "", {"networks": table})


def _lines(runs: Sequence[Scored]) -> list[tuple[int | None, str]]:
    """Budget and arm of each row."""
    return [
        (labels, arm)
        for labels in budgets(runs)
        for arm in arms_of(runs)
        if of_arm(runs, arm, labels)
    ]


def _class_text(runs: Sequence[Scored], missing: Sequence[str], theirs: bool) -> str:
    seeds = len({run.seed for run in runs})
    lines = [
        "Mean ± standard deviation over seeds, best in bold; a dash marks a class that is in "
        "neither the truth nor the prediction."
        if seeds > 1
        else "One seed, so no standard deviation. Best in bold."
    ]
    if missing:
        lines.append(f"No seed has pixels of {', '.join(missing)}.")
    if theirs:
        lines.append(THEIRS)
    return " ".join(lines)


def _count(value: int | None) -> Cell:
    return Cell(None if value is None else float(value), digits=0)
