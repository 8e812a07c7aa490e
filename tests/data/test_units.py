import numpy as np
import pytest

from auxnet_keras.data.units import Calibration, DepthEncoding, check_unit, zoom_power
from auxnet_keras.errors import ConfigError

STEREO = Calibration(focal=700.0, baseline=0.5)  # product 350
KITTI = DepthEncoding(unit="disparity_px", scale=1 / 256)
SYNTHIA = DepthEncoding(unit="metres", scale=0.01, far=65535)


def decode(encoding, stored, unit):
    values = encoding.decode(np.array([stored], np.uint16), unit, lambda: STEREO)
    assert values.dtype == np.float32
    return values[0].tolist()


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("raw", [-1, 1, 256, 17920]),
        ("disparity_px", [-1, 1 / 256, 1, 70]),
        ("metres", [-1, 350 * 256, 350, 5]),
        ("inverse_depth", [-1, 1 / (350 * 256), 1 / 350, 0.2]),
    ],
)
def test_kitti(unit, expected):
    assert decode(KITTI, [0, 1, 256, 17920], unit) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("raw", [-1, 700, 65534, -1]),
        ("metres", [-1, 7, 655.34, -1]),
        ("inverse_depth", [-1, 1 / 7, 1 / 655.34, -1]),
        ("disparity_px", [-1, 50, 350 / 655.34, -1]),
    ],
)
def test_synthia(unit, expected):
    assert decode(SYNTHIA, [0, 700, 65534, 65535], unit) == pytest.approx(expected)


def test_offset_and_values_without_a_finite_result():
    encoding = DepthEncoding(unit="disparity_px", scale=1 / 256, offset=-1 / 256)
    assert decode(encoding, [0, 1, 257], "disparity_px") == [-1, 0, 1]
    assert decode(encoding, [0, 1, 257], "metres") == [-1, -1, 350]
    assert decode(encoding, [0, 1, 257], "inverse_depth") == pytest.approx([-1, 0, 1 / 350])


def test_negative_values_are_invalid():
    encoding = DepthEncoding(unit="metres", scale=1.0, offset=-10.0, invalid=())
    assert decode(encoding, [0, 9, 10, 12], "metres") == [-1, -1, 0, 2]


def test_calibration_is_asked_for_only_when_needed():
    def fail() -> Calibration:
        raise AssertionError

    stored = np.array([[512]], np.uint16)
    assert KITTI.decode(stored, "disparity_px", fail) == 2
    assert SYNTHIA.decode(stored, "inverse_depth", fail) == pytest.approx(1 / 5.12)


def test_unknown_unit():
    with pytest.raises(ConfigError, match="did you mean 'metres'"):
        check_unit("meters")


def test_things_look_nearer_when_magnified():
    assert [zoom_power(u, "metres") for u in ("metres", "inverse_depth", "raw")] == [-1, 1, -1]
    assert [zoom_power(u, "disparity_px") for u in ("disparity_px", "raw")] == [1, 1]
