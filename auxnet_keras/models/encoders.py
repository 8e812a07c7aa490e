"""Encoders: backbones with outputs for the decoders, split into stages for FuseNet."""

import warnings
from pathlib import Path
from typing import Any

import keras

from auxnet_keras.errors import ConfigError
from auxnet_keras.models.backbones import BACKBONES
from auxnet_keras.models.batch_normalization import fuse_batch_normalization
from auxnet_keras.models.preprocessing import check_sides
from auxnet_keras.safety import check_weights
from auxnet_keras.training.weights_file import readable_weights_errors

LEVELS = ("P2", "P3", "P4", "P5")
"""Pyramid levels by name; level Pn has stride 2**n. P2 is optional."""


def preprocessing_of(backbone: str | keras.Model) -> str:
    """The `ImagePreprocessing` mode that suits `backbone` (your own gets RGB 0..255)."""
    return BACKBONES.find(backbone).preprocessing if isinstance(backbone, str) else "none"


def encoder(
    backbone: str | keras.Model,
    input_shape: tuple[int | None, int | None, int] = (224, 384, 3),
    weights: str | Path | None = "imagenet",
    name: str = "encoder",
) -> keras.Model:
    """A backbone as a model from a preprocessed image to its pyramid `{"P2": ..., "P5": ...}`.

    Args:
        backbone: A name (`"resnet50"`, `"resnet101"`, `"resnet152"`, `"mobilenet_v2"`, `"small"`),
            or any Keras model with named pyramid outputs: a dict output with the keys P3, P4 and
            P5, or an attribute `pyramid_outputs` (keras-hub) or `pyramid_level_inputs` (keras-cv).
            The model is not copied: two networks built on it share its weights.
        input_shape: Image (height, width, channels); `None` for an unknown side.
        weights: `"imagenet"`, `None` (random), or a weights file of this backbone. A model of your
            own keeps its weights; `"small"` has no ImageNet weights and starts from random ones.
        name: Name of the returned model.

    Returns:
        A `keras.Model`, image [B, H, W, 3] -> dict of [B, H/2**n, W/2**n, C_n].

    Raises:
        ConfigError: The name is unknown, the model has no pyramid, or the weights are unavailable.
        DataError: The weights file holds more than numbers, or claims more data than it contains.
    """
    check_sides(*input_shape[:2])
    if isinstance(backbone, str):
        tapped = _application(backbone, input_shape, weights)
    else:
        _check_own(backbone, input_shape, weights)
        tapped = _pyramid_of(backbone)
    return keras.Model(tapped.inputs[0], tapped.output, name=name)


def stages(model: keras.Model, name: str) -> list[keras.Model]:
    """Splits an `encoder` at its pyramid levels: one model per stage, each fed by the previous one.

    Raises:
        ConfigError: A connection bypasses a level, so the encoder cannot be split there.
    """
    cuts: list[Any] = [model.inputs[0], *(model.output[level] for level in sorted(model.output))]
    parts = []
    for start, end, level in zip(cuts[:-1], cuts[1:], sorted(model.output), strict=True):
        try:
            parts.append(keras.Model(start, end, name=f"{name}_{level}"))
        except ValueError as error:
            raise ConfigError(
                f"This backbone cannot be split at level {level}, because a connection bypasses "
                "it. FuseNet needs a backbone that can be split after every stage. "
                f"Received: {model.name!r}."
            ) from error
    return parts


def _application(name: str, input_shape: tuple, weights: str | Path | None) -> keras.Model:
    recipe = BACKBONES.find(name)
    if not recipe.pretrained:
        _refuse_file(name, weights)
        return recipe.build(tuple(input_shape))
    if weights not in ("imagenet", None) and not Path(str(weights)).is_file():
        raise ConfigError(
            f"The weights file for the backbone {name!r} does not exist. Expected 'imagenet', "
            f"None, or the path of a weights file of this backbone. Received: {str(weights)!r}."
        )
    from_imagenet = weights == "imagenet"
    try:
        with warnings.catch_warnings():
            # MobileNetV2 warns that its weights are from square images; convolutions do not care.
            warnings.filterwarnings("ignore", "`input_shape` is undefined or non-square")
            model = recipe.build(
                include_top=False,
                weights="imagenet" if from_imagenet else None,
                input_shape=tuple(input_shape),
            )
    except Exception as error:
        if not from_imagenet:
            raise
        raise ConfigError(
            f"Cannot download the ImageNet weights of {name!r} ({_last_line(error)}). "
            "Without internet access, pass weights=None (--weights none) to start from random "
            "weights, or download the file on another machine and pass weights='path/to/file' or "
            "copy it to ~/.keras/models/. Received: weights='imagenet'."
        ) from error
    if recipe.batch_norm_momentum is not None:
        for layer in model.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.momentum = recipe.batch_norm_momentum
    if weights is not None and not from_imagenet:
        _load(model, name, Path(str(weights)))
    fuse_batch_normalization(model)
    taps = {lv: model.get_layer(t).output for lv, t in zip(LEVELS, recipe.taps, strict=True)}
    return keras.Model(model.inputs, taps)


def _refuse_file(name: str, weights: str | Path | None) -> None:
    if weights not in ("imagenet", None):
        raise ConfigError(
            f"The backbone {name!r} always starts from random weights. Leave weights out and load "
            "the file into the whole network (model.load_weights). "
            f"Received: weights={weights!r}."
        )


def _load(model: keras.Model, name: str, path: Path) -> None:
    with readable_weights_errors(
        f"backbone {name!r} without its top",
        path,
        "a file written by that backbone's save_weights, or its 'notop' file of keras.applications",
    ):
        check_weights(path, model.count_params())
        model.load_weights(path)


def _check_own(model: keras.Model, input_shape: tuple, weights: str | Path | None) -> None:
    if weights not in ("imagenet", None):
        raise ConfigError(
            "A backbone given as a model already has weights. Load the file into the model and "
            f"leave weights out. Received: weights={str(weights)!r}."
        )
    own = tuple(model.inputs[0].shape[1:])
    if any(a is not None and a != b for a, b in zip(own, input_shape, strict=True)):
        raise ConfigError(
            f"The backbone {model.name!r} takes images of shape {own}. Build it for input_shape "
            f"or with unknown sides. Received: input_shape={tuple(input_shape)}."
        )


def _pyramid_of(model: keras.Model) -> keras.Model:
    named = getattr(model, "pyramid_outputs", None)
    if named is None and hasattr(model, "pyramid_level_inputs"):  # keras-cv
        named = {
            level: model.get_layer(layer).output
            for level, layer in model.pyramid_level_inputs.items()
        }
    if named is None:
        named = getattr(model, "output", None)
    if not isinstance(named, dict) or not {"P3", "P4", "P5"} <= set(named):
        have = sorted(named) if isinstance(named, dict) else type(named).__name__
        raise ConfigError(
            "Your own backbone must be a Keras model with an output or an attribute "
            "`pyramid_outputs` that is a dict with the keys 'P3', 'P4' and 'P5' (strides 8, 16, "
            f"32). Received: a model with {have}."
        )
    return keras.Model(model.inputs, {level: named[level] for level in LEVELS if level in named})


def _last_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
