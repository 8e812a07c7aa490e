"""Forecasts a study: its runs, the time they take, and what they can show."""

import datetime
import statistics
from collections.abc import Hashable, Sequence
from pathlib import Path

import numpy as np

from auxnet_keras.core.duration import duration
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.reports.collect import collect
from auxnet_keras.experiments.reports.report import outcome
from auxnet_keras.experiments.reports.score_table import Cell, Row, ScoreTable
from auxnet_keras.experiments.reports.scores import MAIN_SCORES
from auxnet_keras.experiments.run.run import Run
from auxnet_keras.experiments.statistics.power import ALPHA, seeds_needed, smallest_difference
from auxnet_keras.experiments.studies.pace import step_key
from auxnet_keras.experiments.studies.plan import Planned
from auxnet_keras.experiments.studies.steps import frames_of, steps_of
from auxnet_keras.experiments.studies.study_file import Study
from auxnet_keras.experiments.studies.work import Worker

PILOT = 0.008
"""Standard deviation of paired differences of mean IoU: street scenes, backbone `small`, 30 labels,
four seeds. Other data and networks have other values: measured ones take precedence."""

_FINISH = 20.0  # seconds for figures and exports after the last epoch
_FORWARD = 1 / 3  # of a step: a validation step has no backward pass
_EPOCH_END = 0.2  # seconds for the history, TensorBoard and the start of the next pass


def time_table(runs: Sequence[Planned], missing_runs: Sequence[Planned], out: Path) -> ScoreTable:
    """Runs and hours of each arm and budget.

    A run is expected to take as long as a finished run of its arm and budget; without one, two
    steps are measured, once for all arms whose steps compute the same.

    Args:
        runs: All runs of the study.
        missing_runs: The runs that are still to train.
        out: The study's folder.
    """
    paces: dict[Hashable, dict[str, float]] = {}
    worker, rows, whole = Worker(out), [], 0.0
    try:
        for key in dict.fromkeys((run.data, run.arm, run.labels) for run in runs):
            own = [run for run in runs if (run.data, run.arm, run.labels) == key]
            rest = [run for run in missing_runs if (run.data, run.arm, run.labels) == key]
            seconds = _taken([run for run in own if run not in rest])
            if seconds is None:
                step = step_key(own[0].config)
                if step not in paces:
                    paces[step] = _measured(worker, own[0])
                seconds = _estimated(own[0], paces[step])
            whole += seconds * len(rest)
            rows.append(_row(key, own, rest, seconds))
    finally:
        worker.stop()
    columns = ("labels", "runs", "to train", "steps per run", "time per run", "time")
    total = (Cell(), *_counts(runs, missing_runs), Cell(), Cell(), Cell(text=duration(whole)))
    return ScoreTable("arm", columns, (*rows, Row("all", total)))


def power_text(study: Study, runs: Sequence[Planned], out: Path) -> str:
    """The differences that the planned seeds can detect."""
    comparisons = _comparisons(study, runs)
    seeds = len(study.seeds)
    if any(run.config.main == "depth" for run in runs) and not any(
        run.config.main == "segmentation" for run in runs
    ):
        return "There is no pilot study for depth as the main task, so the power is unknown.\n"
    deviation, where = _pilot(runs, out)
    score = MAIN_SCORES["segmentation"]
    text = (
        f"Standard deviation of the paired differences over seeds: {score.scale * deviation:.2f} "
        f"points of {score.title}, {where}.\n"
    )
    if seeds == 1 or comparisons == 0:
        too_few = "One seed" if seeds == 1 else "One arm alone"
        return text + f"{too_few} cannot show a difference reliably, however large it is.\n"
    alone, half = smallest_difference(deviation, seeds), seeds_needed(0.005, deviation)
    shown = f"{seeds} seeds show a difference of {score.scale * alone:.2f} points"
    if comparisons == 1:
        return text + (
            f"{shown} with a probability of 80 %.\nHalf a point takes {_seeds(half)} seeds.\n"
        )
    strict = smallest_difference(deviation, seeds, ALPHA / comparisons)
    strict_half = seeds_needed(0.005, deviation, ALPHA / comparisons)
    return text + (
        f"{shown} with a probability of 80 % in a single comparison, and one of "
        f"{score.scale * strict:.2f} points after the correction for {comparisons} "
        f"comparisons.\nHalf a point takes {_seeds(half)} seeds for one, {_seeds(strict_half)} for "
        f"{comparisons}.\n"
    )


def _comparisons(study: Study, runs: Sequence[Planned]) -> int:
    """Comparisons that are corrected together: those of the main task that has the most."""
    mains = {run.arm: run.config.main for run in runs}
    sizes = []
    for main in set(mains.values()):
        arms = [arm for arm in study.arms if mains[arm] == main]
        alone = [run.arm for run in runs if run.arm in arms and len(run.config.tasks) == 1]
        baseline = next((one for one in study.baselines if one in arms), (alone or arms)[0])
        pairs = {frozenset((arm, baseline)) for arm in arms if arm != baseline}
        pairs |= {frozenset(pair) for pair in study.controls if pair[0] in arms}
        sizes.append(len(pairs))
    return max(sizes)


def _seeds(count: int | None) -> str:
    return "more than 1000" if count is None else str(count)


def _pilot(runs: Sequence[Planned], out: Path) -> tuple[float, str]:
    """Standard deviation of paired differences: measured in this study, or assumed."""
    if any(run.folder.is_dir() for run in runs):
        _, comparisons, _ = outcome(collect([out]))
        own = [c.result for c in comparisons if c.score.key == "mean_iou" and c.result.n > 1]
        freedom = sum(one.n - 1 for one in own)
        if freedom:
            pooled = np.sqrt(sum((one.n - 1) * one.deviation**2 for one in own) / freedom)
            return float(pooled), f"from {freedom + len(own)} finished pairs of runs in this study"
    return PILOT, "assumed from a pilot of four seeds on street scenes with 30 labels"


def _measured(worker: Worker, run: Planned) -> dict[str, float]:
    print(f"Measuring two steps of {run.arm}", flush=True)
    answer = worker.request("measure", run, lambda: None)
    if "error" in answer:
        raise ConfigError(f"{run} cannot be trained. {answer['error']}")
    return answer["done"]


def _estimated(run: Planned, pace: dict[str, float]) -> float:
    config = run.config
    frames = frames_of(config)
    passes = 1 + config.all_epochs / config.validate_every  # and one at the images' own size
    validation = passes * frames.validation / config.batch_size * _FORWARD
    steps = (steps_of(config, frames) + validation) * pace["step"]
    return pace["start"] + steps + config.all_epochs * _EPOCH_END + _FINISH


def _taken(finished: Sequence[Planned]) -> float | None:
    """Median seconds of the finished runs that were not interrupted."""
    seconds = []
    for run in finished:
        events = Run(run.folder, run.config).manifest.content["events"]
        if [event["event"] for event in events] == ["start", "end"]:
            begin, end = (datetime.datetime.fromisoformat(event["time"]) for event in events)
            seconds.append((end - begin).total_seconds())
    return statistics.median(seconds) if seconds else None


def _row(
    key: tuple[str, str, int | None],
    own: Sequence[Planned],
    rest: Sequence[Planned],
    seconds: float,
) -> Row:
    data, arm, labels = key
    steps = steps_of(own[0].config, frames_of(own[0].config))
    cells = (
        Cell(text="all" if labels is None else str(labels)),
        *_counts(own, rest),
        Cell(float(steps), digits=0),
        Cell(text=duration(seconds)),
        Cell(text=duration(seconds * len(rest))),
    )
    return Row(f"{data}: {arm}", cells)


def _counts(own: Sequence[Planned], rest: Sequence[Planned]) -> tuple[Cell, Cell]:
    return Cell(float(len(own)), digits=0), Cell(float(len(rest)), digits=0)
