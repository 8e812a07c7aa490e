"""Trains the toy network on one device and on two logical CPUs; prints both outcomes as JSON."""

import json
import sys

import keras
import numpy as np
import tensorflow as tf

import auxnet_keras as ak
from tests.toys import toy_batches, toy_model

WEIGHTINGS = {
    "none": lambda: None,
    "ftwb": lambda: ak.weighting.FocusedTaskWeightBalancing(momentum=0.5),
    "class_wise": lambda: ak.weighting.ClassWiseWeighting(
        depth_bins=[5.0, 10.0, 20.0],
        step_size=0.005,
        start_epoch=0,
        task_weighting=ak.weighting.TaskWeightBalancing(),
    ),
    "class_means": lambda: ak.weighting.ClassWiseWeighting(
        depth_bins=[5.0, 10.0, 20.0],
        step_size=0.005,
        start_epoch=1,
        window=2,
        normalize_by="class",
        rule="sign",
    ),
    "class_wise_combined": lambda: ak.weighting.Combined(
        [
            ak.weighting.ClassWiseWeighting(
                depth_bins=[5.0, 10.0, 20.0], step_size=0.005, start_epoch=0
            ),
            ak.weighting.TaskWeightBalancing(),
            ak.weighting.MGDA(),
            ak.weighting.WeightSchedule(
                {0: {"segmentation": 1.0, "depth": 1.0}, 1: {"segmentation": 1.0, "depth": 0.5}}
            ),
        ]
    ),
    "mgda_representation": lambda: ak.weighting.MGDA(representation=True),
    "pareto": lambda: ak.weighting.ParetoMTL((0.92, 0.38)),
}


def data() -> tuple:
    """Six batches whose two halves have very unequal masks, one without any depth on one half."""
    images, targets = toy_batches(6, batch_size=8)
    for first in range(0, 48, 8):
        targets["segmentation"][first : first + 4, :6] = 255
        targets["depth"][first + 4 : first + 8, :, :10] = -1.0
    targets["depth"][12:16] = -1.0
    return images, targets


def train(name: str, strategy: tf.distribute.Strategy) -> dict:
    with strategy.scope():
        keras.utils.set_random_seed(0)
        model = toy_model(batch_norm=False, regularizer=keras.regularizers.L2(0.5))
        # Metrics and validation are compared once: they take most of the time to trace.
        model.compile(keras.optimizers.Adam(1e-2), metrics="auto" if name == "none" else None)
    weighting = WEIGHTINGS[name]()
    dataset = tf.data.Dataset.from_tensor_slices(data()).batch(8)
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
    history = model.fit(
        dataset.with_options(options),
        epochs=2,
        verbose=0,
        validation_data=dataset.with_options(options) if name == "none" else None,
        callbacks=[weighting] if weighting else [],
    ).history
    return {
        "weights": {k: np.asarray(v).tolist() for k, v in weighting.weights.items()}
        if weighting
        else {},
        "variables": [np.array(v).ravel().tolist() for v in model.trainable_variables],
        "history": {key: values[-1] for key, values in history.items()},
    }


def bad_numbers(strategy: tf.distribute.Strategy) -> dict:
    """One NaN, in the half of the third batch that the second replica gets."""
    images, targets = data()
    images = images.astype(np.float32)
    images[16 + 7] = np.nan
    good = np.r_[0:16, 24:48]
    outcome = {}
    for name, part in (("without", good), ("skipped", np.arange(48))):
        with strategy.scope():
            keras.utils.set_random_seed(0)
            model = toy_model()
            model.compile(keras.optimizers.Adam(1e-2))
        history = model.fit(
            images[part],
            {task: target[part] for task, target in targets.items()},
            batch_size=8,
            shuffle=False,
            verbose=0,
            callbacks=[ak.weighting.TaskWeightBalancing(), ak.callbacks.NonFinite("skip")],
        ).history
        variables = [*model.variables, *model.optimizer.variables]
        outcome[name] = {
            "skipped": history.pop("skipped_batches"),
            "history": history,
            "variables": [np.array(v).ravel().tolist() for v in variables],
        }
    return outcome


if __name__ == "__main__":
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    mirrored = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    default = tf.distribute.get_strategy()
    if sys.argv[1:] == ["refusals"]:
        for options, optimizer in (
            ({"steps_per_execution": 2}, keras.optimizers.SGD),
            ({}, lambda: keras.optimizers.SGD(gradient_accumulation_steps=2)),
            ({"jit_compile": True}, keras.optimizers.SGD),
        ):
            with mirrored.scope():
                model = toy_model()
                model.compile(optimizer(), **options)
            try:
                model.fit(*toy_batches(1), verbose=0)
            except ak.errors.ConfigError as error:
                print(json.dumps(str(error)))
        print(json.dumps(bad_numbers(mirrored)))
    else:
        outcome = {name: [train(name, default), train(name, mirrored)] for name in WEIGHTINGS}
        print(json.dumps(outcome))
