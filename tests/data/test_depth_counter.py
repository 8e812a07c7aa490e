"""Counted depths against sorted ones."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from auxnet_keras.data.depth_counter import DepthCounter, quantiles


@pytest.fixture
def parts():
    depth = np.random.default_rng(0).exponential(20.0, (64, 40, 60)).astype(np.float32)
    depth[:, :9] = -1.0
    depth[:, 9, :4] = np.nan, np.inf, -np.inf, -0.0
    return depth


def test_what_was_added_is_found_to_1_in_16384(parts):
    counter = DepthCounter()
    for part in parts:
        counter.add(part)
    values, pixels = counter.values()
    valid = np.sort(parts[np.isfinite(parts) & (parts >= 0)])
    assert (values.dtype, pixels.dtype) == (np.float32, np.int64)
    assert (np.diff(values) > 0).all() and pixels.min() > 0
    np.testing.assert_allclose(np.repeat(values, pixels), valid, rtol=1 / 16384)
    assert (values[0], values[-1]) == (valid[0], valid[-1])


def test_threads_count_what_one_counts(parts):
    one, many = DepthCounter(), DepthCounter()
    for part in parts:
        one.add(part)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(many.add, parts))
    for expected, got in zip(one.values(), many.values(), strict=True):
        np.testing.assert_array_equal(got, expected)


def test_nothing_was_added():
    counter = DepthCounter()
    counter.add(np.full((2, 3), -1.0, np.float32))
    assert [len(array) for array in counter.values()] == [0, 0]


@pytest.mark.parametrize("share", [0.0, 0.01, 0.25, 0.5, 0.99, 1.0])
def test_quantiles(share):
    depth = np.random.default_rng(1).integers(1, 50, 1000).astype(np.float32)
    values, pixels = np.unique(depth, return_counts=True)
    expected = np.quantile(depth, share, method="inverted_cdf")
    assert quantiles(values, pixels, [share]) == [expected]
