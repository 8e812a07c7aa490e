"""Configs on disk: your own YAML files, and the recipes that come with the package."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from auxnet_keras.errors import ConfigError, unknown
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.config.weighting_text import names_only
from auxnet_keras.safety import YamlError, plain_yaml, read_text
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.write_errors import writing

_END = "# The settings end here; a file without this line was cut."
_SINCE_0_1_0 = {
    "fold",
    "gradient_diagnostics",
    "optimizer",
    "schedule",
    "patience",
    "class_weights",
    "label_smoothing",
    "precision",
    "smoke",
}


def read_settings(path: str | Path) -> dict[str, Any]:
    """The settings a YAML file holds, unchecked.

    Raises:
        ConfigError: The file is missing, too large, not plain YAML, or not a mapping of names to
            values.
    """
    path = Path(path)
    if not path.is_file():
        raise ConfigError(
            f"No such configuration file; give the path of a YAML file. Received: {str(path)!r}."
        )
    return parsed(read_text(path, error=ConfigError), str(path))


def read_config(path: str | Path) -> RunConfig:
    """A config from a YAML file.

    Raises:
        ConfigError: As `read_settings` and `RunConfig`; the message names the setting.
    """
    return RunConfig.from_mapping(read_settings(path), str(path))


def read_run_config(path: Path) -> RunConfig:
    """The config of a run folder, which must be whole.

    A default in place of a lost setting would change the run.

    Raises:
        ConfigError: As `read_config`; or settings are missing.
    """
    text = read_text(path, error=ConfigError)
    settings = parsed(text, str(path))
    missing = [name for name in RunConfig.names() if name not in settings]
    # A file of an older version lacks settings that were added later, but not its last line; the
    # files of 0.1.0 have no such line.
    cut = _END not in text and not set(missing) <= _SINCE_0_1_0
    if missing and (not settings or cut):
        raise ConfigError(
            f"{path} is cut or damaged. Expected every setting of the run; restore it from a copy, "
            "or train the run again. Received: "
            f"{len(settings)} settings, without {', '.join(missing[:3])}"
            f"{', ...' if len(missing) > 3 else ''}."
        )
    with names_only():  # values were checked before the training, and are when it resumes
        return RunConfig.from_mapping(settings, str(path))


def as_config(config: RunConfig | Mapping[str, Any] | str | Path) -> RunConfig:
    """A config from a config, a mapping of settings, or a YAML file.

    Raises:
        ConfigError: As `read_config`.
    """
    if isinstance(config, RunConfig):
        return config
    return RunConfig.from_mapping(config) if isinstance(config, Mapping) else read_config(config)


def config_text(config: RunConfig) -> str:
    """A config as YAML, in the order of `RunConfig`, without `out`; its last line says so."""
    text = yaml.safe_dump(config.to_mapping(), sort_keys=False, default_flow_style=None)
    return f"{text}{_END}\n"


def write_config(config: RunConfig, path: str | Path) -> None:
    """Writes a config as YAML, in the order of `RunConfig`."""
    with writing(path):
        write_file(Path(path), config_text(config))


def recipes() -> list[str]:
    """Names of the packaged recipes, such as `auxnet/kitti`."""
    folder = _folder()
    return sorted(
        f"{paper.name}/{file.name.removesuffix('.yaml')}"
        for paper in folder.iterdir()
        if paper.is_dir()
        for file in paper.iterdir()
        if file.name.endswith(".yaml")
    )


def recipe(name: str) -> dict[str, Any]:
    """The settings of a packaged recipe: a paper's setup, without the data's folder.

    Raises:
        ConfigError: No recipe of that name.
    """
    if name not in recipes():
        raise unknown("recipe", name, recipes())
    return parsed(_folder().joinpath(f"{name}.yaml").read_text(encoding="utf-8"), name)


def _folder() -> Any:
    return resources.files("auxnet_keras.experiments.config").joinpath("recipes")


def parsed(text: str, where: str) -> dict[str, Any]:
    """The names and values of a YAML text.

    Raises:
        ConfigError: Not plain YAML, or not a mapping; the message names `where` it is from.
    """
    try:
        settings = plain_yaml(text)
    except YamlError as error:
        raise ConfigError(
            f"{where} is not plain YAML ({error}). Expected lines of `name: value`. "
            f"Received: {where!r}."
        ) from None
    if settings is None:
        return {}
    if not isinstance(settings, Mapping):
        raise ConfigError(
            f"{where} must hold lines of `name: value`. Received: {type(settings).__name__}."
        )
    return {str(name): value for name, value in settings.items()}
