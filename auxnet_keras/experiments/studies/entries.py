"""The entries of a study file, each checked with a sentence that says what is wrong."""

from collections.abc import Mapping
from typing import Any

from auxnet_keras.errors import ConfigError, shown, unknown
from auxnet_keras.experiments.config import values

SET_BY_STUDY = ("data", "root", "limit", "labels", "seed", "fold", "out")
"""Run settings that the study itself sets."""

_LONGEST_NAME = 60


def baselines(given: Any, arms: Mapping[str, Any]) -> tuple[str, ...]:
    """One arm or a list of arms."""
    named = [given] if isinstance(given, str) else _list(given or [], "baseline")
    return tuple(_arm(one, "baseline", arms) for one in named)


def data_sets(given: Any) -> tuple[str, ...]:
    """One `KIND[:ROOT]`, or a list of them."""
    listed = [given] if isinstance(given, str) else given
    wrong = not isinstance(listed, list) or not listed
    if wrong or not all(isinstance(one, str) for one in listed):
        raise ConfigError(
            "The entry data of a study must be KIND[:ROOT], or a list of them. "
            f"Received: {shown(given)}."
        )
    return tuple(_distinct(listed, "data"))


def label_budgets(given: Any) -> tuple[int | None, ...]:
    """Numbers of labelled frames; `None` is all."""
    listed = [given] if isinstance(given, int | str) else _list(given, "labels")
    budgets = [None if one == "all" else _count(one, "labels", "or all") for one in listed]
    if not budgets:
        raise ConfigError(
            "The entry labels of a study must list numbers of labelled frames, or all. "
            f"Received: {shown(given)}."
        )
    return tuple(_distinct(budgets, "labels"))


def seeds(given: Any) -> tuple[int, ...]:
    """A count or a list."""
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


def controls(given: Any, arms: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Arm -> control, or a list of them, as pairs."""
    if given is None:
        return ()
    if not isinstance(given, Mapping):
        raise ConfigError(
            "The entry controls of a study must name an arm and the arm to compare it with, such "
            f"as `depth-first: noise-first`. Received: {shown(given)}."
        )
    pairs = []
    for arm, named in given.items():
        arm = _arm(arm, "arm in controls", arms)
        listed = [named] if isinstance(named, str) else _list(named, "controls")
        for one in _distinct(listed, "controls"):
            control = _arm(one, "arm in controls", arms)
            if arm == control:
                raise ConfigError(
                    "An arm of a study cannot be its own control. "
                    f"Received: {shown(arm)} in controls."
                )
            pairs.append((arm, control))
    return tuple(pairs)


def cross_validate(content: Mapping[str, Any]) -> bool:
    """True or false."""
    given = content.get("cross_validate", False)
    if not isinstance(given, bool):
        raise ConfigError(
            f"The entry cross_validate of a study must be true or false. Received: {shown(given)}."
        )
    return given


def run_settings(given: Any, where: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """The run settings of `base` or an arm, without those that the study sets for all arms."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ConfigError(
            f"The {where} of a study must contain run settings, such as `weighting: twb`. "
            f"Received: {shown(given)}."
        )
    settings = {str(name): value for name, value in given.items()}
    if settings.get("smoke"):
        raise ConfigError(
            f"The {where} of a study cannot have smoke, because smoke tests have no scores to "
            "compare; use limit and steps for a short study. "
            f"Received: smoke={shown(settings['smoke'])}."
        )
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


def arm_name(given: Any) -> str:
    """A name that can be a folder."""
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


def check_folder_names(arms: Mapping[str, Any]) -> None:
    """Refuses arms that would share a folder."""
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


def _arm(given: Any, what: str, arms: Mapping[str, Any]) -> str:
    name = str(given)
    if name not in arms:
        raise unknown(what, given, arms)
    return name


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


def optional_count(given: Any, entry: str) -> int | None:
    """A whole number >= 1, or `None`."""
    return None if given is None else _count(given, entry)
