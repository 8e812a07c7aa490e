"""Trains a run on JAX, and predicts its validation images with it.

Arguments: scenes folder, run folder, and the file for the class maps. Prints, as a line of JSON,
whether TensorFlow was imported.
"""

import json
import sys

import numpy as np

from auxnet_keras.experiments import train
from auxnet_keras.models.backbones import BACKBONES, Backbone
from tests.experiments.fixtures import five_convolutions

SIZE = (64, 96)  # of the scenes: nothing is resized


def config(scenes: str, out: str, **changes) -> dict:
    """The settings of the run."""
    return {
        "data": f"street:{scenes}",
        "backbone": "tiny",
        "weights": "none",
        "size": SIZE,
        "batch_size": 4,
        "epochs": 1,
        "learning_rate": 1e-2,
        "out": out,
        **changes,
    }


if __name__ == "__main__":
    taps = tuple(f"level{level}" for level in range(2, 6))
    BACKBONES.add("tiny", Backbone(five_convolutions, "tf", taps))
    run = train(config(*sys.argv[1:3]))
    source = run.config.source()
    frames = source.frames("val", run.config.seed)
    maps = [run.predictor(source.read(frame).image).classes for frame in frames]
    np.save(sys.argv[3], np.stack(maps))
    print(json.dumps({"tensorflow": "tensorflow" in sys.modules}))
