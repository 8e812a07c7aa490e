"""The backbone `small`."""

import numpy as np
import pytest

from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.run.network import network
from auxnet_keras.models.small_backbone import small_backbone


def test_its_pyramid_has_strides_8_16_and_32():
    outputs = small_backbone((64, 96, 3)).output
    assert {level: tuple(o.shape[1:3]) for level, o in outputs.items()} == {
        "P3": (8, 12),
        "P4": (4, 6),
        "P5": (2, 3),
    }


@pytest.mark.parametrize("model", ["segnet", "auxnet", "fusenet"])
def test_every_model_takes_it(model):
    config = RunConfig(model=model, backbone="small", weights="none", size=(32, 64))
    built = network(config, tuple("abc"))
    image = np.zeros((1, 32, 64, 3), np.uint8)
    depth = np.zeros((1, 32, 64, 1), np.float32)
    inputs = {"image": image, "depth": depth} if model == "fusenet" else image
    assert built(inputs)["segmentation"].shape == (1, 32, 64, 3)
