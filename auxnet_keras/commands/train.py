"""`auxnet train`: combines options, recipe and configuration file into one config.

The options are the fields of `RunConfig`, the only place where a setting is defined.
"""

import contextlib
import dataclasses
import inspect
import os
import types
import typing
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import typer

from auxnet_keras.commands import completion, trials
from auxnet_keras.commands.early import left_to_train
from auxnet_keras.commands.places import check_folder
from auxnet_keras.commands.quiet import start_backend
from auxnet_keras.core.tasks import TASKS
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.cluster.discovery import Cluster, find_cluster
from auxnet_keras.experiments.config.config_file import read_settings, recipes
from auxnet_keras.experiments.config.config_file import recipe as read_recipe
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.weighting.catalogue import WEIGHTINGS

ONLY_IN_FILES = ("root",)  # on the command line it follows the kind, in --data
TYPED = (bool, int, float, str, tuple[int, int])  # other settings are parsed from text
_CLUSTER: dict[str, tuple[Any, Any]] = {
    "coordinator": (
        str | None,
        typer.Option(
            "--coordinator",
            metavar="HOST:PORT",
            help="Of several processes that train together: where the first one listens. Default: "
            "as SLURM, Kubernetes, SageMaker or JAX_COORDINATOR_ADDRESS says.",
        ),
    ),
    "processes": (
        int | None,
        typer.Option("--processes", metavar="N", help="How many processes train together."),
    ),
    "process": (
        int | None,
        typer.Option("--process", metavar="I", help="The number of this process, from 0."),
    ),
}


def command(
    *,
    recipe: str | None,
    config: Path | None,
    out: Path,
    find_learning_rate: bool,
    overfit_one_batch: bool,
    coordinator: str | None,
    processes: int | None,
    process: int | None,
    **options: Any,
) -> None:
    """Train a network; the same command on the same folder resumes.

    Without options: AuxNet on street scenes, ResNet-50 with ImageNet weights, 224x384, batches of
    8, 200 epochs, learning rate 1e-4, no weighting.
    """
    if processes == 1:
        os.environ["JAX_NUM_PROCESSES"] = "1"  # for `train`, which sees the environment alone
    cluster = find_cluster(
        os.environ, coordinator=coordinator, processes=processes, process=process
    )
    find, overfit = find_learning_rate, overfit_one_batch
    if cluster is not None and (find or overfit):
        raise ConfigError(
            f"{trials.FIND} and {trials.OVERFIT} are for one process. "
            f"Received: {cluster.processes} processes."
        )
    helps = cluster is not None and cluster.index > 0  # the first process looks after the folder
    with _joined(cluster):  # before what one process alone may refuse: the others would wait for it
        if not helps:
            check_folder(out, "--out")
        settings = _settings(recipe, config, options)
        settings["out"] = trials.folder(out, settings)
        both = settings.get("main") == "both"
        if both:
            settings["main"] = "depth"
        from auxnet_keras.core.hosts import is_chief
        from auxnet_keras.experiments.config.weighting_text import check_weighting, names_only
        from auxnet_keras.experiments.fit.role_swap import directions, learning_boost
        from auxnet_keras.experiments.fit.training import train
        from auxnet_keras.experiments.outputs.tables import print_evaluation

        with names_only():  # values are checked by building the weighting, with Keras
            checked = RunConfig.from_mapping(settings, str(config or recipe or "the options"))
        if not helps and trials.tried(checked, both=both, find=find, overfit=overfit):
            return
        with names_only():
            wanted = directions(checked) if both else [checked]
            left = [helps or left_to_train(each) for each in wanted]
        if any(left):
            start_backend()
            check_weighting(checked.weighting)
        if both:
            learning_boost(checked)
            return
        run = train(checked)
        if is_chief():
            print_evaluation(run.results)


def _joined(cluster: Cluster | None) -> AbstractContextManager[None]:
    if cluster is None:
        return contextlib.nullcontext()
    from auxnet_keras.experiments.cluster.membership import in_cluster

    start_backend()
    return in_cluster(cluster)


def _settings(recipe: str | None, config: Path | None, options: dict[str, Any]) -> dict[str, Any]:
    """Options override the file, and the file overrides the recipe."""
    settings: dict[str, Any] = read_recipe(recipe) if recipe else {}
    if config is not None:
        settings |= read_settings(config)
    if options["data"] is not None:
        settings["root"] = None  # it belonged to the data of the file or recipe
    return settings | {name: value for name, value in options.items() if value is not None}


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
    return f" [default: {'none' if given in (None, '') else given}]"


def _completion(field: dataclasses.Field) -> Callable[[str], list[str]] | None:
    """What completes the value in a shell, if it is a name."""
    if field.name in ("data", "extra_data"):
        return completion.data
    if field.name == "main":
        return completion.one_of(lambda: [*TASKS, "both"])
    if field.name == "weighting":
        return completion.one_of(lambda: ["none", *WEIGHTINGS])
    names = field.metadata["names"]
    return completion.one_of(lambda: list(names)) if names else None


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


def _switch(name: str, flag: str) -> inspect.Parameter:
    return _keyword(name, bool, typer.Option(flag, help=trials.HELP[flag]), False)


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
            *(_keyword(name, *typed, None) for name, typed in _CLUSTER.items()),
            _switch("find_learning_rate", trials.FIND),
            _switch("overfit_one_batch", trials.OVERFIT),
        ]
    )


command.__signature__ = _signature()  # type: ignore[attr-defined]
