"""Arms, the runs that differ only in seed, labels and data, and their names."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.reports.scored import Scored

_NOT_IN_ARM = {
    "data",
    "root",
    "seed",
    "fold",
    "labels",
    "cache",
    "on_bad_numbers",
    "out",
    "palette",
}
"""Settings that do not make another arm: what arms are compared over, and paths."""

_IN_TITLE = {"model", "weighting", "main", "single_task"}
"""Settings that names show in a special form."""


def settings_of(config: RunConfig) -> dict[str, Any]:
    """The settings that make an arm, without those at their default.

    This way a setting added by a later version changes nothing.
    """
    plain = config.to_mapping()
    default = {f.name: f.default for f in dataclasses.fields(RunConfig)}
    return {
        name: value
        for name, value in plain.items()
        if name not in _NOT_IN_ARM and value != _listed(default[name])
    }


def config_digest(config: RunConfig) -> str:
    """Sixteen hexadecimal digits that all runs of an arm share."""
    text = json.dumps(settings_of(config), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def named(runs: Sequence[Scored], names: Mapping[str, str]) -> list[Scored]:
    """The runs with the names of their arms.

    Args:
        runs: Runs of one data set.
        names: Digest -> name, from a study; other arms are named after the settings that
            distinguish them.
    """
    configs = {config_digest(run.config): run.config for run in runs}
    others = {key: config for key, config in configs.items() if key not in names}
    found = {**names, **_unique_titles(others)}
    return [dataclasses.replace(run, arm=found[config_digest(run.config)]) for run in runs]


def _unique_titles(configs: Mapping[str, RunConfig]) -> dict[str, str]:
    titles = {key: title(config) for key, config in configs.items()}
    for name in set(titles.values()):
        same = [key for key in titles if titles[key] == name]
        if len(same) > 1:
            settings = {key: configs[key].to_mapping() for key in same}
            first = settings[same[0]]
            differing = [
                setting
                for setting in first
                if setting not in _NOT_IN_ARM | _IN_TITLE
                and any(one[setting] != first[setting] for one in settings.values())
            ]
            for key in same:
                shown = ", ".join(f"{setting}={settings[key][setting]}" for setting in differing)
                titles[key] = f"{name} ({shown})"
    return titles


def title(config: RunConfig) -> str:
    """`segnet`, `auxnet ftwb`, `unet class-wise, main depth` or `unet depth alone`."""
    method = "" if config.weighting == "none" else f" {config.weighting}"
    if config.single_task:
        return f"{config.model} {config.main} alone"
    main = ", main depth" if config.main == "depth" else ""
    return f"{config.model}{method}{main}"


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
