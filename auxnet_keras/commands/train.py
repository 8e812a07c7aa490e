"""`auxnet train`: combines options, recipe and configuration file into one config.

The options are the fields of `RunConfig`, the only place where a setting is defined.
"""

import dataclasses
import inspect
import types
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from auxnet_keras.commands import completion
from auxnet_keras.commands.early import left_to_train
from auxnet_keras.commands.places import check_folder
from auxnet_keras.commands.quiet import import_tensorflow
from auxnet_keras.core.tasks import TASKS
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.config.config_file import read_settings, recipes
from auxnet_keras.experiments.config.config_file import recipe as read_recipe
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.weighting.catalogue import WEIGHTINGS

ONLY_IN_FILES = ("root",)  # on the command line it follows the kind, in --data
TRIALS = ("--find-learning-rate", "--overfit-one-batch")
TYPED = (bool, int, float, str, tuple[int, int])  # other settings are parsed from text


def command(
    *,
    recipe: str | None,
    config: Path | None,
    out: Path,
    find_learning_rate: bool,
    overfit_one_batch: bool,
    **options: Any,
) -> None:
    """Train a network; the same command on the same folder resumes.

    Without options: AuxNet on street scenes, ResNet-50 with ImageNet weights, 224x384, batches of
    8, 200 epochs, learning rate 1e-4, no weighting.
    """
    check_folder(out, "--out")
    settings: dict[str, Any] = read_recipe(recipe) if recipe else {}
    if config is not None:
        settings |= read_settings(config)
    if options["data"] is not None:
        settings["root"] = None  # it belonged to the data of the file or recipe
    settings |= {name: value for name, value in options.items() if value is not None}
    settings["out"] = Path(f"{out}_smoke") if settings.get("smoke") is True else out
    both = settings.get("main") == "both"
    if both:
        settings["main"] = "depth"
    from auxnet_keras.experiments.config.weighting_text import check_weighting, names_only
    from auxnet_keras.experiments.fit.role_swap import directions, learning_boost
    from auxnet_keras.experiments.fit.training import train
    from auxnet_keras.experiments.outputs.tables import print_evaluation
    from auxnet_keras.experiments.run.smoke_folder import empty_smoke_folder

    with names_only():  # values are checked by building the weighting, with Keras
        checked = RunConfig.from_mapping(settings, str(config or recipe or "the options"))
        trial = _trial(checked, find_learning_rate, overfit_one_batch, both)
        if checked.smoke:
            empty_smoke_folder(Path(str(checked.out)))
        runs = directions(checked) if both else [checked]
        left = [trial is not None or left_to_train(each) for each in runs]
    if any(left):
        import_tensorflow()
        check_weighting(checked.weighting)
    if trial is not None:
        trial(checked)
    elif both:
        learning_boost(checked)
    else:
        print_evaluation(train(checked).results)


def _trial(
    config: RunConfig, find_learning_rate: bool, overfit_one_batch: bool, both: bool
) -> Callable[[RunConfig], None] | None:
    """What is tried instead of a training, if anything."""
    tried = [TRIALS[0]] * find_learning_rate + [TRIALS[1]] * overfit_one_batch
    others = [*tried[1:], *["--smoke"] * config.smoke, *["--main both"] * both]
    if tried and others:
        raise ConfigError(
            f"{tried[0]} cannot be combined with {others[0]}; leave one out. "
            f"Received: {' '.join([tried[0], *others])}."
        )
    return (
        {TRIALS[0]: _find_learning_rate, TRIALS[1]: _overfit_one_batch}[tried[0]] if tried else None
    )


def _find_learning_rate(config: RunConfig) -> None:
    from auxnet_keras.experiments.fit.learning_rate_finder import find_learning_rate

    found = find_learning_rate(config)
    if found.suggestion is None:
        typer.echo("No suggestion: the loss did not fall at any learning rate.")
    else:
        typer.echo(f"Suggested: --learning-rate {found.suggestion:.1e}")
    typer.echo(f"The curve: {config.out}/lr_finder.png. Nothing else in the folder has changed.")
    if found.suggestion is None:
        raise typer.Exit(1)


def _overfit_one_batch(config: RunConfig) -> None:
    from auxnet_keras.experiments.fit.overfitting import overfit_one_batch

    found = overfit_one_batch(config)
    typer.echo(str(found))
    if not found.fell:
        raise typer.Exit(1)


def _option(field: dataclasses.Field) -> inspect.Parameter:
    flags = field.metadata["flags"] or f"--{field.name.replace('_', '-')}"
    required = field.name == "out"
    option = typer.Option(
        flags,
        metavar=field.metadata["metavar"],
        help=RunConfig.help_of(field) + _default(field),
        show_default=False,
        autocompletion=_completion(field),
    )
    kind = Path if required else _type(field) | None
    return _keyword(field.name, kind, option, inspect.Parameter.empty if required else None)


def _default(field: dataclasses.Field) -> str:
    """The default as it would be typed, unless the help describes it."""
    default = field.default
    if field.name == "out" or "Default: " in field.metadata["help"]:
        return ""
    if isinstance(default, bool):
        on, off = field.metadata["flags"].split("/")
        default = on if default else off
    given = " ".join(map(str, default)) if isinstance(default, tuple) else default
    return f" [default: {given or 'none'}]"


def _completion(field: dataclasses.Field) -> Callable[[str], list[str]] | None:
    """What completes the value in a shell, if it is a name."""
    if field.name in ("data", "extra_data"):
        return completion.data
    if field.name == "main":
        return completion.one_of(lambda: [*TASKS, "both"])
    if field.name == "weighting":
        return completion.one_of(lambda: ["none", *WEIGHTINGS])
    names = getattr(field.metadata["check"], "names", None)
    return None if names is None else completion.one_of(lambda: names)


def _type(field: dataclasses.Field) -> Any:
    """The type that the command line parses: the field's own, or str."""
    members = (field.type,)
    if typing.get_origin(field.type) is types.UnionType:
        members = typing.get_args(field.type)
    return next((each for each in members if each in TYPED), str)


def _keyword(name: str, kind: Any, option: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[kind, option],
    )


def _signature() -> inspect.Signature:
    """The signature of `command` for Typer: an option per setting, then recipe and file."""
    fields = {field.name: field for field in dataclasses.fields(RunConfig)}
    first = fields.pop("out")
    shown = [field for name, field in fields.items() if name not in ONLY_IN_FILES]
    names = ", ".join(recipes())
    return inspect.Signature(
        [
            _option(first),
            *map(_option, shown),
            _keyword(
                "recipe",
                str | None,
                typer.Option(
                    "--recipe",
                    metavar="NAME",
                    help=f"A packaged recipe: {names}.",
                    autocompletion=completion.one_of(recipes),
                ),
                None,
            ),
            _keyword(
                "config",
                Path | None,
                typer.Option(
                    "--config",
                    metavar="FILE",
                    help="YAML file with any of these settings; options override it.",
                ),
                None,
            ),
            _keyword(
                "find_learning_rate",
                bool,
                typer.Option(
                    TRIALS[0],
                    help="Instead of training: raise the learning rate for 100 steps, write the "
                    "curve lr_finder.png to RUN, and suggest a value.",
                ),
                False,
            ),
            _keyword(
                "overfit_one_batch",
                bool,
                typer.Option(
                    TRIALS[1],
                    help="Instead of training: 200 steps on one batch, whose loss must fall to "
                    "half; exit 1 if it does not. Writes nothing.",
                ),
                False,
            ),
        ]
    )


command.__signature__ = _signature()  # type: ignore[attr-defined]
