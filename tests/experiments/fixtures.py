"""Runs small enough for tests: street scenes of 64x96 and a backbone of five convolutions."""

import sys

import pytest

from auxnet_keras.experiments.config.run_config import RunConfig


@pytest.fixture(scope="session")
def scenes(tmp_path_factory):
    """Twenty scenes in SYNTHIA's layout."""
    from auxnet_keras import street

    root = tmp_path_factory.mktemp("scenes") / "synthia"
    street.write(root, 20, seed=0, size=(64, 96))
    return root


@pytest.fixture(scope="session")
def kitti_scenes(tmp_path_factory):
    """Twenty scenes in KITTI's layout, with disparity."""
    from auxnet_keras import street

    root = tmp_path_factory.mktemp("scenes") / "kitti"
    street.write(root, 20, seed=0, layout="kitti", size=(64, 96))
    return root


def five_convolutions(include_top, weights, input_shape):
    import keras

    image = features = keras.Input(input_shape)
    for level in range(1, 6):
        features = keras.layers.Conv2D(
            8, 3, strides=2, padding="same", activation="relu", name=f"level{level}"
        )(features)
    return keras.Model(image, features)


@pytest.fixture(scope="session")
def tiny_backbone():
    """Registers a backbone named `tiny` for configs."""
    from auxnet_keras.models.backbones import BACKBONES, Backbone

    taps = tuple(f"level{level}" for level in range(2, 6))
    BACKBONES.add("tiny", Backbone(five_convolutions, "tf", taps))
    yield "tiny"
    if "tiny" in BACKBONES:  # tests/test_cli.py has a fixture of its own
        BACKBONES.remove("tiny")


@pytest.fixture(autouse=True)
def determinism_ends_with_the_test():
    """Undoes a deterministic run's switch of TensorFlow, which other tests do not expect."""
    yield
    if "tensorflow" not in sys.modules:
        return
    from tensorflow.python.framework import config

    config.disable_op_determinism()


@pytest.fixture
def settings(scenes, tiny_backbone, tmp_path):
    """A config of two epochs, to be changed by keywords."""

    def config(**changes):
        values = {
            "data": f"street:{scenes}",
            "model": "auxnet",
            "weighting": "ftwb",
            "backbone": tiny_backbone,
            "weights": "none",
            "size": (32, 64),
            "batch_size": 4,
            "epochs": 2,
            "learning_rate": 1e-2,
            "out": str(tmp_path / "run"),
        }
        return RunConfig(**{**values, **changes})

    return config


@pytest.fixture(scope="session")
def trained(scenes, tiny_backbone, tmp_path_factory):
    """One finished run, shared; not to be changed."""
    from auxnet_keras.experiments import train

    out = tmp_path_factory.mktemp("runs") / "auxnet_ftwb"
    config = RunConfig(
        data=f"street:{scenes}",
        weighting="ftwb",
        backbone=tiny_backbone,
        weights="none",
        size=(32, 64),
        batch_size=4,
        epochs=2,
        learning_rate=1e-2,
        out=str(out),
    )
    return train(config)
