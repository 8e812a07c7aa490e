"""Reads the weights of one folder and writes some to another, on any backend.

Arguments: the folders. It prints the largest difference to the predictions that came with the
weights, of the file with weights and of the checkpoint.
"""

import json
import sys
from pathlib import Path

import keras
import numpy as np

import auxnet_keras as ak
from tests.toys import toy_batches, toy_dataset, toy_model


def fitted(folder):
    """A model after the second epoch: trained, or from the checkpoint in the folder."""
    model = toy_model()
    model.compile(keras.optimizers.Adam(0.01))
    given = [ak.weighting.TaskWeightBalancing(), ak.callbacks.ResumableCheckpoint(folder)]
    model.fit(toy_dataset(2), epochs=2, verbose=0, callbacks=given)
    return model


def shown(model):
    """What a model computes, and the state of its weighting if it has one."""
    return model.predict(toy_batches(1)[0], verbose=0)


def write(folder):
    model = fitted(folder)
    model.save_weights(folder / "last.weights.h5")
    np.savez(folder / "shown.npz", **shown(model), task_weights=[*model.weighting.weights.values()])


def read(folder):
    """[Difference of the file, difference of the checkpoint]."""
    expected = dict(np.load(folder / "shown.npz"))
    weights = expected.pop("task_weights")
    loaded, resumed = toy_model(), fitted(folder)
    loaded.load_weights(folder / "last.weights.h5")
    np.testing.assert_array_equal([*resumed.weighting.weights.values()], weights)
    assert int(resumed.optimizer.iterations) == 4
    return [
        max(float(abs(found - expected[task]).max()) for task, found in shown(model).items())
        for model in (loaded, resumed)
    ]


if __name__ == "__main__":
    print(json.dumps(read(Path(sys.argv[1]))))
    write(Path(sys.argv[2]))
