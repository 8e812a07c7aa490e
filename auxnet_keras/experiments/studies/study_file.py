"""A study as described by its file, checked before anything runs."""

import dataclasses
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from auxnet_keras.errors import ConfigError, shown, unknown
from auxnet_keras.experiments.config import values
from auxnet_keras.experiments.config.config_file import parsed, read_settings

SET_BY_STUDY = ("data", "root", "limit", "labels", "seed", "fold", "out")
"""Run settings that the study itself sets."""

_LONGEST_NAME = 60


@dataclasses.dataclass(frozen=True)
class Study:
    """Arms x budgets of labels x seeds x data sets.

    Attributes:
        name: The name of the preset or file.
        data: `KIND[:ROOT]` of each data set.
        limit: At most this many frames of each split.
        labels: Budgets; `None` is all labels.
        seeds: Each fixes the frames, labels, initial weights and order of one run of every arm.
        cross_validate: Whether each seed validates on another fold: seed 0 on fold 0, seed 5 too.
        steps: Arm -> steps with labels of each of its runs, for any budget; `None` leaves `epochs`
            to the settings.
        baselines: Arms that the others are compared with; by default the first arm of a main task.
        base: Run settings of all arms.
        arms: Name -> run settings on top.
    """

    name: str
    data: tuple[str, ...]
    limit: int | None
    labels: tuple[int | None, ...]
    seeds: tuple[int, ...]
    cross_validate: bool
    steps: dict[str, int | None]
    baselines: tuple[str, ...]
    base: dict[str, Any]
    arms: dict[str, dict[str, Any]]


_ENTRIES = (
    "data",
    "limit",
    "labels",
    "seeds",
    "cross_validate",
    "steps",
    "baseline",
    "base",
    "arms",
)


def read_study(given: str | Path | Mapping[str, Any], data: Sequence[str] | None = None) -> Study:
    """A study from a YAML file, the name of a preset, or a mapping.

    Args:
        given: What to read; a file takes precedence over a preset of the same name.
        data: Data sets instead of the study's own.

    Raises:
        ConfigError: The file or preset does not exist, or an entry is unknown or invalid.
    """
    if isinstance(given, Mapping):
        content, name = {str(key): value for key, value in given.items()}, "study"
    elif str(given) in presets() and not Path(given).is_file():
        name = str(given)
        content = parsed(_folder().joinpath(f"{name}.yaml").read_text(encoding="utf-8"), name)
    elif Path(given).is_file():
        content, name = read_settings(given), Path(given).stem
    else:
        raise ConfigError(
            "A study is a YAML file or one of the presets "
            f"{', '.join(presets())}. Received: {str(given)!r}."
        )
    if data:
        content["data"] = list(data)
    return _checked(content, name)


def presets() -> list[str]:
    """Names of the packaged studies."""
    files = [file.name for file in _folder().iterdir()]
    return sorted(name.removesuffix(".yaml") for name in files if name.endswith(".yaml"))


def _folder() -> Any:
    return resources.files("auxnet_keras.experiments.studies").joinpath("presets")


def _checked(content: dict[str, Any], name: str) -> Study:
    for entry in content:
        if entry not in _ENTRIES:
            raise unknown(f"entry in the study {name}", entry, _ENTRIES)
    arms = content.get("arms")
    if not isinstance(arms, Mapping) or not arms:
        raise ConfigError(
            f"The study {name} has no arms. Expected the entry arms: with the run settings of each "
            f"arm below its name. Received: {shown(arms)}."
        )
    base = _settings(content.get("base"), "base", content)
    settings = {_name(arm): _settings(arms[arm], f"arm {arm!r}", content) for arm in arms}
    _check_names(settings)
    baselines = content.get("baseline") or []
    baselines = [baselines] if isinstance(baselines, str) else baselines
    for baseline in _list(baselines, "baseline"):
        if baseline not in settings:
            raise unknown("baseline", baseline, settings)
    steps = {
        arm: _optional(own.pop("steps", content.get("steps")), "steps")
        for arm, own in settings.items()
    }
    return Study(
        name=name,
        data=_data(content.get("data")),
        limit=_optional(content.get("limit"), "limit"),
        labels=_labels(content.get("labels", ["all"])),
        seeds=_seeds(content.get("seeds", 1)),
        cross_validate=_cross_validate(content),
        steps=steps,
        baselines=tuple(baselines),
        base=base,
        arms=settings,
    )


def _data(given: Any) -> tuple[str, ...]:
    listed = [given] if isinstance(given, str) else given
    wrong = not isinstance(listed, list) or not listed
    if wrong or not all(isinstance(one, str) for one in listed):
        raise ConfigError(
            "The entry data of a study must be KIND[:ROOT], or a list of them. "
            f"Received: {shown(given)}."
        )
    return tuple(_distinct(listed, "data"))


def _labels(given: Any) -> tuple[int | None, ...]:
    listed = [given] if isinstance(given, int | str) else _list(given, "labels")
    budgets = [None if one == "all" else _count(one, "labels", "or all") for one in listed]
    if not budgets:
        raise ConfigError(
            "The entry labels of a study must list numbers of labelled frames, or all. "
            f"Received: {shown(given)}."
        )
    return tuple(_distinct(budgets, "labels"))


def _seeds(given: Any) -> tuple[int, ...]:
    if isinstance(given, int) and not isinstance(given, bool):
        return tuple(range(_count(given, "seeds", "or a list of seeds")))
    seeds = _list(given, "seeds")
    try:
        checked = [values.seed(one) for one in seeds]
    except TypeError as error:
        raise ConfigError(f"Each of the seeds must be {error}. Received: {shown(given)}.") from None
    if not checked:
        raise ConfigError(f"A study needs at least one seed. Received: {shown(given)}.")
    return tuple(_distinct(checked, "seeds"))


def _cross_validate(content: Mapping[str, Any]) -> bool:
    given = content.get("cross_validate", False)
    if not isinstance(given, bool):
        raise ConfigError(
            f"The entry cross_validate of a study must be true or false. Received: {shown(given)}."
        )
    return given


def _settings(given: Any, where: str, content: Mapping[str, Any]) -> dict[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ConfigError(
            f"The {where} of a study must contain run settings, such as `weighting: twb`. "
            f"Received: {shown(given)}."
        )
    settings = {str(name): value for name, value in given.items()}
    for name in (*SET_BY_STUDY, *(["epochs"] if content.get("steps") is not None else [])):
        if name in settings:
            entry = {
                "seed": "seeds",
                "epochs": "steps",
                "root": "data",
                "out": "--out",
                "fold": "cross_validate",
            }
            raise ConfigError(
                f"The {where} of a study cannot have the setting {name}; "
                f"{entry.get(name, name)} of the study sets it for all arms alike. "
                f"Received: {name}={shown(settings[name])}."
            )
    return settings


def _name(given: Any) -> str:
    name = str(given)
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise ConfigError(
            f"The name of an arm must be one line of at most {_LONGEST_NAME} characters. "
            f"Received: {shown(given)}."
        )
    if "/" in name or "\\" in name or name.startswith("."):
        raise ConfigError(
            "The name of an arm becomes a folder name, so it cannot contain a slash or begin with "
            f"a dot. Received: {shown(given)}."
        )
    return name


def _check_names(arms: Mapping[str, Any]) -> None:
    seen: dict[str, str] = {}
    for name in arms:
        folder = slug(name)
        if folder in seen:
            raise ConfigError(
                "The names of two arms are too similar for separate folders; rename one. "
                f"Received: {seen[folder]!r} and {name!r}."
            )
        seen[folder] = name


def slug(name: str) -> str:
    """The name as a folder name that works on any disk."""
    kept = "".join(one if one.isalnum() or one in "-_.=" else "-" for one in name.lower())
    return kept.strip("-") or "arm"


def _list(given: Any, entry: str) -> list[Any]:
    if not isinstance(given, list | tuple | range):
        raise ConfigError(f"The entry {entry} of a study must be a list. Received: {shown(given)}.")
    return list(given)


def _distinct(listed: list[Any], entry: str) -> list[Any]:
    for one in listed:
        if listed.count(one) > 1:
            raise ConfigError(
                f"The entry {entry} of a study cannot contain a value twice. Received: "
                f"{'all' if one is None else shown(one)} more than once."
            )
    return listed


def _count(given: Any, entry: str, otherwise: str = "") -> int:
    try:
        return values.positive_whole(given)
    except TypeError as error:
        raise ConfigError(
            f"The entry {entry} of a study must be {error}{' ' if otherwise else ''}{otherwise}. "
            f"Received: {shown(given)}."
        ) from None


def _optional(given: Any, entry: str) -> int | None:
    return None if given is None else _count(given, entry)
