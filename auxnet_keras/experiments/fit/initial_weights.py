"""A network that starts from the weights of an earlier run."""

from typing import TYPE_CHECKING

from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.run.log import logger
from auxnet_keras.experiments.run.run import WEIGHTS, load_run

if TYPE_CHECKING:
    from auxnet_keras.models import AuxiliaryModel


def start_from_run(model: "AuxiliaryModel", config: RunConfig, depth_unit: str) -> None:
    """Gives a new network the best weights of the run that `config.weights` names.

    Whose task was the main one does not matter, nor do the weighting and the image size; the state
    of the run's weighting is left behind.

    Args:
        model: The network of `config`.
        config: Says which run.
        depth_unit: In which the depth is going to be trained.

    Raises:
        ConfigError: No run there, one without weights yet, or one of another network or another
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
            f"A training starts from a run of the same network, and {run.path} is one of another: "
            f"{'; '.join(differences)}. Name another run in weights, or ask for its network. "
            f"Received: weights={config.weights!r}."
        )
    names = run.info.class_names
    if model.class_names and len(names) != len(model.class_names):
        raise ConfigError(
            f"The run {run.path} was trained on {len(names)} classes ({', '.join(names)}) and this "
            f"data has {len(model.class_names)} ({', '.join(model.class_names)}), so its weights "
            f"do not fit. Received: weights={config.weights!r}."
        )
    if not (run.path / WEIGHTS).is_file():
        raise ConfigError(
            "The run to start from has no trained weights yet; train it first. "
            f"Received: {str(run.path / WEIGHTS)!r}."
        )
    model.load_weights(run.path / WEIGHTS)
    if "depth" in config.tasks and depth_unit != run.depth_unit:
        logger.warning(
            "%s predicts depth in %s; from here on it is in %s",
            run.path,
            run.depth_unit,
            depth_unit,
        )


def _identity(config: RunConfig) -> dict[str, str]:
    """What decides which weights a network has."""
    return {
        "model": config.model,
        "backbone": str(config.backbone),
        "tasks": " and ".join(sorted(config.tasks)),
    }
