"""What `auxnet train` does instead of a training, or before a smoke test."""

from pathlib import Path
from typing import Any

import typer

from auxnet_keras.commands.quiet import start_backend
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.config.run_config import RunConfig

FIND, OVERFIT = "--find-learning-rate", "--overfit-one-batch"
HELP = {
    FIND: "Instead of training: raise the learning rate for 100 steps, write the curve "
    "lr_finder.png to RUN, and suggest a value.",
    OVERFIT: "Instead of training: 200 steps on one batch, whose loss must fall to half; exit 1 if "
    "it does not. Writes nothing.",
}


def folder(out: Path, settings: dict[str, Any]) -> Path:
    """The run folder: a smoke test has its own, next to the one of the run."""
    return Path(f"{out}_smoke") if settings.get("smoke") is True else out


def tried(config: RunConfig, *, both: bool, find: bool, overfit: bool) -> bool:
    """Does what the two options ask for; `False` if neither is given.

    A smoke test starts over: its folder is emptied.

    Raises:
        ConfigError: Options that exclude each other; as the trial.
        typer.Exit: The trial failed.
    """
    flags = [flag for flag, given in ((FIND, find), (OVERFIT, overfit)) if given]
    others = [*flags[1:], *["--smoke"] * config.smoke, *["--main both"] * both]
    if flags and others:
        raise ConfigError(
            f"{flags[0]} cannot be combined with {others[0]}; leave one out. "
            f"Received: {' '.join([flags[0], *others])}."
        )
    if config.smoke:
        from auxnet_keras.experiments.run.smoke_folder import empty_smoke_folder

        empty_smoke_folder(Path(str(config.out)))
    if not flags:
        return False
    start_backend()
    if not (_found(config) if find else _overfitted(config)):
        raise typer.Exit(1)
    return True


def _found(config: RunConfig) -> bool:
    from auxnet_keras.experiments.fit.learning_rate_finder import find_learning_rate

    suggestion = find_learning_rate(config).suggestion
    typer.echo(
        "No suggestion: the loss did not fall at any learning rate."
        if suggestion is None
        else f"Suggested: --learning-rate {suggestion:.1e}"
    )
    typer.echo(f"The curve: {config.out}/lr_finder.png. Nothing else in the folder has changed.")
    return suggestion is not None


def _overfitted(config: RunConfig) -> bool:
    from auxnet_keras.experiments.fit.overfitting import overfit_one_batch

    found = overfit_one_batch(config)
    typer.echo(str(found))
    return found.fell
