"""Trains a tiny network with every weighting on the backend of KERAS_BACKEND; prints JSON lines.

The rules of the catalogue run eagerly, where hundreds of operations need no compilation, for three
epochs of one batch: dynamic weight average compares two epochs, and weighs from the third on. On
JAX some more run compiled, and most of these on two devices, on a network with all that a step has
to tell apart.
"""

import json

import keras
import numpy as np

import auxnet_keras as ak
from auxnet_keras.weighting.catalogue import WEIGHTINGS

CLASSES, SIZE, BATCH = 3, (2, 3), 4
VALUES = {
    "fixed": "fixed:4,1",
    "schedule": "schedule:0:1/3,1:1/0.5",
    "pareto": "pareto:0.4,0.9",
}
"""A text for methods that need values."""

BINS = {"depth_bins": [4.0, 9.0], "start_epoch": 0, "step_size": 0.005}
RICH = {
    "look ahead": lambda w: w.AutoLambda(0.1, held_out=0.25, clamp=True),
    "class-wise": lambda w: w.ClassWiseWeighting(**BINS, window=2),
    "shared": lambda w: w.MGDA(reduction="sum", momentum=0.5),
    "composed": lambda w: w.Combined(
        [
            w.ClassWiseWeighting(**BINS),
            w.TaskWeightBalancing(momentum=0.5),
            w.MGDA(True),
            w.WeightSchedule(
                {0: {"segmentation": 1, "depth": 1}, 1: {"segmentation": 1, "depth": 2}}
            ),
        ]
    ),
}
"""Name to a weighting for the network with everything."""

ON_TWO_DEVICES = ("class-wise", "shared", "composed")

ELSEWHERE = ("class-wise", "auto-lambda", "mgda")
"""Methods that are among `RICH`."""


def network(rich: bool) -> keras.Model:
    """With `rich`: statistics, a skip connection, a head without a weighting, two penalties."""
    image = keras.Input((*SIZE, 3), dtype="uint8")
    first = keras.layers.Rescaling(1 / 255)(image)
    if rich:
        first = keras.layers.Dense(
            4, kernel_regularizer=keras.regularizers.L2(0.1), use_bias=False
        )(first)
        first = keras.layers.BatchNormalization(momentum=0.9)(first)
    second = keras.layers.Dense(
        5, "relu", activity_regularizer=keras.regularizers.L2(0.01) if rich else None
    )(first)
    both = keras.layers.Concatenate()([second, first]) if rich else second
    outputs = {
        "segmentation": keras.layers.Dense(CLASSES)(second),
        "depth": keras.layers.Dense(1)(both),
    }
    if rich:
        outputs["other"] = keras.layers.Dense(1)(both)
    model = ak.models.AuxiliaryModel(image, outputs)
    values = np.random.default_rng(0)
    model.set_weights([values.uniform(0.1, 0.5, w.shape) for w in model.get_weights()])
    return model


def data(rich: bool) -> tuple:
    """One batch, or two: their halves have very different numbers of pixels with a target."""
    random, count = np.random.default_rng(1), (2 if rich else 1) * BATCH
    labels = random.integers(0, CLASSES, (count, *SIZE)).astype(np.uint8)
    labels[random.random(labels.shape) < 0.2] = 255
    depth = random.uniform(1, 12, (count, *SIZE, 1)).astype(np.float32)
    for first in range(0, count, BATCH):
        labels[first : first + BATCH // 2, 0] = 255
        depth[first + BATCH // 2 : first + BATCH, :, :2] = -1.0
    images = random.integers(0, 256, (count, *SIZE, 3)).astype(np.uint8)
    targets = {"segmentation": labels, "depth": depth}
    return images, {**targets, "other": depth * 0.5} if rich else targets


def trained(weighting: ak.weighting.Weighting, rich: bool, **compiled) -> dict:
    """What a few steps lead to."""
    model, epochs = network(rich), 2 if rich else 3
    losses = {task: ak.losses.DepthL1() for task in model.output_names}
    losses["segmentation"] = ak.losses.PixelCrossEntropy()
    model.compile(keras.optimizers.SGD(0.05), losses, metrics=None, **compiled)
    history = model.fit(
        *data(rich),
        batch_size=BATCH,
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=[weighting],
    ).history
    return {
        "variables": [np.ravel(v).astype(float).tolist() for v in model.variables],
        "history": {name: [float(v) for v in values] for name, values in history.items()},
    }


def outcomes():
    """Name and outcome of every case."""
    for name in WEIGHTINGS:
        if name not in ELSEWHERE:
            weighting = ak.experiments.weighting(VALUES.get(name, name))
            yield name, trained(weighting, rich=False, run_eagerly=True)
    compiled = {"steps_per_execution": 2} if on_jax() else {"run_eagerly": True}
    for name, make in RICH.items():
        if on_jax() and name in ON_TWO_DEVICES:
            keras.distribution.set_distribution(keras.distribution.DataParallel())
        yield name, trained(make(ak.weighting), rich=True, **compiled)


def on_jax() -> bool:
    return keras.backend.backend() == "jax"


def main() -> None:
    for case in outcomes():
        print(json.dumps(case), flush=True)


if __name__ == "__main__":
    main()
