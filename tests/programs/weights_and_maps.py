"""Gives a run its weights, and predicts images with it: on JAX if KERAS_BACKEND says so.

Arguments: run folder, and the file for the images and their class maps. Prints the backend, as a
line of JSON.
"""

import json
import sys
from pathlib import Path

import keras
import numpy as np

from auxnet_keras.experiments import load_run
from auxnet_keras.experiments.run.network import network
from auxnet_keras.experiments.run.run import WEIGHTS


def main(folder: Path, file: Path) -> None:
    run = load_run(folder)
    keras.utils.set_random_seed(0)
    network(run.config, run.info.class_names, pretrained=False).save_weights(folder / WEIGHTS)
    patches = np.random.default_rng(0).integers(0, 256, (3, 8, 12, 3), np.uint8)
    images = np.kron(patches, np.ones((1, 8, 8, 1), np.uint8))
    maps = [run.predictor(image).classes for image in images]
    np.savez(file, images=images, maps=maps)
    print(json.dumps(keras.backend.backend()))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
