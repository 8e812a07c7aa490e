"""A run as a report sees it: its settings, its provenance, and its scores."""

import dataclasses
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auxnet_keras.core.tasks import TASKS
from auxnet_keras.errors import AuxnetError, DataError
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.reports.scores import MAIN_SCORES
from auxnet_keras.experiments.run.best_epoch import best_epoch
from auxnet_keras.experiments.run.run import Run, load_run


@dataclasses.dataclass(frozen=True)
class Scored:
    """A finished run.

    Attributes:
        path: Its folder.
        config: Its settings.
        version: The version of the package that trained it.
        commit: The commit of the checkout; empty for an installed package.
        classes: Names of the classes.
        fingerprint: The fingerprint of the frames it is scored on.
        frames: Training frames with the main target, regardless of the budget.
        parameters: {"trained", "deployed"} counts; empty for a run that did not record them.
        scores: Score -> value: all of `results.json`'s segmentation and depth scores, both
            validation losses at the epoch that was kept, and `step_seconds`.
        progress: Epoch with the main task, from 1 -> its validation score, at the training size.
        arm: The name of its settings among others; filled in by `arms.named`.
    """

    path: Path
    config: RunConfig
    version: str
    commit: str
    classes: tuple[str, ...]
    fingerprint: str
    frames: int
    parameters: Mapping[str, int]
    scores: Mapping[str, float | None]
    progress: Mapping[int, float]
    arm: str = ""

    @property
    def main(self) -> str:
        """The main task."""
        return self.config.main

    @property
    def seed(self) -> int:
        """Its seed."""
        return self.config.seed

    @property
    def labels(self) -> int | None:
        """Its budget of labels; `None` for all."""
        return self.config.labels


def read_scored(path: Path) -> Scored:
    """The run in a folder, with its scores.

    Raises:
        AuxnetError: It is not finished, is damaged, or has settings that this version does not
            know; the message names the folder.
    """
    try:
        run = load_run(path)
        if not run.finished:
            raise DataError(
                f"{path} is not finished and is left out of the comparison; the same command "
                f"resumes it. "
                f"Received: {run.epochs_saved} of {run.config.all_epochs} epochs."
            )
        if run.config.smoke:
            raise DataError(
                f"{path} is left out: it is a smoke test, whose scores mean nothing. "
                "Received: smoke=True."
            )
        return _scored(run)
    except AuxnetError as error:
        message = str(error)
        raise DataError(
            message if str(path) in message else f"{path} is left out. {message}"
        ) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(
            f"{path} is left out because its manifest, history or results are incomplete; restore "
            "the folder from a copy, or train it again. "
            f"Received: {type(error).__name__}: {error}."
        ) from error


def _scored(run: Run) -> Scored:
    facts, results = run.manifest.content, run.results
    data = facts["data"]
    scores = {**results.get("segmentation", {}), **results.get("depth", {}), **_from_history(run)}
    if scores.get(MAIN_SCORES[run.config.main].key) is None:
        raise DataError(
            f"{run.path} is left out because none of its validation frames could be scored. "
            f"Received: no {MAIN_SCORES[run.config.main].title}."
        )
    return Scored(
        path=run.path,
        config=run.config,
        version=str(facts["versions"].get("auxnet_keras", "unknown")),
        commit=str((facts.get("git") or {}).get("commit", "")),
        classes=run.info.class_names,
        fingerprint=str(data["fingerprint"]["val"]),
        frames=int(data["targets"]["train"][run.config.main])
        if run.config.labels is None
        else int(data["frames"]["train"]),
        parameters=dict(facts.get("parameters", {})),
        scores={key: None if value is None else float(value) for key, value in scores.items()},
        progress=_progress(run),
    )


def _progress(run: Run) -> dict[int, float]:
    main, first = run.config.main, run.config.auxiliary_first or 0
    column = run.history.get(f"val_{main}_{MAIN_SCORES[main].key}", [])
    return {
        epoch - first: value
        for epoch, value in enumerate(column, start=1)
        if epoch > first and math.isfinite(value)
    }


def _from_history(run: Run) -> dict[str, Any]:
    """Losses of the epoch that was kept, and the pace of the later epochs: the first compiles."""
    kept = best_epoch(run)
    found = {f"val_{task}_loss": kept.get(f"val_{task}_loss") for task in TASKS}
    pace = sorted(run.history.get("images_per_second", [])[1:])
    if pace and pace[len(pace) // 2] > 0:
        found["step_seconds"] = run.config.batch_size / pace[len(pace) // 2]
    return found
