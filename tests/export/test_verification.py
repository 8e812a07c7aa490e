"""How much an export may differ from its network, by hand."""

from pathlib import Path

import numpy as np
import pytest

from auxnet_keras.export.deployment import Deployment
from auxnet_keras.export.verification import ExportError, sample_inputs, verify_export
from tests.toys import SIZE, toy_model

PATH = Path("exported")
GIVEN = {"image": np.zeros((1, 100, 100, 3), np.uint8)}


def compare(got, wanted):
    return verify_export(PATH, lambda inputs: got, [(GIVEN, wanted)])


def test_class_maps_agree_by_pixel():
    wanted = np.zeros((1, 100, 100), np.uint8)
    got = wanted.copy()
    got[0, 0, :10] = 1
    assert compare(got, wanted).agreement == pytest.approx(0.999)  # 10 of 10,000 differ
    got[0, 1, 0] = 1
    with pytest.raises(ExportError, match=r"at least 99\.9%\. Received: 99\.89%"):
        compare(got, wanted)


def test_real_values_agree_within_a_thousandth_of_the_largest():
    wanted = np.linspace(0, 50, 10_000, dtype=np.float32).reshape(1, 100, 100, 1)
    found = compare(wanted + np.float32(0.04), wanted)  # allowed: 0.05
    assert found.agreement == 1.0
    assert found.max_difference == pytest.approx(0.04, rel=1e-3)
    assert found.to_mapping()["path"] == "exported"
    with pytest.raises(ExportError, match="on too few pixels"):
        compare(wanted + np.float32(0.06), wanted)


def test_nan_never_agrees():
    wanted = np.ones((1, 10, 10, 1), np.float32)
    with pytest.raises(ExportError, match=r"Received: 0\.00%"):
        compare(np.full_like(wanted, np.nan), wanted)


def test_shapes_must_be_equal():
    with pytest.raises(ExportError, match=r"Received: \[1, 5, 5\]"):
        compare(np.zeros((1, 5, 5), np.uint8), np.zeros((1, 10, 10), np.uint8))


def test_sample_inputs_are_patches_of_the_networks_size():
    deployment = Deployment(toy_model())
    (image,) = sample_inputs(deployment).values()
    assert image.shape == (2, *SIZE, 3)
    assert image.dtype == np.uint8
    assert (image[0, :8, :8] == image[0, 0, 0]).all()
    assert sample_inputs(deployment, (75, 123), 1)["image"].shape == (1, 75, 123, 3)
