"""Trains the missing runs of a study, and none twice."""

import contextlib
import queue
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from auxnet_keras.core.backend import backend
from auxnet_keras.data.contents import fingerprint
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.run.folder import open_folder
from auxnet_keras.experiments.run.manifest import versions
from auxnet_keras.experiments.studies.places import places, wait_for_workers
from auxnet_keras.experiments.studies.plan import Planned
from auxnet_keras.experiments.studies.progress import StudyProgress
from auxnet_keras.experiments.studies.steps import frames_of, steps_of
from auxnet_keras.experiments.studies.work import StoppedError, Worker, WorkerDiedError


def missing(runs: Sequence[Planned]) -> list[Planned]:
    """The runs that are not finished; existing ones must belong to the same study.

    Raises:
        ConfigError: A folder contains a run with other settings, of another version of the
            package, of another backend, or of data that has changed since.
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
        trained_on = facts.get("backend", backend())
        if trained_on != backend():
            raise ConfigError(
                f"{planned.folder} was trained on {trained_on}; results of two backends are not "
                f"mixed. Set KERAS_BACKEND={trained_on}, or choose another --out. "
                f"Received: KERAS_BACKEND={backend()}."
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


def train_all(runs: Sequence[Planned], done: int, out: Path, jobs: int = 1) -> list[str]:
    """Trains runs in worker processes, `jobs` of them at a time.

    A run that fails is reported and skipped; the others continue. A process that dies is replaced
    once per run, which resumes from its checkpoint.

    Args:
        runs: The missing runs.
        done: The number of runs that were already finished.
        out: The study's folder.
        jobs: The number of worker processes.

    Returns:
        An error message for each failed run.
    """
    wait_for_workers(out)
    jobs = min(jobs, len(runs))
    steps = [steps_of(run.config, frames_of(run.config)) for run in runs]
    progress = StudyProgress(runs, steps, done)
    waiting: queue.SimpleQueue[Planned] = queue.SimpleQueue()
    for run in runs:
        waiting.put(run)
    workers = [Worker(out, place) for place in places(jobs)]
    failures: dict[str, str] = {}
    with ThreadPoolExecutor(jobs) as pool:
        serving = [pool.submit(_serve, one, waiting, progress, failures) for one in workers]
        try:
            for one in as_completed(serving):
                one.result()
        finally:
            with contextlib.suppress(queue.Empty):
                while True:
                    waiting.get_nowait()
            for worker in workers:  # all save their batch at the same time
                worker.end()
            for worker in workers:
                worker.stop()
    return [failures[str(run)] for run in runs if str(run) in failures]


def _serve(
    worker: Worker,
    waiting: "queue.SimpleQueue[Planned]",
    progress: StudyProgress,
    failures: dict[str, str],
) -> None:
    """Trains one waiting run after another."""
    with contextlib.suppress(queue.Empty, StoppedError):
        while True:
            run = waiting.get_nowait()
            progress.begin(run)
            error = _train(worker, run, progress)
            progress.end(run, "failed" if error else "done")
            if error:
                failures[str(run)] = f"{run} failed. {error}"


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
    source = config.source()
    return fingerprint(source, source.frames("val", config.seed, config.limit))
