"""Trains the missing runs of a study, and none twice."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from auxnet_keras.data.fingerprint import fingerprint
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.run.folder import open_folder
from auxnet_keras.experiments.run.manifest import versions
from auxnet_keras.experiments.studies.plan import Planned
from auxnet_keras.experiments.studies.progress import StudyProgress
from auxnet_keras.experiments.studies.steps import frames_of, steps_of
from auxnet_keras.experiments.studies.work import Worker, WorkerDiedError


def missing(runs: Sequence[Planned]) -> list[Planned]:
    """The runs that are not finished; existing ones must belong to the same study.

    Raises:
        ConfigError: A folder contains a run with other settings, of another version of the
            package, or of data that has changed since.
    """
    prints: dict[tuple[Any, ...], str] = {}
    now = versions().get("auxnet_keras")
    found = []
    for planned in runs:
        run = open_folder(planned.config)
        facts = run.manifest.content
        trained = facts.get("versions", {}).get("auxnet_keras", now)
        if trained != now:
            raise ConfigError(
                f"{planned.folder} was started by version {trained} of the package, but this is "
                f"{now}; results of both are not mixed. Choose another --out; `auxnet "
                f"report` shows the old results. Received: {planned}."
            )
        before = facts.get("data", {}).get("fingerprint", {}).get("val")
        if before is not None:
            config = planned.config
            key = (config.data, config.root, config.limit, config.seed, config.fold)
            if key not in prints:
                prints[key] = _fingerprint(planned)
            if before != prints[key]:
                raise ConfigError(
                    f"The data of {planned.folder} has changed since the training; results on old "
                    "and new data are not mixed. Restore the data, or choose another --out. "
                    f"Received: {planned}."
                )
        if not run.finished:
            found.append(planned)
    return found


def train_all(runs: Sequence[Planned], done: int, out: Path) -> list[str]:
    """Trains runs one after another in a worker process.

    A run that fails is reported and skipped; the others continue. A process that dies is replaced
    once per run, which resumes from its checkpoint.

    Args:
        runs: The missing runs.
        done: The number of runs that were already finished.
        out: The study's folder.

    Returns:
        An error message for each failed run.
    """
    steps = [steps_of(run.config, frames_of(run.config)) for run in runs]
    progress = StudyProgress(runs, steps, done)
    worker, failures = Worker(out), []
    try:
        for run in runs:
            progress.begin(run)
            error = _train(worker, run, progress)
            progress.end(run, "failed" if error else "done")
            if error:
                failures.append(f"{run} failed. {error}")
    finally:
        worker.stop()
    return failures


def _train(worker: Worker, run: Planned, progress: StudyProgress) -> str | None:
    died: WorkerDiedError | None = None
    for _ in range(2):
        try:
            return worker.request("train", run, progress.redraw).get("error")
        except WorkerDiedError as error:
            died = error
    return str(died)


def _fingerprint(run: Planned) -> str:
    config = run.config
    return fingerprint(config.source().frames("val", config.seed, config.limit))
