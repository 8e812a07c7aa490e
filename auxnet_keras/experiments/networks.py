"""The network a config names."""

from typing import TYPE_CHECKING, Any

from auxnet_keras.experiments.config import RunConfig

if TYPE_CHECKING:
    from auxnet_keras.models import AuxiliaryModel


def network(
    config: RunConfig, class_names: tuple[str, ...], *, pretrained: bool = True
) -> "AuxiliaryModel":
    """Builds the network of a config, uncompiled.

    Args:
        config: Says which model, backbone, weights, size and main task.
        class_names: One for each channel of the segmentation.
        pretrained: `False` leaves the weights random, for a network whose own are loaded next.

    Raises:
        ConfigError: As the model's constructor.
    """
    from auxnet_keras import models

    constructors: dict[str, Any] = {
        "auxnet": models.AuxNet,
        "segnet": models.SegNet,
        "fusenet": models.FuseNet,
    }
    tasks = {"auxnet": {"main": config.main, "auxiliary": other_task(config.main)}}
    return constructors[config.model](
        len(class_names),
        (*config.size, 3),
        backbone=_backbone(config),
        weights=None if config.weights == "none" or not pretrained else config.weights,
        class_names=class_names,
        **tasks.get(config.model, {}),
    )


def _backbone(config: RunConfig) -> Any:
    if config.backbone != "small":
        return config.backbone
    from auxnet_keras.experiments.small_backbone import small_backbone

    return small_backbone((*config.size, 3))


def other_task(task: str) -> str:
    """The task that helps when `task` is the one to be helped."""
    return "depth" if task == "segmentation" else "segmentation"
