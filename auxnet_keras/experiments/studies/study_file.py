"""A study as described by its file, checked before anything runs."""

import dataclasses
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from auxnet_keras.errors import ConfigError, shown, unknown
from auxnet_keras.experiments.config.config_file import parsed, read_settings
from auxnet_keras.experiments.studies import entries


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
        controls: (arm, control): further comparisons, such as with another frame's depth.
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
    controls: tuple[tuple[str, str], ...]
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
    "controls",
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
        raise unknown("study, and no such YAML file either", str(given), presets())
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
    base = entries.run_settings(content.get("base"), "base", content)
    settings = {
        entries.arm_name(arm): entries.run_settings(arms[arm], f"arm {arm!r}", content)
        for arm in arms
    }
    entries.check_folder_names(settings)
    steps = {
        arm: entries.optional_count(own.pop("steps", content.get("steps")), "steps")
        for arm, own in settings.items()
    }
    return Study(
        name=name,
        data=entries.data_sets(content.get("data")),
        limit=entries.optional_count(content.get("limit"), "limit"),
        labels=entries.label_budgets(content.get("labels", ["all"])),
        seeds=entries.seeds(content.get("seeds", 1)),
        cross_validate=entries.cross_validate(content),
        steps=steps,
        baselines=entries.baselines(content.get("baseline"), settings),
        controls=entries.controls(content.get("controls"), settings),
        base=base,
        arms=settings,
    )
