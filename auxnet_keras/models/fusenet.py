"""FuseNet: depth as a second input instead of a second task, paper A's upper baseline."""

from collections.abc import Sequence
from pathlib import Path

import keras

from auxnet_keras.models.encoders import encoder, preprocessing_of, stages
from auxnet_keras.models.fcn8 import fcn8_decoder
from auxnet_keras.models.preprocessing import DepthPreprocessing, ImagePreprocessing
from auxnet_keras.training.auxiliary_model import AuxiliaryModel


def FuseNet(  # noqa: N802 - a network, named as keras.applications names its networks
    num_classes: int,
    input_shape: tuple[int | None, int | None, int] = (224, 384, 3),
    backbone: str | keras.Model = "resnet50",
    weights: str | Path | None = "imagenet",
    *,
    activation: str | None = None,
    class_names: Sequence[str] | None = None,
    name: str = "fusenet",
) -> AuxiliaryModel:
    """Two encoders; after every stage the depth features are added to the colour features.

    Depth is repeated to three channels, so both encoders are complete and load ImageNet weights.
    Fusion by addition has no parameters.

    Args:
        num_classes: K, channels of the segmentation.
        input_shape: Image (height, width, 3), sides multiples of 32 or `None`.
        backbone: A name or a Keras model with pyramid outputs; see `auxnet_keras.models.encoder`.
        weights: `"imagenet"`, `None`, or a weights file of the backbone, for both encoders.
        activation: `"softmax"` for probabilities instead of logits; the parameters are the same.
        class_names: K names for the logs; "0".."K-1" by default.
        name: Name of the model.

    Returns:
        An `AuxiliaryModel`, {"image": [B, H, W, 3] RGB 0..255, "depth": [B, H, W, 1] any unit,
        -1 = invalid} -> {"segmentation": [B, H, W, K]}. Train it on
        `ak.data.with_depth_input(dataset)`.

    Raises:
        ConfigError: The size, backbone, weights or class names are invalid.

    Example:
        >>> model = ak.models.FuseNet(num_classes=12)

    Reference:
        Hazirbas et al., FuseNet, ACCV 2016; paper A, Table 2: 47,259,976 parameters with K = 12.
    """
    image = keras.Input(input_shape, name="image")
    depth = keras.Input((*input_shape[:2], 1), name="depth")
    mode = preprocessing_of(backbone)
    colour = ImagePreprocessing(mode, name="preprocessing")(image)
    fused = ImagePreprocessing(mode, name="depth_preprocessing")(
        DepthPreprocessing(name="depth_to_image")(depth)
    )
    colour_encoder = encoder(backbone, input_shape, weights)
    # A backbone given as a model is one object: the second encoder needs a copy.
    depth_encoder = (
        encoder(backbone, input_shape, weights)
        if isinstance(backbone, str)
        else _copy(colour_encoder)
    )
    pyramid = {}
    for colour_stage, depth_stage in zip(
        stages(colour_encoder, "image"), stages(depth_encoder, "depth"), strict=True
    ):
        level = colour_stage.name.rpartition("_")[2]
        fused = depth_stage(fused)
        colour = keras.layers.Add(name=f"fuse_{level.lower()}")([colour_stage(colour), fused])
        pyramid[level] = colour
    outputs = {"segmentation": fcn8_decoder(pyramid, num_classes, "segmentation", activation)}
    return AuxiliaryModel(
        {"image": image, "depth": depth},
        outputs,
        auxiliary=None,
        class_names=class_names,
        name=name,
    )


def _copy(model: keras.Model) -> keras.Model:
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return copy
