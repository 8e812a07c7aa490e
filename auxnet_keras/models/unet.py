"""U-Net with a decoder for each task, the network of paper B."""

from collections.abc import Sequence

import keras
from keras import layers

from auxnet_keras.core.tasks import TASKS
from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError, unknown
from auxnet_keras.models.batch_normalization import BatchNormalization
from auxnet_keras.models.preprocessing import ImagePreprocessing, check_sides
from auxnet_keras.training.auxiliary_model import AuxiliaryModel

WIDTHS = (64, 128, 256, 512, 512)
"""Channels of the encoder's levels, fine to coarse; the last two are equally wide."""

STRIDE = 16
"""The encoder's coarsest stride: it halves the image four times."""


def UNet(  # noqa: N802 - a network, named as keras.applications names its networks
    num_classes: int,
    input_shape: tuple[int | None, int | None, int] = (256, 256, 3),
    tasks: Sequence[str] = TASKS,
    *,
    main: str | None = None,
    auxiliary: str | None = None,
    activation: str | None = None,
    class_names: Sequence[str] | None = None,
    name: str = "unet",
) -> AuxiliaryModel:
    """Segmentation and depth from one encoder, each through its own decoder with skip connections.

    Args:
        num_classes: K, channels of the segmentation.
        input_shape: Image (height, width, 3), sides multiples of 16 or `None`.
        tasks: The outputs: `("segmentation", "depth")`, or one of them for the single-task network.
        main, auxiliary: The task to improve and the task that helps; by default the first and the
            other one of `tasks`.
        activation: `"softmax"` for probabilities instead of logits; the parameters are the same.
        class_names: K names for the logs; "0".."K-1" by default.
        name: Name of the model.

    Returns:
        An `AuxiliaryModel`, image [B, H, W, 3] RGB 0..255 -> {"segmentation": [B, H, W, K],
        "depth": [B, H, W, 1] in the unit of the target}, or the one of `tasks`. Under mixed
        precision the outputs are float32.

    Raises:
        ConfigError: The size, tasks or class names are invalid.

    Example:
        >>> model = ak.models.UNet(num_classes=13)
        >>> alone = ak.models.UNet(num_classes=13, tasks=("depth",))

    Reference:
        Ronneberger et al., U-Net, MICCAI 2015; Yim & Kim, Learning Boost by Exploiting the
        Auxiliary Task, 2020, section 5.2 and its authors' program: 20,167,758 trainable parameters
        with K = 13, of them 9,410,880 in the encoder and 5,377,984 in each decoder.
    """
    main, auxiliary = _roles(tuple(tasks), main, auxiliary)
    check_sides(*input_shape[:2], stride=STRIDE)
    image = keras.Input(input_shape, name="image")
    features = ImagePreprocessing("unit", stride=STRIDE, name="preprocessing")(image)
    levels = []
    for level, width in enumerate(WIDTHS):
        if level:
            features = layers.MaxPooling2D(name=f"encoder_{level}_pool")(features)
        features = _double_convolution(features, width, f"encoder_{level}")
        levels.append(features)
    outputs = {
        task: _decoder(
            levels,
            num_classes if task == "segmentation" else 1,
            task,
            activation if task == "segmentation" else None,
        )
        for task in tasks
    }
    return AuxiliaryModel(
        image, outputs, main=main, auxiliary=auxiliary, class_names=class_names, name=name
    )


def _roles(
    tasks: tuple[str, ...], main: str | None, auxiliary: str | None
) -> tuple[str, str | None]:
    for task in tasks:
        if task not in TASKS:
            raise unknown("task of UNet", task, TASKS)
    if len(tasks) not in (1, 2) or len(set(tasks)) != len(tasks):
        raise ConfigError(
            "UNet takes one or two different tasks, 'segmentation' and 'depth'. "
            f"Received: tasks={tasks}."
        )
    if main is None:
        main = next((task for task in tasks if task != auxiliary), tasks[0])
    if auxiliary is None:
        auxiliary = next((task for task in tasks if task != main), None)
    return main, auxiliary


def _decoder(levels: list[Tensor], channels: int, name: str, activation: str | None) -> Tensor:
    """Upsamples the coarsest level step by step and concatenates the encoder's level of each size.

    Args:
        levels: The encoder's features, [B, H/2**n, W/2**n, C_n].
        channels: K, number of classes or of regressed values.
        name: The task; the layers are named after it, so they can be found and removed.
        activation: Activation of the output.

    Returns:
        [B, H, W, K], float32.
    """
    features = levels[-1]
    for level in reversed(range(len(levels) - 1)):
        label = f"{name}_{level}"
        features = layers.Conv2DTranspose(features.shape[-1], 2, 2, name=f"{label}_up")(features)
        features = layers.Concatenate(name=f"{label}_skip")([levels[level], features])
        # As wide as the next finer level, with whose features it is concatenated.
        features = _double_convolution(features, WIDTHS[max(level - 1, 0)], label)
    # Always float32: half precision has too few digits for the scores.
    output = layers.Conv2D(channels, 1, dtype="float32", name=f"{name}_score")(features)
    if activation is not None:
        output = layers.Activation(activation, dtype="float32", name=f"{name}_{activation}")(output)
    return output


def _double_convolution(features: Tensor, width: int, name: str) -> Tensor:
    for number in (1, 2):
        features = layers.Conv2D(width, 3, padding="same", name=f"{name}_conv_{number}")(features)
        # Momentum and epsilon as in the authors' program; Keras' default of 0.99 adapts too slowly.
        features = BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_norm_{number}")(
            features
        )
        features = layers.ReLU(name=f"{name}_relu_{number}")(features)
    return features
