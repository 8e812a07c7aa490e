"""Trains four epochs of three batches with a checkpoint; is killed where it is told to be.

Arguments: run folder, scenes folder, and the end: `never`; `after:EPOCH` (its checkpoint has been
written); `step:N` (SIGKILL after the N-th batch of the run); `write:N` (within the write after it);
`validation:EPOCH`; `term:N` and `interrupt:N` (that signal during the N-th batch).
"""

import hashlib
import json
import os
import signal
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

import auxnet_keras as ak

SIZE = (32, 64)


class Killed(keras.callbacks.Callback):
    """SIGKILL: no handler, no `finally`, no flushing."""

    def __init__(self, when):
        super().__init__()
        self.moment, _, number = when.partition(":")
        self.number = int(number or -1)

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch

    def on_train_batch_begin(self, batch, logs=None):
        if self.now * 3 + batch + 1 == self.number:
            if self.moment == "term":
                os.kill(os.getpid(), signal.SIGTERM)
            if self.moment == "interrupt":
                os.kill(os.getpid(), signal.SIGINT)
            if self.moment == "write":
                np.savez = half_written

    def on_train_batch_end(self, batch, logs=None):
        if self.moment == "step" and self.now * 3 + batch + 1 == self.number:
            os.kill(os.getpid(), signal.SIGKILL)

    def on_test_batch_end(self, batch, logs=None):
        if self.moment == "validation" and self.now == self.number:
            os.kill(os.getpid(), signal.SIGKILL)

    def on_epoch_end(self, epoch, logs=None):
        if self.moment == "after" and epoch == self.number:
            os.kill(os.getpid(), signal.SIGKILL)


def half_written(path, **arrays):
    Path(path).write_bytes(b"PK" * 1000)
    os.kill(os.getpid(), signal.SIGKILL)


def network():
    image = keras.Input((*SIZE, 3), name="image")
    features = keras.layers.Rescaling(1 / 255)(image)
    features = keras.layers.Conv2D(8, 3, padding="same")(features)
    features = keras.layers.BatchNormalization()(features)
    features = keras.layers.Dropout(0.3)(keras.layers.ReLU()(features))
    outputs = {
        "segmentation": keras.layers.Conv2D(13, 1)(features),
        "depth": keras.layers.Conv2D(1, 1)(features),
    }
    return ak.models.AuxiliaryModel(image, outputs)


def main(run, scenes, when):
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(0)
    options = {"size": SIZE, "batch_size": 2, "limit": 6}
    train = ak.data.load("street", scenes, split="train", augment=True, **options)
    model = network()
    model.compile(keras.optimizers.Adam(1e-2))
    monitor = {"monitor": "val_depth_loss", "mode": "min"}
    stopping = keras.callbacks.EarlyStopping(**monitor, patience=3, restore_best_weights=True)
    plateau = keras.callbacks.ReduceLROnPlateau(**monitor, patience=1, min_delta=100.0)
    checkpoint = ak.callbacks.ResumableCheckpoint(run, every=1)
    model.fit(
        train,
        validation_data=ak.data.load("street", scenes, split="val", **options),
        epochs=4,
        verbose=0,
        callbacks=[
            ak.weighting.FocusedTaskWeightBalancing(),
            stopping,
            plateau,
            ak.callbacks.HistoryFile(run / "history.csv"),
            ak.callbacks.BestWeights(run / "best.weights.h5"),
            checkpoint,
            Killed(when),
        ],
    )
    digest = hashlib.sha256()
    for variable in (*model.variables, *model.optimizer.variables):
        digest.update(np.asarray(variable).tobytes())
    digest.update(repr([stopping.wait, float(stopping.best), plateau.wait]).encode())
    resumed = checkpoint.resumed_from and checkpoint.resumed_from.name
    print(json.dumps({"digest": digest.hexdigest(), "resumed_from": resumed}))


main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
