"""Trains on two divisions of the CPU, on one device, and on one after the other, on TensorFlow.

Usage: devices.py FOLDER SCENES; prints what each training has logged, and what was refused.
"""

import contextlib
import json
import os
import signal
import sys

import keras
import numpy as np

import auxnet_keras as ak
from auxnet_keras.experiments.cluster.devices import using_devices
from auxnet_keras.experiments.config.run_config import RunConfig
from tests.programs.cluster import SIZE, network


class Stop(keras.callbacks.Callback):
    """Sends SIGTERM in the second batch of the second epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        if (self.epoch, batch) == (1, 1):
            os.kill(os.getpid(), signal.SIGTERM)


def train(devices, folder, scenes, *callbacks):
    """The logs of the last epoch."""
    config = RunConfig(data="synthia", root=scenes, batch_size=4, model="unet", devices=devices)
    common = {"size": SIZE, "depth_unit": "metres"}
    with using_devices(config) as ready:
        # Half of the frames of a batch have no labels, so the devices' masks differ.
        frames = ak.data.load("synthia", scenes, labels=10, batch_size=4, **common)
        # The last batch has one frame: one of two devices has none.
        val = ak.data.load("synthia", scenes, split="val", limit=3, batch_size=2, **common)
        keras.utils.set_random_seed(0)
        model = ready.build(network)
        metrics = {"segmentation": [ak.metrics.SegmentationMetrics(model.class_names)]}
        with model.distribute_strategy.scope():
            model.compile(keras.optimizers.SGD(1e-3, momentum=0.9), metrics=metrics)
        weighting = ak.weighting.ClassWiseWeighting(
            depth_bins=[5.0, 10.0, 20.0],
            step_size=0.005,
            start_epoch=0,
            task_weighting=ak.weighting.TaskWeightBalancing(),
        )
        checkpoint = ak.callbacks.ResumableCheckpoint(folder)
        history = model.fit(
            ready.share(frames),
            validation_data=ready.share(val),
            epochs=2,
            verbose=0,
            callbacks=[weighting, *callbacks, checkpoint],
        ).history
    return {name: values[-1] for name, values in history.items()}


def train_another_network():
    """The losses of a network with fewer channels, after another one in this process."""
    with using_devices(RunConfig(devices=2, batch_size=4)) as ready:
        layers = [keras.Input((2, 2, 3)), keras.layers.BatchNormalization()]
        model = ready.build(lambda: keras.Sequential(layers))
        model.compile("sgd", "mse")
        images = np.ones((4, 2, 2, 3), "float32")
        return model.fit(images, images, batch_size=4, verbose=0).history


def main(folder, scenes):
    found = {
        "two": train(2, f"{folder}/two", scenes),
        "one": train(1, f"{folder}/one", scenes),
    }
    with contextlib.suppress(SystemExit):
        train(1, f"{folder}/both", scenes, Stop())
    found["both"] = train(2, f"{folder}/both", scenes)
    found["another"] = train_another_network()
    try:
        with using_devices(RunConfig(devices=3, batch_size=3)):
            pass
    except ak.errors.ConfigError as error:
        found["refused"] = str(error)
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
