"""Starts a network from the weights of an earlier run."""

from typing import TYPE_CHECKING

from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.run.log import logger
from auxnet_keras.experiments.run.run import WEIGHTS, load_run

if TYPE_CHECKING:
    from auxnet_keras.models import AuxiliaryModel


def start_from_run(model: "AuxiliaryModel", config: RunConfig, depth_unit: str) -> None:
    """Loads the best weights of the run that `config.weights` names into a new network.

    The run may have had another main task, weighting or image size; the state of its weighting is
    not loaded.

    Args:
        model: The network of `config`.
        config: Its `weights` names the run.
        depth_unit: The unit of the depth to train.

    Raises:
        ConfigError: Not a run, a run without weights yet, or one with another network or another
            number of classes.

    Reference:
        Yim and Kim, Learning Boost by Exploiting the Auxiliary Task, 2020, Algorithm 1, line 1.
    """
    run = load_run(str(config.weights))
    theirs, ours = _identity(run.config), _identity(config)
    differences = [
        f"{name} {theirs[name]}, not {ours[name]}" for name in ours if theirs[name] != ours[name]
    ]
    if differences:
        raise ConfigError(
            f"The run to start from must have the same network, and {run.path} has another: "
            f"{'; '.join(differences)}. Name another run in weights, or use that network. "
            f"Received: weights={config.weights!r}."
        )
    names = run.info.class_names
    if model.class_names and len(names) != len(model.class_names):
        raise ConfigError(
            f"The run {run.path} was trained on {len(names)} classes ({', '.join(names)}) and this "
            f"data has {len(model.class_names)} ({', '.join(model.class_names)}), so its weights "
            f"do not fit; name another run. Received: weights={config.weights!r}."
        )
    if not (run.path / WEIGHTS).is_file():
        raise ConfigError(
            "The run to start from has no trained weights yet; train it first. "
            f"Received: {str(run.path / WEIGHTS)!r}."
        )
    model.load_weights(run.path / WEIGHTS)
    if "depth" in config.tasks and depth_unit != run.depth_unit:
        logger.warning(
            "%s was trained with depth in %s; from here on depth is in %s",
            run.path,
            run.depth_unit,
            depth_unit,
        )


def _identity(config: RunConfig) -> dict[str, str]:
    """The settings that decide which weights a network has."""
    return {
        "model": config.model,
        "backbone": str(config.backbone),
        "tasks": " and ".join(sorted(config.tasks)),
    }
