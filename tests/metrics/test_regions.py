"""Scores inside and outside of regions: the paper's arithmetic, and an oracle by pixels."""

import numpy as np
import pytest

from auxnet_keras.errors import ConfigError
from auxnet_keras.metrics import confusion
from auxnet_keras.metrics.regions import iou_regions, log_l1, regions
from tests.oracles import regions as oracle


def test_table_1_of_the_paper_is_a_mean_weighted_by_pixels():
    share = 0.0238  # of the car, the same for both columns
    for full, outside, inside in ((98.29, 98.57, 87.03), (98.08, 98.32, 88.18)):
        found = regions(np.array([1 - share, share]) * [outside, inside], [1 - share, share])
        assert found.full == pytest.approx(full, abs=0.01)
        assert found.inside[1] == pytest.approx(inside)
        assert found.outside[1] == pytest.approx(outside)


def test_by_hand():
    labels, predicted = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])
    found = iou_regions(confusion.count_pairs(labels, predicted, 3))
    np.testing.assert_allclose(found.inside, [2 / 3, 1 / 2, np.nan])
    np.testing.assert_allclose(found.outside, [1 / 2, 2 / 3, np.nan])
    np.testing.assert_allclose(found.share, [3 / 4, 1 / 4, 0])
    assert found.full == pytest.approx((3 * 2 / 3 + 1 / 2) / 4)

    sums, pixels = log_l1(labels, np.array([1.0, 2, -1, 4]), np.array([np.e, 2, 9, 4]), 3)
    np.testing.assert_allclose(sums, [1, 0, 0])
    np.testing.assert_array_equal(pixels, [2, 1, 0])


def test_against_the_oracle_with_absent_classes_and_invalid_pixels():
    generator = np.random.default_rng(0)
    classes, shape = 5, (9, 11)
    counts = np.zeros((classes, classes), int)
    sums, pixels = np.zeros(classes), np.zeros(classes, int)
    pairs, triples = [], []
    for _ in range(3):
        labels = generator.choice([0, 1, 3, 255], shape, p=[0.5, 0.2, 0.2, 0.1])
        predicted = np.where(generator.random(shape) < 0.6, labels % 255, 4)
        depth = generator.uniform(0.5, 120, shape)
        depth[generator.random(shape) < 0.3] = -1
        depth[labels == 1] = -1  # a class without a single depth
        said = generator.uniform(-1, 100, shape)
        counts += confusion.count_pairs(labels, predicted, classes)
        more, counted = log_l1(labels, depth, said, classes, max_depth=80.0)
        sums, pixels = sums + more, pixels + counted
        known = labels != 255
        pairs += list(zip(labels[known], predicted[known], strict=True))
        triples += list(zip(labels[known], depth[known], said[known], strict=True))
    for found, score, data in (
        (iou_regions(counts), oracle.iou, pairs),
        (regions(sums, pixels), oracle.log_l1, triples),
    ):
        assert found.full == pytest.approx(score(data), rel=1e-12)
        for c in range(classes):
            inside = score(data, inside=c)
            expected = (inside, None if inside is None else score(data, outside=c))
            for value, wanted in zip((found.inside[c], found.outside[c]), expected, strict=True):
                assert np.isnan(value) if wanted is None else value == pytest.approx(wanted)


def test_nothing_counted_is_nan_and_no_warning():
    found = regions(np.zeros(2), np.zeros(2))
    assert np.isnan(found.full) and np.isnan(found.inside).all() and np.isnan(found.outside).all()
    assert np.isnan(regions(np.array([2.0, 0]), np.array([1, 0])).outside).all()


def test_depth_and_inverse_depth_have_the_same_log_l1():
    generator = np.random.default_rng(1)
    labels = generator.integers(0, 3, (6, 7))
    truth, said = generator.uniform(1, 50, (2, 6, 7))
    np.testing.assert_allclose(
        log_l1(labels, truth, said, 3)[0], log_l1(labels, 1 / truth, 1 / said, 3)[0]
    )


def test_other_sizes_are_refused():
    with pytest.raises(ConfigError, match="same size"):
        log_l1(np.zeros((2, 2), int), np.ones((2, 2)), np.ones((2, 3)), 2)
