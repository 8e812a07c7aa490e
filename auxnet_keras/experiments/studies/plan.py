"""The runs of a study: one config for each arm, budget, seed and data set, with its folder."""

import collections
import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auxnet_keras.data.readers.catalogue import KINDS
from auxnet_keras.data.readers.folds import FOLDS
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.reports.arms import config_digest
from auxnet_keras.experiments.studies.entries import slug
from auxnet_keras.experiments.studies.steps import Frames, frames_of, with_steps
from auxnet_keras.experiments.studies.study_file import Study

RUNS, CACHE = "runs", "cache"

SEED = "{seed}"
"""Stands for the seed in an arm's `weights`."""


@dataclasses.dataclass(frozen=True)
class Planned:
    """A run that belongs to a study.

    Attributes:
        data: Name of the data set within the study.
        arm, labels, seed: Its place in the study; `labels` is `None` for all.
        config: All its settings, including the folder.
    """

    data: str
    arm: str
    labels: int | None
    seed: int
    config: RunConfig

    @property
    def folder(self) -> Path:
        """Its run folder."""
        return Path(str(self.config.out))

    def __str__(self) -> str:
        budget = "all labels" if self.labels is None else f"{self.labels} labels"
        return f"{self.data}, {self.arm}, {budget}, seed {self.seed}"


def planned(study: Study, out: Path) -> list[Planned]:
    """Every run of a study, in the order in which they are trained.

    All arms of a seed come before the next seed, so a study stopped early has complete pairs.

    Raises:
        ConfigError: A setting of an arm is unknown or invalid, two arms are the same, or a budget
            exceeds the available labels.
        DataError: As raised by the data set's reader.
    """
    _check_roots(study)
    for arm in study.arms:  # before any data is opened
        _config(study, arm, study.data[0], study.labels[0], study.seeds[0], out / RUNS)
    runs = []
    for data, name in zip(study.data, _data_names(study), strict=True):
        sources: dict[int, Frames] = {}
        for seed in study.seeds:
            for labels in study.labels:
                for arm in study.arms:
                    place = out / RUNS / slug(name) / slug(arm) / _budget(labels) / f"seed-{seed}"
                    config = _config(study, arm, data, labels, seed, place)
                    if not config.cache:
                        cache = str((out / CACHE).resolve())
                        config = dataclasses.replace(config, cache=cache)
                    if seed not in sources:
                        sources[seed] = frames_of(config)
                    _check_budget(study, config, sources[seed])
                    steps = study.steps[arm]
                    if steps is not None:
                        config = with_steps(config, steps, sources[seed])
                    runs.append(Planned(name, arm, labels, seed, config))
    _check_distinct(runs)
    _check_controls(study, runs)
    return runs


def _config(
    study: Study, arm: str, data: str, labels: int | None, seed: int, folder: Path
) -> RunConfig:
    settings: dict[str, Any] = {
        **_of_seed({**study.base, **study.arms[arm]}, seed),
        "data": data,
        "limit": study.limit,
        "seed": seed,
        "out": str(folder),
    }
    if study.cross_validate:
        settings["fold"] = seed % FOLDS
    if labels is not None:
        settings["labels"] = labels
    try:
        return RunConfig.from_mapping(settings, f"arm {arm!r} of the study {study.name}")
    except ConfigError as error:
        message = str(error)
        where = f"The arm {arm!r} of the study {study.name} cannot be trained. "
        raise ConfigError(message if repr(arm) in message else f"{where}{message}") from None


def _of_seed(settings: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """The settings with the seed in place of `{seed}` in `weights`."""
    weights = settings.get("weights")
    if not isinstance(weights, str):
        return dict(settings)
    return {**settings, "weights": weights.replace(SEED, str(seed))}


def _check_roots(study: Study) -> None:
    for data in study.data:
        kind, _, root = data.partition(":")
        if not root and KINDS.find(kind).needs_root:
            raise ConfigError(
                f"The study {study.name} needs the folder of its data. Pass --data {kind}:PATH "
                "once per data set, or set data: in its file. "
                f"Received: {', '.join(study.data)}."
            )


def _data_names(study: Study) -> list[str]:
    """The kinds, numbered where there are several of one."""
    kinds = [one.partition(":")[0] for one in study.data]
    count, seen = collections.Counter(kinds), collections.Counter[str]()
    names = []
    for kind in kinds:
        seen[kind] += 1
        names.append(kind if count[kind] == 1 else f"{kind}-{seen[kind]}")
    return names


def _budget(labels: int | None) -> str:
    return f"labels-{'all' if labels is None else labels}"


def _check_budget(study: Study, config: RunConfig, frames: Frames) -> None:
    most = max((n for n in study.labels if n is not None), default=0)
    available = frames.of(config.main)
    if most > available:
        where = config.data if config.root is None else f"{config.data}:{config.root}"
        raise ConfigError(
            f"A budget exceeds the available labels: {available} training frames of {where} have a "
            f"label for {config.main}{_limited(config)}. {_more_frames(config, most)} a smaller "
            f"budget, or all. Received: {most}."
        )


def _more_frames(config: RunConfig, most: int) -> str:
    if config.data != "street":
        return "Choose"
    scenes = -(-5 * max(most, config.limit or 0) // 4)  # a fifth of them validates
    return (
        f"Draw {scenes} scenes with `auxnet data synthesize synthia:SCENES --count {scenes}` and "
        "add --data street:SCENES, or choose"
    )


def _limited(config: RunConfig) -> str:
    return "" if config.limit is None else f" within limit={config.limit}"


def _check_controls(study: Study, runs: list[Planned]) -> None:
    mains = {run.arm: run.config.main for run in runs}
    for arm, control in study.controls:
        if mains[arm] != mains[control]:
            raise ConfigError(
                "An arm and its control must have the same main task, or there is no score to "
                f"compare. Received: {arm!r} with {mains[arm]}, {control!r} with {mains[control]}."
            )


def _check_distinct(runs: list[Planned]) -> None:
    seen: dict[tuple[object, ...], str] = {}
    for run in runs:
        key = (run.data, run.labels, run.seed, config_digest(run.config))
        if key in seen:
            raise ConfigError(
                "Two arms of the study have the same settings, so they would be compared with "
                f"themselves; remove one. Received: {seen[key]!r} and {run.arm!r}."
            )
        seen[key] = run.arm
