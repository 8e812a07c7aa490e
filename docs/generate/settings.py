"""The page of run settings, read from the fields of `RunConfig`."""

import dataclasses
from collections.abc import Iterator
from typing import Any

from auxnet_keras.experiments.config.config_file import recipe, recipes
from auxnet_keras.experiments.config.run_config import RunConfig
from generate.markdown import code, table


def pages() -> Iterator[tuple[str, str]]:
    """One page."""
    rows = [
        (code(field.name), code(_option(field)), code(_default(field)), RunConfig.help_of(field))
        for field in dataclasses.fields(RunConfig)
    ]
    parts = [_HEAD, table(("setting", "option of `auxnet train`", "default", "meaning"), rows)]
    parts += [_RECIPES, *(_recipe(name) for name in recipes())]
    yield "settings.md", "\n".join(parts)


def _option(field: dataclasses.Field[Any]) -> str:
    if field.name == "root":
        return "--data KIND:ROOT"
    flags = field.metadata["flags"]
    return flags or f"--{field.name.replace('_', '-')} {field.metadata['metavar'] or ''}".strip()


def _default(field: dataclasses.Field[Any]) -> str:
    if field.default is None:
        return "null"
    if isinstance(field.default, bool):
        return str(field.default).lower()
    return str(list(field.default) if isinstance(field.default, tuple) else field.default)


def _recipe(name: str) -> str:
    values = "\n".join(f"{key}: {_yaml(value)}" for key, value in recipe(name).items())
    return f"### {name}\n\n```yaml\n{values}\n```\n"


def _yaml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value)


_HEAD = """# Settings

These settings define a run. They are the options of `auxnet train`, the lines of a YAML file for
`--config`, the arguments of `ak.experiments.RunConfig` and the content of a run folder's
`config.yaml`. An option overrides the file, the file overrides the recipe, and the recipe overrides
the default. Unknown names and impossible combinations are refused before anything starts.

The default `null` means off, or a value that follows from the data or the network, as the last
column says. `out` is always required. Both tasks in turn (`main: both`) is an option of
`auxnet train`; in Python, call `ak.experiments.learning_boost`.
"""

_RECIPES = """
## Recipes

`--recipe NAME` starts from one of these packaged settings.
"""
