"""Compares every arm with the baseline, at every budget of labels."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from auxnet_keras.experiments.reports.groups import Group
from auxnet_keras.experiments.reports.scored import Scored
from auxnet_keras.experiments.reports.scores import MAIN_SCORES, Score
from auxnet_keras.experiments.statistics.holm import holm
from auxnet_keras.experiments.statistics.label_curve import Worth, labels_worth
from auxnet_keras.experiments.statistics.paired import Paired, paired
from auxnet_keras.experiments.statistics.verdict import verdict


@dataclasses.dataclass(frozen=True)
class Comparison:
    """One arm against its baseline or control, at one budget.

    Attributes:
        data, labels, arm, baseline: What is compared; `labels` is `None` for all.
        score: Of the arms' main task.
        result: Differences of the scores, paired by seed.
        p_holm: `result.p` corrected for the other comparisons of the same data, task and budget.
        worth: The arm's mean, in labels of the baseline; `None` for a single budget or a control.
        budget: Labels as a number, also where `labels` is `None`.
        classes: Class -> differences of its IoU.
    """

    data: str
    labels: int | None
    arm: str
    baseline: str
    score: Score
    result: Paired
    p_holm: float
    worth: Worth | None
    budget: int
    classes: Mapping[str, Paired]

    @property
    def verdict(self) -> str:
        """As text."""
        better = self.score.larger_is_better
        return verdict(self.result.n, self.result.difference, self.p_holm, larger_is_better=better)

    def record(self) -> dict[str, Any]:
        """As written to results.json; NaN is `None`."""
        one = self.result
        saved = None if self.worth is None else self.worth.labels - self.budget
        return {
            "data": self.data,
            "labels": "all" if self.labels is None else self.labels,
            "arm": self.arm,
            "baseline": self.baseline,
            "score": self.score.key,
            "larger_is_better": self.score.larger_is_better,
            **_numbers(one),
            "p_holm": _plain(self.p_holm),
            "verdict": self.verdict,
            "worth_labels": None if self.worth is None else str(self.worth),
            "labels_saved": saved,
            "classes": {name: _numbers(of_class) for name, of_class in self.classes.items()},
        }


def _numbers(one: Paired) -> dict[str, Any]:
    return {
        "n": one.n,
        "seeds": list(one.seeds),
        "difference": _plain(one.difference),
        "deviation": _plain(one.deviation),
        "interval": [_plain(end) for end in one.interval],
        "bootstrap_interval": [_plain(end) for end in one.bootstrap_interval],
        "p": _plain(one.p),
        "p_sign_flip": _plain(one.p_sign_flip),
    }


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None


def compare_arms(
    group: Group, baselines: Sequence[str], controls: Sequence[tuple[str, str]] = ()
) -> list[Comparison]:
    """All comparisons of a group, by main task, budget and arm.

    Args:
        group: Runs with the names of their arms.
        baselines: Arms to compare with; without one for a main task it is the first arm that
            trains that task alone, or else the first.
        controls: (arm, control): further comparisons.
    """
    found: list[Comparison] = []
    for main in MAIN_SCORES:
        runs = [run for run in group.runs if run.main == main]
        if runs:
            found += _of_task(group.name, runs, baselines, controls, MAIN_SCORES[main])
    return found


def baseline_of(runs: Sequence[Scored], baselines: Sequence[str]) -> str:
    """The arm that the others of a main task are compared with."""
    arms = [run.arm for run in runs]
    alone = [run.arm for run in runs if len(run.config.tasks) == 1]
    return next((name for name in baselines if name in arms), (alone or arms)[0])


def budgets(runs: Sequence[Scored]) -> list[int | None]:
    """The budgets of some runs, from the smallest to all."""
    return sorted({run.labels for run in runs}, key=lambda n: math.inf if n is None else n)


def by_seed(
    runs: Sequence[Scored], arm: str, labels: int | None, key: str
) -> dict[int, float | None]:
    """Seed -> score, for the runs of an arm at a budget."""
    chosen = [run for run in runs if run.arm == arm and run.labels == labels]
    return {run.seed: run.scores.get(key) for run in chosen}


def mean(values: Mapping[int, float | None]) -> float:
    """Of the seeds that have a score; NaN without one."""
    given = [value for value in values.values() if value is not None]
    return float(np.mean(given)) if given else float("nan")


def _of_task(
    data: str,
    runs: Sequence[Scored],
    baselines: Sequence[str],
    controls: Sequence[tuple[str, str]],
    score: Score,
) -> list[Comparison]:
    baseline = baseline_of(runs, baselines)
    arms = dict.fromkeys(run.arm for run in runs)
    pairs = [(arm, baseline) for arm in arms if arm != baseline]
    known = {frozenset(pair) for pair in pairs}
    pairs += [
        (a, b) for a, b in controls if a in arms and b in arms and frozenset((a, b)) not in known
    ]
    curve = _curve(runs, baseline, score)
    found = []
    for labels in budgets(runs):
        scores = {arm: by_seed(runs, arm, labels, score.key) for arm in arms}
        results = {
            (arm, other): paired(scores[arm], scores[other])
            for arm, other in pairs
            if scores[arm] and (other == baseline or scores[other])
        }
        corrected = holm([one.p for one in results.values()])
        for ((arm, other), one), p in zip(results.items(), corrected, strict=True):
            worth = None
            if other == baseline:
                worth = _worth(curve, mean(scores[baseline]) + one.difference, score)
            classes = _classes(runs, arm, other, labels)
            budget = _count(runs, labels)
            found.append(
                Comparison(data, labels, arm, other, score, one, p, worth, budget, classes)
            )
    return found


def _curve(runs: Sequence[Scored], baseline: str, score: Score) -> dict[int, float]:
    sign = 1.0 if score.larger_is_better else -1.0
    of_baseline = [run for run in runs if run.arm == baseline]
    return {
        _count(runs, labels): sign * mean(by_seed(runs, baseline, labels, score.key))
        for labels in budgets(of_baseline)
    }


def _worth(curve: Mapping[int, float], score: float, kind: Score) -> Worth | None:
    if len(curve) < 2 or math.isnan(score):
        return None
    return labels_worth(curve, score if kind.larger_is_better else -score)


def _count(runs: Sequence[Scored], labels: int | None) -> int:
    return max(run.frames for run in runs) if labels is None else labels


def _classes(
    runs: Sequence[Scored], arm: str, baseline: str, labels: int | None
) -> dict[str, Paired]:
    keys = dict.fromkeys(key for run in runs for key in run.scores if key.startswith("iou_"))
    pairs = {
        key.removeprefix("iou_"): paired(
            by_seed(runs, arm, labels, key), by_seed(runs, baseline, labels, key)
        )
        for key in keys
    }
    return {name: one for name, one in pairs.items() if one.n}  # without classes that no seed has
