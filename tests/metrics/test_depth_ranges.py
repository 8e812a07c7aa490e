"""Near, middle and far: in metres against a rule for one pixel, in thirds by counting."""

import numpy as np
import pytest

from auxnet_keras.metrics.depth_ranges import metric_ranges, range_edges, third_ranges
from tests.oracles import parts


@pytest.mark.parametrize("farthest", [80.0, 10.0])
def test_metres(farthest):
    edges = range_edges(farthest)
    assert edges == (farthest / 4, farthest / 2, farthest)
    rng = np.random.default_rng(0)
    depth = rng.uniform(0, 1.3 * farthest, (20, 20)).astype(np.float32)
    depth[0, :6] = [*edges, -1.0, 0.0, np.nan]
    expected = [[parts.metric_range(float(value), edges) for value in row] for row in depth]
    np.testing.assert_array_equal(metric_ranges(depth, edges), expected)


@pytest.mark.parametrize("far_is_large", [True, False])
def test_thirds_of_an_image_have_equally_many_pixels_and_are_in_order(far_is_large):
    rng = np.random.default_rng(1)
    depth = rng.permutation(np.arange(1.0, 301)).reshape(15, 20)
    depth[rng.random(depth.shape) < 0.2] = -1
    ranges = third_ranges(depth, far_is_large=far_is_large)
    np.testing.assert_array_equal(ranges == -1, depth < 0)
    values = [np.sort(depth[ranges == number]) for number in range(3)]
    sizes = [len(part) for part in values]
    assert max(sizes) - min(sizes) <= 1
    near, middle, far = values if far_is_large else values[::-1]
    assert near[-1] < middle[0] and middle[-1] < far[0]


def test_without_depth_no_pixel_is_in_a_third():
    assert (third_ranges(np.full((2, 2), -1.0), far_is_large=True) == -1).all()
