"""Depth as integers: read back, it is what was predicted."""

import numpy as np
import pytest

from auxnet_keras.data.unit_names import UNITS
from auxnet_keras.data.units import DepthEncoding
from auxnet_keras.experiments.predictions.depth_png import SCALES, encode


@pytest.mark.parametrize(
    ("unit", "values", "step"),
    [
        ("metres", [0.01, 1.0, 80.0, 255.0], 1 / 256),
        ("disparity_px", [0.3, 12.5, 230.1], 1 / 256),
        ("inverse_depth", [0.0015, 0.0125, 1.0, 7.5], 1 / 8192),
        ("raw", [1.0, 517.0, 65535.0], 1.0),
    ],
)
def test_read_back_within_half_a_step(unit, values, step):
    depth = np.array([values], np.float32)
    encoding = DepthEncoding("metres" if unit == "raw" else unit, SCALES[unit])
    back = encoding.decode(encode(depth, unit), unit)
    np.testing.assert_allclose(back, depth, rtol=1e-6, atol=step / 2)


def test_every_unit_has_a_scale():
    assert SCALES.keys() == set(UNITS)


def test_kittis_numbers():
    assert encode(np.array([[2.5, 255.99609375]], np.float32), "metres").tolist() == [[640, 65535]]


def test_only_what_is_no_depth_is_0():
    depth = np.array([[0.0, -3.0, np.nan, np.inf, 1e-9, 1e9]], np.float32)
    stored = encode(depth, "metres")
    assert stored.dtype == np.uint16
    assert stored.tolist() == [[0, 0, 0, 0, 1, 65535]]
