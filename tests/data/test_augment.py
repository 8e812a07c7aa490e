import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxnet_keras.data.augment import augment, flip, recolour, zoom_crop
from auxnet_keras.data.frame import Sample

HEIGHT, WIDTH = 48, 80


def coordinates(value=1.0):
    """Every part encodes its pixel's position: red = column, green = row; so do label and depth."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    image = np.stack([2 * x, 2 * y, np.zeros_like(x)], axis=-1).astype(np.uint8)
    depth = np.where(y > 10, value * (x + 1), -1).astype(np.float32)
    return Sample(image, x.astype(np.uint8), depth[..., None])


def check_alignment(sample, factor):
    column = sample.image[..., 0] / 2.0
    row = sample.image[..., 1] / 2.0
    assert np.abs(column - sample.segmentation).max() <= 1
    valid = sample.depth[..., 0] >= 0
    assert valid[row > 12].all() and not valid[row < 9].any()
    assert (sample.depth[~valid] == -1).all()
    expected = (sample.segmentation.astype(np.float32) + 1) * factor
    np.testing.assert_allclose(sample.depth[valid][:, 0], expected[valid], rtol=1e-5)


@given(st.floats(1, 2), st.floats(0, 1), st.floats(0, 1), st.sampled_from([-1, 1]), st.booleans())
def test_parts_move_together_and_depth_follows_the_zoom(zoom, top, left, power, mirrored):
    sample = zoom_crop(coordinates(), zoom=zoom, top=top, left=left, power=power)
    if mirrored:
        sample = flip(sample)
    factor = (WIDTH / max(1, round(WIDTH / zoom))) ** power
    check_alignment(sample, factor)


def test_flip_is_its_own_inverse():
    sample = coordinates()
    once, twice = flip(sample), flip(flip(sample))
    assert once.segmentation[0, 0] == WIDTH - 1
    for part in ("image", "segmentation", "depth"):
        np.testing.assert_array_equal(getattr(twice, part), getattr(sample, part))


def test_no_zoom_changes_nothing():
    sample = coordinates()
    same = zoom_crop(sample, zoom=1.0, top=0.3, left=0.7, power=1)
    for part in ("image", "segmentation", "depth"):
        np.testing.assert_array_equal(getattr(same, part), getattr(sample, part))


def run(seed=0, epoch=0, index=0, unit="metres", stored_unit="metres"):
    options = {"seed": seed, "epoch": epoch, "index": index}
    return augment(coordinates(), **options, unit=unit, stored_unit=stored_unit)


def test_pure_function_of_seed_epoch_and_index():
    first = run(3, 1, 4)
    for part in ("image", "segmentation", "depth"):
        np.testing.assert_array_equal(getattr(first, part), getattr(run(3, 1, 4), part))
    others = [run(4, 1, 4), run(3, 2, 4), run(3, 1, 5)]
    assert all(not np.array_equal(first.image, other.image) for other in others)


def test_input_is_left_alone():
    sample = coordinates()
    for part in (sample.image, sample.segmentation, sample.depth):
        part.setflags(write=False)
    augment(sample, seed=0, epoch=0, index=0, unit="metres", stored_unit="metres")


@pytest.mark.parametrize(
    ("unit", "stored_unit", "nearer"),
    [
        ("metres", "metres", True),
        ("raw", "metres", True),
        ("disparity_px", "disparity_px", False),
        ("raw", "disparity_px", False),
        ("inverse_depth", "metres", False),
    ],
)
def test_units(unit, stored_unit, nearer):
    sample = run(index=1, unit=unit, stored_unit=stored_unit)
    valid = sample.depth[..., 0] >= 0
    factors = sample.depth[valid][:, 0] / (sample.segmentation[valid].astype(np.float32) + 1)
    assert np.ptp(factors) < 1e-5
    assert (factors[0] < 1) if nearer else (factors[0] > 1)


def test_colour():
    grey = np.full((2, 2, 3), 100, np.uint8)
    same = {"brightness": 0.0, "contrast": 0.0, "saturation": 0.0}
    np.testing.assert_array_equal(recolour(grey, **same), grey)
    assert (recolour(grey, **same | {"brightness": 0.1}) == 126).all()  # 100 + 25.5, even
    assert (recolour(grey, **same | {"contrast": 0.2}) == 94).all()  # 127.5 - 27.5 * 1.2 = 94.5
    assert (recolour(grey, **same | {"saturation": 0.2}) == 100).all()
    red = np.array([[[200, 50, 50]]], np.uint8)
    more = recolour(red, **same | {"saturation": 0.2}).astype(int)
    assert more[0, 0, 0] > 200 and more[0, 0, 1] < 50
