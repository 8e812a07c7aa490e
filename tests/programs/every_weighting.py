"""Trains a tiny network with every weighting, on the backend of KERAS_BACKEND; prints JSON.

The network has a tensor where its tasks branch, a skip connection around it, BatchNormalization,
a third head that no weighting weights, and two kinds of regularisation.
"""

import json
import sys
import time

import keras
import numpy as np

import auxnet_keras as ak
from auxnet_keras.weighting.catalogue import WEIGHTINGS

CLASSES, SIZE, BATCH = 3, (2, 3), 4
VALUES = {
    "fixed": "fixed:4,1",
    "schedule": "schedule:0:1/3,1:1/0.5",
    "pareto": "pareto:0.4,0.9",
    "random": "random:3",
}
"""A text for methods that need values."""


def cases() -> dict:
    """Name to a function that makes a weighting, and the arguments of `compile`."""
    w = ak.weighting
    found = {
        name: lambda name=name: ak.experiments.weighting(VALUES.get(name, name))
        for name in WEIGHTINGS
        if name not in ("class-wise",)
    }
    classes = {"depth_bins": [4.0, 9.0], "start_epoch": 0, "step_size": 0.005}
    return {
        **found,
        "class-wise": lambda: w.ClassWiseWeighting(**classes),
        "class-wise, means": lambda: w.ClassWiseWeighting(
            **classes, window=2, normalize_by="class", rule="sign"
        ),
        "mgda, representation": lambda: w.MGDA(True, reduction="sum", momentum=0.5),
        "mgda, last": lambda: w.MGDA(parameters="last"),
        "gradnorm, shared": lambda: w.GradNorm(parameters="shared"),
        "pareto, momentum": lambda: w.ParetoMTL((0.4, 0.9), momentum=0.3),
        "auto-lambda, clamp": lambda: w.AutoLambda(0.1, held_out=0.25, clamp=True),
        "composed": lambda: w.Combined(
            [
                w.ClassWiseWeighting(**classes),
                w.TaskWeightBalancing(momentum=0.5),
                w.MGDA(True),
                w.WeightSchedule(
                    {0: {"segmentation": 1.0, "depth": 1.0}, 1: {"segmentation": 1.0, "depth": 0.5}}
                ),
            ]
        ),
    }


def network() -> keras.Model:
    image = keras.Input((*SIZE, 3), dtype="uint8")
    first = keras.layers.Dense(4, use_bias=False, kernel_regularizer=keras.regularizers.L2(0.1))(
        keras.layers.Rescaling(1 / 255)(image)
    )
    first = keras.layers.BatchNormalization(momentum=0.9)(first)
    features = keras.layers.Dense(
        5, "relu", activity_regularizer=keras.regularizers.L2(0.01), name="shared"
    )(first)
    both = keras.layers.Concatenate()([features, first])
    outputs = {
        "segmentation": keras.layers.Dense(CLASSES, name="classes")(features),
        "depth": keras.layers.Dense(1, name="metres")(both),
        "other": keras.layers.Dense(1, name="third")(both),
    }
    model = ak.models.AuxiliaryModel(image, outputs)
    values = np.random.default_rng(0)
    model.set_weights([values.uniform(0.1, 0.5, w.shape) for w in model.get_weights()])
    return model


def data() -> tuple:
    """Two batches; unequal parts have no target."""
    random, count = np.random.default_rng(1), 2 * BATCH
    labels = random.integers(0, CLASSES, (count, *SIZE)).astype(np.uint8)
    labels[random.random(labels.shape) < 0.4] = 255
    depth = random.uniform(1, 12, (count, *SIZE, 1)).astype(np.float32)
    depth[random.random(depth.shape) < 0.3] = -1.0
    images = random.integers(0, 256, (count, *SIZE, 3)).astype(np.uint8)
    return images, {"segmentation": labels, "depth": depth, "other": depth * 0.5}


def trained(make, **compiled) -> dict:
    """What four steps in two epochs lead to."""
    keras.utils.set_random_seed(0)
    model, weighting = network(), make()
    losses = {
        "segmentation": ak.losses.PixelCrossEntropy(),
        "depth": ak.losses.DepthL1(),
        "other": ak.losses.DepthL1(),
    }
    model.compile(keras.optimizers.SGD(0.05, momentum=0.5), losses, metrics=None, **compiled)
    history = model.fit(
        *data(), batch_size=BATCH, epochs=2, shuffle=False, verbose=0, callbacks=[weighting]
    ).history
    return {
        "variables": [np.ravel(v).astype(float).tolist() for v in model.variables],
        "history": {name: [float(v) for v in values] for name, values in history.items()},
    }


def main() -> None:
    made = cases()
    for name in sys.argv[1:] or made:
        start = time.process_time()
        print(json.dumps([name, trained(made[name])]), flush=True)
        print(name, round(time.process_time() - start, 2), file=sys.stderr)


if __name__ == "__main__":
    main()
