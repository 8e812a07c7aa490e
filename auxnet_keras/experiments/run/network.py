"""Builds the network that a config names."""

from typing import TYPE_CHECKING, Any

from auxnet_keras.experiments.config.run_config import RunConfig

if TYPE_CHECKING:
    from auxnet_keras.models import AuxiliaryModel


def network(
    config: RunConfig, class_names: tuple[str, ...], *, pretrained: bool = True
) -> "AuxiliaryModel":
    """Builds the network of a config, uncompiled.

    With the same seed set before, the weights are the same whichever task is the main one; with
    `single_task`, the remaining part of the network starts from the same weights, too.

    Args:
        config: Its model, backbone, weights, size and tasks define the network.
        class_names: One for each channel of the segmentation.
        pretrained: `False` leaves the weights random, if trained ones are loaded next.

    Raises:
        ConfigError: As the model's constructor.
    """
    # Data without classes trains depth alone; the decoder of classes is built and dropped.
    class_names = class_names or ("unlabelled",)
    options: dict[str, Any] = {"class_names": class_names}
    if not config.network.own_encoder:
        from_file = pretrained and config.weights != "none" and not config.starts_from_run
        options |= {
            "backbone": config.backbone,
            "weights": config.weights if from_file else None,
        }
    if config.network.two_tasks:
        options |= {"main": config.main, "auxiliary": other_task(config.main)}
    model = config.network.constructor(len(class_names), (*config.size, 3), **options)
    return _main_only(model) if config.single_task else model


def _main_only(model: "AuxiliaryModel") -> "AuxiliaryModel":
    from auxnet_keras.models import AuxiliaryModel

    outputs = {model.main: model.output[model.main]}
    names = model.class_names or None
    return AuxiliaryModel(
        model.input, outputs, model.main, None, class_names=names, name=model.name
    )


def other_task(task: str) -> str:
    """The auxiliary task when `task` is the main one."""
    return "depth" if task == "segmentation" else "segmentation"
