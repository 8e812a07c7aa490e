"""The parts of a report that need networks and data: predictions, and regions of classes."""

import math
from collections.abc import Sequence
from pathlib import Path

from auxnet_keras.errors import AuxnetError
from auxnet_keras.experiments.outputs.strip import strip
from auxnet_keras.experiments.reports import published
from auxnet_keras.experiments.reports.boost_tables import shows_both_directions
from auxnet_keras.experiments.reports.comparison import Comparison, baseline_of
from auxnet_keras.experiments.reports.groups import Group
from auxnet_keras.experiments.reports.score_table import Cell, Row, ScoreTable
from auxnet_keras.experiments.reports.scored import Scored
from auxnet_keras.experiments.reports.section import Section
from auxnet_keras.experiments.run.run import load_run

_ARMS = 4


def picture_section(
    group: Group, comparisons: Sequence[Comparison], baselines: Sequence[str], out: Path
) -> Section:
    """Paper A's Figure 4: the baseline, and the arms that differ most, of one seed."""
    runs = [run for run in group.runs if run.main == "segmentation"] or list(group.runs)
    baseline = baseline_of(runs, baselines)
    own = sorted(
        (one for one in comparisons if one.data == group.name and one.baseline == baseline),
        key=lambda one: -abs(one.result.difference) if one.result.n else math.inf,
    )
    arms = [baseline, *dict.fromkeys(one.arm for one in own)][:_ARMS]
    first = next(run for run in runs if run.arm == baseline)
    same = [run for run in runs if (run.seed, run.labels) == (first.seed, first.labels)]
    shown = {run.arm: run for arm in arms for run in same if run.arm == arm}
    title = "Image, truth, predictions, depth"
    try:
        source = first.config.source()
        path = out / "strip.png"
        strip({arm: load_run(run.path) for arm, run in shown.items()}, source, path)
    except AuxnetError as error:
        return Section(title, f"Not drawn, because the data or a network is missing. {error}")
    budget = "all labels" if first.labels is None else f"{first.labels} labels"
    return Section(title, "", {}, {f"Seed {first.seed}, {budget}": path})


def region_section(group: Group) -> Section | None:
    """Learning Boost's Table 1: depth inside and outside each class, alone and helped."""
    if not shows_both_directions(group.runs):
        return None
    pair = _depth_pair(group.runs)
    if pair is None:
        return None
    from auxnet_keras.experiments.score.class_regions import compare

    title = "Depth inside and outside each class"
    try:
        results = compare(*(str(run.path) for run in pair))
    except AuxnetError as error:
        return Section(title, f"Not measured, because the data is missing. {error}")
    rows = [_row("full image", results["full"])]
    for name, of_class in results["classes"].items():
        rows.append(_row(f"outside {name}", of_class["outside"]))
        rows.append(_row(f"inside {name}", of_class["inside"]))
    paper = [
        Row(f"{name} (Yim and Kim 2020)", tuple(Cell(v, digits=4) for v in values), True)
        for name, values in published.LEARNING_BOOST_TABLE_1.items()
    ]
    columns = tuple(run.arm for run in pair)
    table = ScoreTable("log L1 of depth", columns, (*rows, *paper))
    return Section(title, f"Seed {pair[0].seed}.", {"regions": table})


def _depth_pair(runs: Sequence[Scored]) -> tuple[Scored, Scored] | None:
    """Depth alone, and the plain sum of both losses, with the same seed."""
    alone = [run for run in runs if run.config.tasks == ("depth",)]
    both = [
        run
        for run in runs
        if len(run.config.tasks) == 2 and run.config.weighting in ("none", "fixed:1,1")
    ]
    both.sort(key=lambda run: run.main != "depth")
    return next(
        ((a, b) for a in alone for b in both if (a.seed, a.labels) == (b.seed, b.labels)), None
    )


def _row(label: str, scores: dict[str, list[float | None]]) -> Row:
    return Row(label, tuple(Cell(value, digits=4) for value in scores["log_l1"]))
