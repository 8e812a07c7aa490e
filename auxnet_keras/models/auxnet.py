"""AuxNet: one encoder, a segmentation decoder, and an auxiliary depth decoder."""

from collections.abc import Sequence
from pathlib import Path

import keras

from auxnet_keras.models.encoders import encoder, preprocessing_of
from auxnet_keras.models.fcn8 import fcn8_decoder
from auxnet_keras.models.preprocessing import ImagePreprocessing
from auxnet_keras.training.auxiliary_model import AuxiliaryModel


def AuxNet(  # noqa: N802 - a network, named as keras.applications names its networks
    num_classes: int,
    input_shape: tuple[int | None, int | None, int] = (224, 384, 3),
    backbone: str | keras.Model = "resnet50",
    weights: str | Path | None = "imagenet",
    *,
    main: str = "segmentation",
    auxiliary: str = "depth",
    activation: str | None = None,
    class_names: Sequence[str] | None = None,
    name: str = "auxnet",
) -> AuxiliaryModel:
    """Segmentation and depth from a shared encoder, each through its own FCN-8 decoder.

    Args:
        num_classes: K, channels of the segmentation.
        input_shape: Image (height, width, 3), sides multiples of 32 or `None`.
        backbone: A name or a Keras model with pyramid outputs; see `auxnet_keras.models.encoder`.
        weights: `"imagenet"`, `None`, or a weights file of the backbone.
        main, auxiliary: The task to improve and the task that helps.
        activation: `"softmax"` for probabilities instead of logits; the parameters are the same.
        class_names: K names for the logs; "0".."K-1" by default.
        name: Name of the model.

    Returns:
        An `AuxiliaryModel`, image [B, H, W, 3] RGB 0..255 -> {"segmentation": [B, H, W, K],
        "depth": [B, H, W, 1] in the unit of the target}.

    Raises:
        ConfigError: The size, backbone, weights, tasks or class names are invalid.

    Example:
        >>> model = ak.models.AuxNet(num_classes=12)
        >>> model.compile(optimizer=keras.optimizers.Adam(1e-4))

    Reference:
        Chennupati et al., AuxNet, VISAPP 2019, Figure 3 and Table 2: 23,676,142 parameters for
        K = 12.
    """
    image = keras.Input(input_shape, name="image")
    pyramid = encoder(backbone, input_shape, weights)(
        ImagePreprocessing(preprocessing_of(backbone), name="preprocessing")(image)
    )
    outputs = {
        "segmentation": fcn8_decoder(pyramid, num_classes, "segmentation", activation),
        "depth": fcn8_decoder(pyramid, 1, "depth"),
    }
    return AuxiliaryModel(
        image, outputs, main=main, auxiliary=auxiliary, class_names=class_names, name=name
    )
