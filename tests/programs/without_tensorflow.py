"""Trains on JAX while importing tensorflow fails; prints the outcome as JSON."""

import importlib.abc
import json
import os
import sys

os.environ["KERAS_BACKEND"] = "jax"


class Blocked(importlib.abc.MetaPathFinder):
    """Makes `import tensorflow` fail, as on a machine without it."""

    def find_spec(self, fullname, path, target=None):
        if fullname.partition(".")[0] == "tensorflow":
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return


sys.meta_path.insert(0, Blocked())

import keras  # noqa: E402
import numpy as np  # noqa: E402

import auxnet_keras as ak  # noqa: E402
from tests.toys import tiny_backbone, toy_batches, toy_model  # noqa: E402


class Snapshots(keras.callbacks.Callback):
    """The bytes of all weights, optimizer variables and weighting state after every batch."""

    def __init__(self):
        super().__init__()
        self.states = []

    def on_train_batch_end(self, batch, logs=None):
        self.model.jax_state_sync()
        variables = [*self.model.variables, *self.model.optimizer.variables]
        self.states.append([np.asarray(v).tobytes() for v in variables])


def bad_numbers() -> dict:
    """The second of three batches has a NaN in an image."""
    images, targets = toy_batches(3)
    images = images.astype(np.float32)
    images[4] = np.nan
    snapshots = Snapshots()
    model = toy_model()
    model.compile(keras.optimizers.Adam(1e-3))
    given = [ak.weighting.TaskWeightBalancing(), ak.callbacks.NonFinite("skip"), snapshots]
    history = model.fit(
        images, targets, batch_size=4, shuffle=False, verbose=0, callbacks=given
    ).history
    good, bad, after = snapshots.states
    outcome = {
        "skipped": history["skipped_batches"],
        "moved": [good != bad, bad != after],
        "finite": all(np.isfinite(values).all() for values in history.values()),
    }
    try:
        model.fit(images, targets, batch_size=4, shuffle=False, verbose=0)
    except ak.callbacks.NonFiniteError as error:
        outcome["error"] = str(error)
    outcome["sound"] = all(np.isfinite(weight).all() for weight in model.get_weights())
    return outcome


def main() -> None:
    outcome = {}
    for name, make in {
        "fixed": lambda: ak.weighting.FixedWeights({"segmentation": 4.0, "depth": 1.0}),
        "twb": lambda: ak.weighting.TaskWeightBalancing(),
        "ftwb": lambda: ak.weighting.FocusedTaskWeightBalancing(),
        "class_wise": lambda: ak.weighting.ClassWiseWeighting(
            depth_bins=[5.0, 10.0, 20.0], step_size=0.005, start_epoch=0, window=2
        ),
    }.items():
        keras.utils.set_random_seed(0)
        model = toy_model(batch_norm=False)
        initial = np.random.default_rng(0)
        model.set_weights([initial.normal(0, 0.1, w.shape) for w in model.get_weights()])
        model.compile(keras.optimizers.SGD(1e-3))
        weighting = make()
        history = model.fit(
            *toy_batches(6),
            batch_size=4,
            shuffle=False,
            verbose=0,
            callbacks=[weighting],
            validation_data=toy_batches(1, seed=1),
        ).history
        outcome[name] = {
            "weights": {k: np.asarray(v).tolist() for k, v in weighting.weights.items()},
            "history": {key: float(values[-1]) for key, values in history.items()},
        }
    network = ak.models.AuxNet(12, (64, 64, 3), backbone=tiny_backbone(), weights=None)
    network.compile(keras.optimizers.Adam(1e-3))
    images = np.zeros((1, 64, 64, 3), np.uint8)
    targets = {
        "segmentation": np.ones((1, 64, 64), np.uint8),
        "depth": np.ones((1, 64, 64, 1), np.float32),
    }
    logs = network.train_on_batch(images, targets, return_dict=True)
    outcome["auxnet"] = {name: float(value) for name, value in logs.items()}
    outcome["bad_numbers"] = bad_numbers()
    outcome["tensorflow_imported"] = "tensorflow" in sys.modules
    print(json.dumps(outcome))


if __name__ == "__main__":
    main()
