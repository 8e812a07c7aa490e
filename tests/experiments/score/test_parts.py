"""Scores of parts of images against a loop over their pixels."""

import numpy as np
import pytest

from auxnet_keras.experiments.score.parts import BORDER, ImageMaps, Parts
from auxnet_keras.metrics import confusion
from auxnet_keras.metrics.depth_ranges import RANGES
from tests.oracles import parts as oracle

NAMES = ("a", "b", "c")
FAR = 80.0


def segmentation(counts):
    return {key: float(value) for key, value in confusion.scores(counts, NAMES).items()}


def images(count=2):
    rng = np.random.default_rng(3)
    found = []
    for _ in range(count):
        labels = np.kron(rng.integers(0, 3, (2, 2)), np.ones((11, 13), int)).astype(np.uint8)
        labels[rng.random(labels.shape) < 0.05] = 255
        classes = np.where(rng.random(labels.shape) < 0.3, 1, labels % 3).astype(np.uint8)
        true = rng.uniform(0.5, 100, labels.shape).astype(np.float32)
        true[rng.random(true.shape) < 0.1] = -1
        said = (true * rng.uniform(0.5, 1.5, true.shape)).astype(np.float32)
        found.append(ImageMaps(labels, classes, true, said, true))
    return found


def results_of(maps, far_is_large=True):
    parts = Parts(NAMES, FAR, far_is_large=far_is_large)
    for one in maps:
        parts.add(one)
    return parts.results(segmentation)


def pairs(maps, inside, *names):
    """Pairs of values of the pixels of all images where `inside(image)` is true."""
    return [
        pair
        for one in maps
        for pair in zip(*(getattr(one, name)[inside(one)].tolist() for name in names), strict=True)
    ]


def test_every_part_is_scored_as_by_hand():
    maps = images()
    results = results_of(maps)
    found = results["parts"]
    assert found["ranges"] == {"unit": "metres", "edges": [0.0, 20.0, 40.0, 80.0]}
    assert found["border_px"] == BORDER
    bands = {id(one): oracle.band(one.labels, BORDER) for one in maps}
    edges = (20.0, 40.0, 80.0)
    number = np.vectorize(lambda depth: oracle.metric_range(depth, edges))
    masks = {
        "all": lambda one: np.full(one.labels.shape, True),
        "border": lambda one: bands[id(one)],
        "interior": lambda one: (one.labels != 255) & ~bands[id(one)],
        **{
            name: lambda one, wanted=wanted: number(one.true_metres) == wanted
            for wanted, name in enumerate(RANGES)
        },
    }
    for part, inside in masks.items():
        classes = pairs(maps, inside, "labels", "classes")
        metres = pairs(maps, inside, "true_metres", "metres")
        scores = found[part]["segmentation"]
        assert scores["pixels"] == sum(t != 255 for t, _ in classes)
        assert scores["mean_iou"] == pytest.approx(oracle.mean_iou(classes)), part
        assert scores["pixel_accuracy"] == pytest.approx(oracle.accuracy(classes)), part
        scores = found[part]["depth"]
        assert scores["pixels"] == sum(0 < t <= FAR for t, _ in metres)
        assert scores["abs_rel"] == pytest.approx(oracle.abs_rel(metres, FAR)), part
        assert scores["rmse"] == pytest.approx(oracle.rmse(metres, FAR)), part
    for c, name in enumerate(NAMES):
        metres = pairs(maps, lambda one, c=c: one.labels == c, "true_metres", "metres")
        scores = results["depth_by_class"][name]
        assert scores["abs_rel"] == pytest.approx(oracle.abs_rel(metres, FAR)), name
        assert scores["rmse"] == pytest.approx(oracle.rmse(metres, FAR)), name


def test_a_single_task_has_only_its_own_scores():
    (one,) = images(1)
    shapes = one.labels.shape
    classes = results_of([ImageMaps(one.labels, one.classes, one.depth, None, one.depth)])
    assert set(classes["parts"]["near"]) == {"segmentation"} and "depth_by_class" not in classes
    labels = np.full(shapes, 255, np.uint8)  # depth without classes
    depth = results_of([ImageMaps(labels, None, one.depth, one.metres, one.depth)])
    assert set(depth["parts"]) == {"ranges", "border_px", "all", *RANGES}
    assert set(depth["parts"]["near"]) == {"depth"} and "depth_by_class" not in depth


def test_without_metres_the_ranges_are_thirds_of_each_image():
    maps = [ImageMaps(one.labels, one.classes, None, None, one.depth) for one in images()]
    for far_is_large in (True, False):
        parts = results_of(maps, far_is_large)["parts"]
        assert parts["ranges"] == {"unit": "thirds of an image", "edges": None}
        nearest = []
        for one in maps:
            valid = np.sort(one.depth[one.depth >= 0])
            third = valid[len(valid) // 3 - 1 : len(valid) // 3 + 1].mean()
            two = valid[-(len(valid) // 3) - 1 : len(valid) - len(valid) // 3 + 1].mean()
            inside = (one.depth >= 0) & (one.depth <= third) if far_is_large else one.depth >= two
            nearest += zip(one.labels[inside].tolist(), one.classes[inside].tolist(), strict=True)
        count = sum(t != 255 for t, _ in nearest)
        assert parts["near"]["segmentation"]["pixels"] == pytest.approx(count, abs=4)


def test_images_without_depth_or_calibration_count_where_they_can():
    one, two = images()
    without = ImageMaps(two.labels, two.classes, None, None, None)
    uncalibrated = ImageMaps(two.labels, two.classes, None, None, two.depth)
    alone, both, three = (results_of(m)["parts"] for m in
                          ([one], [without, one], [one, uncalibrated]))  # fmt: skip
    assert both["near"] == alone["near"] == three["near"]
    assert both["all"]["segmentation"]["pixels"] > alone["all"]["segmentation"]["pixels"]
