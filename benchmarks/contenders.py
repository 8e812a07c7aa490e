"""The contenders: AuxNet with a weighting, and plain Keras on the same graph."""

from collections.abc import Callable
from typing import Any

import keras
from synthetic import CLASSES, TINY, Setting, batch

import auxnet_keras as ak

TASK_WEIGHTS = {"segmentation": 400.0, "depth": 1.0}  # the paper's AuxNet_400

FULL = Setting("resnet50", (224, 384), 4)
QUICK = Setting(TINY, (32, 64), 2)


def setting(quick: bool) -> Setting:
    """The paper's network, or a tiny one just to check that the benchmark runs."""
    return QUICK if quick else FULL


def weightings() -> dict[str, keras.callbacks.Callback]:
    """The weightings to measure, by the names of their ratios."""
    return {
        "fixed": ak.weighting.FixedWeights(TASK_WEIGHTS),
        "twb": ak.weighting.TaskWeightBalancing(),
        "ftwb": ak.weighting.FocusedTaskWeightBalancing(),
    }


def network(setting: Setting) -> keras.Model:
    """AuxNet, not compiled, with the same random weights on every call."""
    keras.utils.set_random_seed(0)
    if setting.backbone == TINY:
        return _tiny(setting.size)
    return ak.models.AuxNet(CLASSES, (*setting.size, 3), backbone=setting.backbone, weights=None)


def _tiny(size: tuple[int, int]) -> keras.Model:
    image = keras.Input((*size, 3), name="image")
    features = keras.layers.Conv2D(4, 3, padding="same")(image)
    outputs = {
        "segmentation": keras.layers.Conv2D(CLASSES, 1, name="segmentation")(features),
        "depth": keras.layers.Conv2D(1, 1, name="depth")(features),
    }
    return ak.models.AuxiliaryModel(image, outputs)


def plain_network(setting: Setting) -> keras.Model:
    """The same graph as a `keras.Model`."""
    model = network(setting)
    return keras.Model(model.input, model.output, name="plain")


def compile_ours(model: keras.Model) -> None:
    """Compiles as in the README, with the default losses and metrics."""
    model.compile(optimizer=keras.optimizers.Adam(1e-4))


def compile_plain(model: keras.Model) -> None:
    """Compiles with the same losses and metrics, spelled out, and constant `loss_weights`."""
    names = [str(channel) for channel in range(CLASSES)]
    model.compile(
        optimizer=keras.optimizers.Adam(1e-4),
        loss={"segmentation": ak.losses.PixelCrossEntropy(), "depth": ak.losses.DepthL1()},
        loss_weights=TASK_WEIGHTS,
        metrics={
            "segmentation": [ak.metrics.SegmentationMetrics(names)],
            "depth": [ak.metrics.DepthMetrics()],
        },
    )


def pair(
    name: str, setting: Setting
) -> tuple[keras.Model, Callable[[keras.Model], None], list[keras.callbacks.Callback]]:
    """The network, compile function and callbacks of "ours" (with FTWB) or "plain"."""
    if name == "plain":
        return plain_network(setting), compile_plain, []
    return network(setting), compile_ours, [weightings()["ftwb"]]


def endless(setting: Setting) -> Any:
    """One batch, repeated forever, so that no time is spent waiting for data."""
    import tensorflow as tf

    return tf.data.Dataset.from_tensors(batch(setting)).repeat()
