"""The Learning Boost paper's scatter of losses, and its table of a class's region."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from auxnet_keras import plots
from auxnet_keras.core.tasks import TASKS
from auxnet_keras.experiments.reports.boost_tables import (
    LOSSES,
    loss_table,
    shows_both_directions,
)
from auxnet_keras.experiments.reports.groups import Group
from auxnet_keras.experiments.reports.scored import Scored
from auxnet_keras.experiments.reports.section import Section
from auxnet_keras.experiments.reports.table_rows import arms_of

_TEXT = (
    "Validation losses at the epoch that was best for the main task of each arm. The paper shows "
    "the best of many restarts; here large dots are means over all seeds, and faint dots are "
    "runs. Lines: each task alone."
)


def boost_section(group: Group, out: Path) -> Section | None:
    """Scatter and table of both losses; `None` if only one task is ever the main task."""
    if not shows_both_directions(group.runs):
        return None
    points = {
        arm: pairs for arm in arms_of(group.runs) if (pairs := _pairs(group.runs, arm)) is not None
    }
    figures = {}
    if points:
        path = out / "losses.png"
        unit = group.runs[0].config.depth_unit
        labels = ("segmentation: cross-entropy", f"depth: L1{f' [{unit}]' if unit else ''}")
        plots.scatter_broken_axis(points, path, labels=labels, lines=_singles(group.runs))
        figures["Losses of both tasks"] = path
    return Section("Each task as the main task", _TEXT, {"losses": loss_table(group)}, figures)


def _pairs(runs: Sequence[Scored], arm: str) -> list[tuple[float, float]] | None:
    """Both losses of each run of an arm with two tasks; diverged ones are in the table only."""
    own = [run for run in runs if run.arm == arm and len(run.config.tasks) == 2]
    pairs = [
        (float(x), float(y))
        for run in own
        if (x := run.scores.get(LOSSES[0])) is not None
        and (y := run.scores.get(LOSSES[1])) is not None
        and np.isfinite([x, y]).all()
    ]
    return pairs or None


def _singles(runs: Sequence[Scored]) -> tuple[float | None, float | None]:
    """The mean loss of each task trained alone."""
    found = []
    for key, task in zip(LOSSES, TASKS, strict=True):
        values = [run.scores.get(key) for run in runs if run.config.tasks == (task,)]
        finite = [value for value in values if value is not None and np.isfinite(value)]
        found.append(float(np.mean(finite)) if finite else None)
    return found[0], found[1]
