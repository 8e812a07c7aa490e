"""SegNet: AuxNet without its auxiliary decoder, the paper's single-task baseline."""

from collections.abc import Sequence
from pathlib import Path

import keras

from auxnet_keras.models.encoders import encoder, preprocessing_of
from auxnet_keras.models.fcn8 import fcn8_decoder
from auxnet_keras.models.preprocessing import ImagePreprocessing
from auxnet_keras.training.auxiliary_model import AuxiliaryModel


def SegNet(  # noqa: N802 - a network, named as keras.applications names its networks
    num_classes: int,
    input_shape: tuple[int | None, int | None, int] = (224, 384, 3),
    backbone: str | keras.Model = "resnet50",
    weights: str | Path | None = "imagenet",
    *,
    activation: str | None = None,
    class_names: Sequence[str] | None = None,
    name: str = "segnet",
) -> AuxiliaryModel:
    """Segmentation alone: a backbone and one FCN-8 decoder.

    (Not the SegNet of Badrinarayanan et al.; SegNet is paper A's name for its single-task network.)

    Args:
        num_classes: K, channels of the segmentation.
        input_shape: Image (height, width, 3), sides multiples of 32 or `None`.
        backbone: A name or a Keras model with pyramid outputs; see `auxnet_keras.models.encoder`.
        weights: `"imagenet"`, `None`, or a weights file of the backbone.
        activation: `"softmax"` for probabilities instead of logits; the parameters are the same.
        class_names: K names for the logs; "0".."K-1" by default.
        name: Name of the model.

    Returns:
        An `AuxiliaryModel`, image [B, H, W, 3] RGB 0..255 -> {"segmentation": [B, H, W, K]}.

    Raises:
        ConfigError: The size, backbone, weights or class names are invalid.

    Example:
        >>> model = ak.models.SegNet(num_classes=12)

    Reference:
        Chennupati et al., AuxNet, VISAPP 2019, Table 2: 23,672,264 parameters with K = 12.
    """
    image = keras.Input(input_shape, name="image")
    pyramid = encoder(backbone, input_shape, weights)(
        ImagePreprocessing(preprocessing_of(backbone), name="preprocessing")(image)
    )
    outputs = {"segmentation": fcn8_decoder(pyramid, num_classes, "segmentation", activation)}
    return AuxiliaryModel(image, outputs, auxiliary=None, class_names=class_names, name=name)
