"""Encoders: a backbone with taps for the decoders, cut into stages for FuseNet."""

import warnings
from pathlib import Path
from typing import Any

import keras

from auxnet_keras.errors import ConfigError
from auxnet_keras.models.backbones import BACKBONES
from auxnet_keras.models.preprocessing import check_size
from auxnet_keras.safety import check_weights
from auxnet_keras.training.weights_file import misfit_in_words

LEVELS = ("P2", "P3", "P4", "P5")
"""Pyramid levels by name; level Pn has stride 2**n. P2 is optional."""


def preprocessing_of(backbone: str | keras.Model) -> str:
    """The `ImagePreprocessing` mode that suits `backbone` (a user's own gets RGB 0..255)."""
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
            P5, or an attribute `pyramid_outputs` (keras-cv: `pyramid_level_inputs`), as keras-cv
            and keras-hub backbones have. Such a model is used itself, not copied: two networks
            built on it share its weights.
        input_shape: Image (height, width, channels); `None` for an unknown side.
        weights: `"imagenet"`, `None` (random), or a weights file of this backbone. A model of your
            own keeps the weights it has; `"small"` has no ImageNet weights and starts at random.
        name: Name of the returned model.

    Returns:
        A `keras.Model`, image [B, H, W, 3] -> dict of [B, H/2**n, W/2**n, C_n].

    Raises:
        ConfigError: Unknown name, a model without the pyramid, weights that cannot be had.
        DataError: A weights file that holds more than numbers, or claims more than it holds.
    """
    check_size(*input_shape[:2])
    if isinstance(backbone, str):
        tapped = _application(backbone, input_shape, weights)
    else:
        _check_own(backbone, input_shape, weights)
        tapped = _pyramid_of(backbone)
    return keras.Model(tapped.inputs[0], tapped.output, name=name)


def stages(model: keras.Model, name: str) -> list[keras.Model]:
    """Cuts an `encoder` at its pyramid levels: one model per stage, each fed by the one before.

    Raises:
        ConfigError: Something flows past a level, so that the encoder cannot be cut there.
    """
    cuts: list[Any] = [model.inputs[0], *(model.output[level] for level in sorted(model.output))]
    parts = []
    for start, end, level in zip(cuts[:-1], cuts[1:], sorted(model.output), strict=True):
        try:
            parts.append(keras.Model(start, end, name=f"{name}_{level}"))
        except ValueError as error:
            raise ConfigError(
                f"This backbone cannot be cut at its level {level}, because part of it bypasses "
                f"that tensor; fusing after every stage needs such cuts. Received: {model.name!r}."
            ) from error
    return parts


def _application(name: str, input_shape: tuple, weights: str | Path | None) -> keras.Model:
    recipe = BACKBONES.find(name)
    if not recipe.pretrained:
        _refuse_file(name, weights)
        return recipe.build(tuple(input_shape))
    if weights not in ("imagenet", None) and not Path(str(weights)).is_file():
        raise ConfigError(
            f"No weights file for the backbone {name!r} there. Expected 'imagenet', None, or the "
            f"path of a weights file of that backbone. Received: {str(weights)!r}."
        )
    from_imagenet = weights == "imagenet"
    try:
        with warnings.catch_warnings():
            # MobileNetV2's ImageNet weights are those of square images; convolutions do not care.
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
            f"The ImageNet weights of {name!r} could not be fetched ({_last_line(error)}). "
            "Without a network: pass weights=None (--weights none) to start from random weights, "
            "or fetch the file on another machine and pass weights='path/to/file' or put it into "
            "~/.keras/models/, where Keras looks first. Received: weights='imagenet'."
        ) from error
    if recipe.batch_norm_momentum is not None:
        for layer in model.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.momentum = recipe.batch_norm_momentum
    if weights is not None and not from_imagenet:
        _load(model, name, Path(str(weights)))
    taps = {lv: model.get_layer(t).output for lv, t in zip(LEVELS, recipe.taps, strict=True)}
    return keras.Model(model.inputs, taps)


def _refuse_file(name: str, weights: str | Path | None) -> None:
    if weights not in ("imagenet", None):
        raise ConfigError(
            f"The backbone {name!r} starts from random weights; load a file into the whole network "
            f"instead (model.load_weights) and leave weights out. Received: weights={weights!r}."
        )


def _load(model: keras.Model, name: str, path: Path) -> None:
    with misfit_in_words(
        f"backbone {name!r} without its top",
        path,
        "a file written by that backbone's save_weights, or its 'notop' file of keras.applications",
    ):
        check_weights(path, model.count_params())
        model.load_weights(path)


def _check_own(model: keras.Model, input_shape: tuple, weights: str | Path | None) -> None:
    if weights not in ("imagenet", None):
        raise ConfigError(
            "A backbone given as a model has its weights already; load the file into it and leave "
            f"weights out. Received: weights={str(weights)!r}."
        )
    own = tuple(model.inputs[0].shape[1:])
    if any(a is not None and a != b for a, b in zip(own, input_shape, strict=True)):
        raise ConfigError(
            f"The backbone {model.name!r} takes images of shape {own}; build it for input_shape, "
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
            "A backbone of your own must be a Keras model whose output is a dict with the keys "
            "'P3', 'P4' and 'P5' (strides 8, 16, 32), or have such an attribute `pyramid_outputs`. "
            f"Received: a model with {have}."
        )
    return keras.Model(model.inputs, {level: named[level] for level in LEVELS if level in named})


def _last_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
