"""The Learning Boost paper's tables: losses of both tasks, and the cost of a step."""

from collections.abc import Sequence

from auxnet_keras.core.tasks import TASKS
from auxnet_keras.experiments.reports import published
from auxnet_keras.experiments.reports.comparison import baseline_of
from auxnet_keras.experiments.reports.groups import Group
from auxnet_keras.experiments.reports.score_table import Cell, Row, ScoreTable, mark_best
from auxnet_keras.experiments.reports.scored import Scored
from auxnet_keras.experiments.reports.section import Section
from auxnet_keras.experiments.reports.table_rows import arms_of, cell

LOSSES = ("val_segmentation_loss", "val_depth_loss")
_PAPER = "Yim and Kim 2020"


def shows_both_directions(runs: Sequence[Scored]) -> bool:
    """Whether each task is the main task of some run."""
    return {run.main for run in runs} == {"segmentation", "depth"}


def loss_table(group: Group) -> ScoreTable:
    """Both tasks' validation losses at the epoch that was best for the main task."""
    rows = []
    for arm in arms_of(group.runs):
        runs = [run for run in group.runs if run.arm == arm]
        cells = tuple(
            cell(runs, key, digits=4) if task in runs[0].config.tasks else Cell()
            for key, task in zip(LOSSES, TASKS, strict=True)
        )
        rows.append(Row(arm, cells))
    theirs = published.LEARNING_BOOST_LOSSES.get(published.kind_of(group.name), {})
    paper = [
        Row(f"{name} ({_PAPER})", tuple(Cell(value, digits=4) for value in values), True)
        for name, values in theirs.items()
    ]
    columns = ("segmentation: cross-entropy", "depth: L1")
    return ScoreTable("arm", columns, (*mark_best(rows, [False, False]), *paper))


def runtime_section(group: Group, baselines: Sequence[str]) -> Section | None:
    """Table 2: seconds per step, also relative to the baseline; `None` if not recorded."""
    runs = [run for run in group.runs if run.scores.get("step_seconds") is not None]
    if len(arms_of(runs)) < 2:
        return None
    baseline = baseline_of(runs, baselines)
    base = cell([run for run in runs if run.arm == baseline], "step_seconds").value
    rows = []
    for arm in arms_of(runs):
        seconds = cell([run for run in runs if run.arm == arm], "step_seconds", digits=4)
        ratio = None if seconds.value is None or not base else seconds.value / base
        rows.append(Row(arm, (seconds, Cell(ratio))))
    linear = published.LEARNING_BOOST_TABLE_2["linear sum"]
    paper = [
        Row(f"{name} ({_PAPER})", (Cell(value, digits=4), Cell(value / linear)), True)
        for name, value in published.LEARNING_BOOST_TABLE_2.items()
    ]
    columns = ("seconds per step", f"times {baseline}")
    methods = any(run.config.weighting.startswith(("class-wise", "pareto")) for run in runs)
    text = (
        "Median over all epochs except the first, averaged over runs. Runs that shared a machine "
        "with others, or have other batch sizes, are not comparable."
    )
    if methods:
        text += (
            " The paper's rows are for batches of 8 on its machine, as multiples of its linear sum."
        )
    table = ScoreTable("arm", columns, (*rows, *(paper if methods else ())))
    return Section("Cost of a step", text, {"runtime": table})
