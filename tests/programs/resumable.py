"""Trains four epochs of three batches with a checkpoint, and ends as requested.

Arguments: scenes folder, seed, and a JSON list of pairs: run folder and end. Each pair runs in a
separate process, forked after importing Keras. It prints its result if it reaches the end of
training; then this program prints its exit code and the newest checkpoint. Batches N count from 1
over the whole run, epochs E from 0. The ends:

    never
    step:N         SIGKILL after the N-th batch and its checkpoint
    later:N:MS     SIGKILL so many milliseconds after the N-th batch began
    write:N:BYTES  SIGKILL within the write of the checkpoint after the N-th batch, when so many
                   bytes of its three files are written
    sync:N:K       SIGKILL instead of the K-th fsync of that write: 0-2 the files, 3 the folder,
                   4 the folder above it, after the renaming
    validation:E   SIGKILL in the validation of an epoch
    before:E       SIGKILL when history and best weights are written and the checkpoint is not
    after:E        SIGKILL when it is
    term:N         SIGTERM during the N-th batch
    interrupt:N    SIGINT during the N-th batch
    quit:E         SIGTERM in the validation of an epoch
"""

import hashlib
import io
import json
import os
import signal
import sys
import threading
from pathlib import Path

import keras
import numpy as np

import auxnet_keras as ak
from auxnet_keras.core.determinism import compute_deterministically
from auxnet_keras.storage import atomic

SIZE = (32, 64)


def kill():
    """No handler, no `finally`, no flushing."""
    os.kill(os.getpid(), signal.SIGKILL)


class Ended(keras.callbacks.Callback):
    """Last among the callbacks, so behind the checkpoint."""

    def __init__(self, when, checkpoint):
        super().__init__()
        self.moment, *numbers = when.split(":")
        self.number, self.detail = (*(int(number) for number in numbers), -1, -1)[:2]
        self.checkpoint = checkpoint

    def is_now(self, moment, number):
        return (self.moment, self.number) == (moment, number)

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch
        if self.is_now("before", epoch):
            write = self.checkpoint.store.write
            self.checkpoint.store.write = lambda done, arrays, meta, step=0: (
                write(done, arrays, meta, step) if step else kill()
            )

    def on_train_batch_begin(self, batch, logs=None):
        number = self.now * 3 + batch + 1
        if self.is_now("term", number):
            os.kill(os.getpid(), signal.SIGTERM)
        if self.is_now("interrupt", number):
            os.kill(os.getpid(), signal.SIGINT)
        if self.is_now("later", number):
            threading.Timer(self.detail / 1000, kill).start()
        if self.is_now("write", number):
            stop_after(self.detail)
        if self.is_now("sync", number):
            left = iter(range(self.detail))
            sync = atomic._sync
            atomic._sync = lambda path: kill() if next(left, None) is None else sync(path)

    def on_train_batch_end(self, batch, logs=None):
        if self.is_now("step", self.now * 3 + batch + 1):
            kill()

    def on_test_batch_end(self, batch, logs=None):
        if self.is_now("validation", self.now):
            kill()

    def on_test_batch_begin(self, batch, logs=None):
        if self.is_now("quit", self.now):
            os.kill(os.getpid(), signal.SIGTERM)

    def on_epoch_end(self, epoch, logs=None):
        if self.is_now("after", epoch):
            kill()


def stop_after(size):
    """What is written to disk as arrays or as text ends after `size` bytes, and with it the run."""
    left = [size]
    savez = np.savez

    def write(path, content):
        with Path(path).open("wb") as file:
            file.write(content[: left[0]])
        left[0] -= len(content)
        if left[0] < 0:
            kill()

    def write_arrays(path, **arrays):
        memory = io.BytesIO()
        savez(memory, **arrays)
        write(path, memory.getvalue())

    np.savez = write_arrays
    Path.write_text = lambda path, text, encoding: write(path, text.encode(encoding))


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


def train(run, scenes, when, seed):
    compute_deterministically()
    keras.utils.set_random_seed(seed)
    options = {"size": SIZE, "batch_size": 2, "limit": 6, "seed": seed}
    frames = ak.data.load("street", scenes, split="train", augment=True, **options)
    model = network()
    model.compile(keras.optimizers.Adam(1e-2))
    monitor = {"monitor": "val_depth_loss", "mode": "min"}
    stopping = keras.callbacks.EarlyStopping(**monitor, patience=3, restore_best_weights=True)
    plateau = keras.callbacks.ReduceLROnPlateau(**monitor, patience=1, min_delta=100.0)
    checkpoint = ak.callbacks.ResumableCheckpoint(run, every=1)
    model.fit(
        frames,
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
            Ended(when, checkpoint),
        ],
    )
    digest = hashlib.sha256()
    for variable in (*model.variables, *model.optimizer.variables):
        digest.update(np.asarray(variable).tobytes())
    digest.update(repr([stopping.wait, float(stopping.best), plateau.wait]).encode())
    resumed = checkpoint.resumed_from and checkpoint.resumed_from.name
    print(json.dumps({"digest": digest.hexdigest(), "resumed_from": resumed}))


def main(scenes, seed, runs):
    for run, when in runs:
        sys.stdout.flush()
        child = os.fork()
        if not child:
            train(Path(run), scenes, when, int(seed))
            sys.exit()
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        saved = (path.name for path in (Path(run) / "checkpoints").glob("epoch-*"))
        newest = max(saved, default=None)
        print(json.dumps({"code": code, "newest": newest}))


main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
