"""One of the processes that train a toy network together on JAX; prints what it has seen as JSON.

Usage: cluster.py FOLDER SCENES EVENT, where EVENT happens during the training: `copy` keeps a copy
of FOLDER as it is after the first epoch, `term` sends SIGTERM to the last process in the second
epoch, `kill` kills the last process in the fourth. With two events nothing is trained: `late` sends
SIGTERM to process 1 and Ctrl-C to process 2 while they wait for the first, which is busy after the
last epoch; `refuse` is `auxnet train`, which refuses FOLDER.
"""

import json
import os
import shutil
import signal
import sys
import threading
import time

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
if __name__ == "__main__":  # where it is installed, Keras would load it: seconds of every process
    sys.modules["tensorflow"] = None

import keras

import auxnet_keras as ak
from auxnet_keras import cli
from auxnet_keras.core.hosts import is_chief, process_count, process_index
from auxnet_keras.experiments.cluster import membership
from auxnet_keras.experiments.cluster.crew import Crew
from auxnet_keras.experiments.cluster.devices import check_same_data, using_devices
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.run.folder import claim_folder
from auxnet_keras.models.batch_normalization import BatchNormalization

SIZE, EPOCHS = (16, 24), 4
membership._LOST_AFTER = 10  # the tests wait for it


class Event(keras.callbacks.Callback):
    """What happens to this process during the training."""

    def __init__(self, event, folder):
        super().__init__()
        self.folder = folder
        last = process_index() == process_count() - 1
        self.signal = {"term": (1, signal.SIGTERM), "kill": (3, signal.SIGKILL)}.get(event)
        self.signal = self.signal if last else None
        self.copies = event == "copy"

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
        if self.copies and epoch == 1:
            shutil.copytree(self.folder, f"{self.folder}_after_1")

    def on_train_batch_begin(self, batch, logs=None):
        if self.signal and (self.epoch, batch) == (self.signal[0], 1):
            os.kill(os.getpid(), self.signal[1])


def network():
    image = keras.Input((*SIZE, 3), name="image")
    # A Rescaling asks for TensorFlow where it is installed.
    features = keras.ops.cast(image, "float32") / 255
    features = keras.layers.Conv2D(6, 3, padding="same", use_bias=False)(features)
    features = keras.layers.ReLU()(BatchNormalization(momentum=0.9)(features))
    outputs = {
        "segmentation": keras.layers.Conv2D(13, 1)(features),
        "depth": keras.layers.Conv2D(1, 1)(features),
    }
    return ak.models.AuxiliaryModel(image, outputs)


def weighting(frames):
    """Class weights with measured bins, of which each process must have the same, and TWB."""
    bins = ak.data.depth_bins(frames, 3)
    classes = ak.weighting.ClassWiseWeighting(depth_bins=bins, start_epoch=0)
    return ak.weighting.Combined([classes, ak.weighting.TaskWeightBalancing()])


def train(run, crew, event, seen):
    if event == "late":
        sent = [None, signal.SIGTERM, signal.SIGINT][process_index()]
        if sent is not None:
            threading.Timer(1, os.kill, (os.getpid(), sent)).start()
        return
    config = run.config
    common = {"size": SIZE, "batch_size": config.batch_size, "depth_unit": "metres"}
    # Half of the frames of a batch have no labels, so the processes' masks differ.
    frames = ak.data.load(config.data, config.root, split="train", labels=10, **common)
    val = ak.data.load(config.data, config.root, split="val", limit=3, **common)
    check_same_data(crew.meeting, train=frames, val=val)
    with using_devices(config) as devices:
        keras.utils.set_random_seed(0)
        model = devices.build(network)
        metrics = {"segmentation": [ak.metrics.SegmentationMetrics(model.class_names)]}
        model.compile(keras.optimizers.SGD(1e-3, momentum=0.9), metrics=metrics)
        shared = devices.share(frames)
        seen["rows"] = len(next(iter(shared))[0])
        shared.epoch.assign(0)
        history = model.fit(
            shared,
            validation_data=devices.share(val),
            epochs=EPOCHS,
            verbose=0,
            callbacks=[
                weighting(shared),
                Event(event, run.path),
                ak.callbacks.ResumableCheckpoint(run.path, dataset=shared, keep=9),
            ],
        )
    seen["history"] = {name: values[-1] for name, values in history.history.items()}
    seen["frames"] = len(val.plan.frames)


def main(folder, scenes, event):
    if event == "refuse":
        cli.main(["train", "--data", "street", "--out", folder])
    config = RunConfig(data="synthia", root=scenes, batch_size=4, model="unet", out=folder)
    seen = {}
    with membership.in_cluster():
        crew = Crew()
        if not is_chief():
            crew.help(config, lambda run: train(run, crew, event, seen))
        else:
            run = claim_folder(config)
            crew.begin(run)
            train(run, crew, event, seen)
            time.sleep(120 if event == "late" else 0)
            crew.end()
    print(json.dumps({"process": process_index(), "of": process_count(), **seen}))


if __name__ == "__main__":
    main(*sys.argv[1:])
