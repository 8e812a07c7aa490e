"""Checks which settings of a run exclude each other."""

from auxnet_keras.data.auxiliary_of import OTHER
from auxnet_keras.data.readers.catalogue import KINDS
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.config import optimization_text, weighting_text
from auxnet_keras.experiments.config.run_settings import RunSettings
from auxnet_keras.models.catalogue import NETWORKS


def check_combinations(config: RunSettings) -> None:
    """Checks settings against each other; each has been checked alone.

    Raises:
        ConfigError: Settings that exclude each other, or one that another requires is missing.
    """
    _check_networks_and_data(config)
    _check_tasks(config)
    _check_optimization(config)
    _check_segmentation(config)
    _check_size(config)
    _check_devices(config)


def _check_networks_and_data(config: RunSettings) -> None:
    if config.root is None and KINDS[config.data].needs_root:
        raise ConfigError(
            f"The data kind {config.data!r} needs its folder: {config.data}:PATH. "
            f"Received: {config.data!r}."
        )
    if config.network.own_encoder and config.backbone is not None:
        raise ConfigError(
            f"The model {config.model!r} has its own encoder; leave out backbone. "
            f"Received: backbone={config.backbone!r}."
        )
    if not config.pretrained and config.weights == "imagenet":
        own = config.backbone is None
        which = f"model {config.model!r}" if own else f"backbone {config.backbone!r}"
        raise ConfigError(
            f"The {which} has no pretrained weights; set weights to none, or to the folder of "
            f"a run of the same network. Received: weights={config.weights!r}."
        )


def _check_tasks(config: RunSettings) -> None:
    two = " or ".join(name for name, network in NETWORKS.items() if network.two_tasks)
    if not config.network.two_tasks and config.main != "segmentation":
        raise ConfigError(
            f"The model {config.model!r} is trained for segmentation only; main=depth needs "
            f"{two}. Received: main={config.main!r}."
        )
    weighting_text.check_weighting(config.weighting)
    if len(config.tasks) == 1 and config.weighting.strip() != "none":
        alone = " with single_task" if config.network.two_tasks else ""
        raise ConfigError(
            f"The model {config.model!r}{alone} has one task, so there is nothing to weight; "
            f"set weighting=none, or train {two} with both tasks. "
            f"Received: weighting={config.weighting!r}."
        )
    for name, given in (
        ("auxiliary_first", config.auxiliary_first),
        ("extra_data", config.extra_data),
        ("auxiliary_of", config.auxiliary_of if config.auxiliary_of == OTHER else None),
        ("gradient_diagnostics", config.gradient_diagnostics),
    ):
        if given is not None and len(config.tasks) == 1:
            raise ConfigError(
                f"The setting {name} is about the auxiliary task, and the model "
                f"{config.model!r}{' with single_task' if config.single_task else ''} has none; "
                f"leave it out, or train {two} with both tasks. Received: {name}={given!r}."
            )


def _check_optimization(config: RunSettings) -> None:
    optimization_text.optimizer(config.optimizer)
    optimization_text.schedule(config.schedule)
    if config.learning_rate_drops is not None and config.schedule != "constant":
        raise ConfigError(
            "The settings learning_rate_drops and schedule both say how the learning rate changes; "
            "leave one out, or write drops with a warm-up as "
            "schedule=drops:20:0.001,30:0.0001,warmup=500. "
            f"Received: learning_rate_drops={config.learning_rate_drops}, "
            f"schedule={config.schedule!r}."
        )


def _check_segmentation(config: RunSettings) -> None:
    for name, given in (
        ("class_weights", config.class_weights),
        ("label_smoothing", config.label_smoothing or None),
    ):
        if given is not None and "segmentation" not in config.tasks:
            raise ConfigError(
                f"The setting {name} is about the loss of segmentation, and only "
                f"{config.tasks[0]} is trained; leave it out. Received: {name}={given!r}."
            )


def _check_size(config: RunSettings) -> None:
    """Checks the size before anything is imported; the models' own check needs Keras."""
    stride = config.network.stride
    if any(side % stride for side in config.size):
        near = tuple(max(stride, round(side / stride) * stride) for side in config.size)
        raise ConfigError(
            f"The setting size must be height and width in multiples of {stride}, because the "
            f"encoder halves them {stride.bit_length() - 1} times; the nearest is {near}. "
            f"Received: {config.size}."
        )


def _check_devices(config: RunSettings) -> None:
    """Keras weighs the shares of a batch alike, however many images each has."""
    rest = config.batch_size % config.devices
    if rest:
        raise ConfigError(
            "The images of a step are divided equally among the devices, so batch_size must be a "
            f"multiple of devices; the next is {config.batch_size - rest + config.devices}. "
            f"Received: batch_size={config.batch_size}, devices={config.devices}."
        )
