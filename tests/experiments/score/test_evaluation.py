"""Evaluation against a plain recomputation, and against predictions whose scores are known."""

import types

import cv2
import numpy as np
import pytest

from auxnet_keras import data
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.run.predictor import Prediction
from auxnet_keras.experiments.score.evaluation import Scores, evaluate
from auxnet_keras.experiments.score.position_prior import write_prior


def mean_iou(truth, prediction, classes):
    """Mean over the classes that occur, without void, from sets of pixels."""
    ious = []
    for c in classes:
        inside = truth != 255
        true, said = (truth == c) & inside, (prediction == c) & inside
        if (true | said).any():
            ious.append((true & said).sum() / (true | said).sum())
    return np.mean(ious)


def test_a_run_is_scored_as_by_hand(trained, scenes):
    source = data.source("street", scenes)
    frames = source.frames("val")
    model = trained.model()
    truth, predicted, prior, errors = [], [], [], []
    at_position = [source.read(f, size=(32, 64)).segmentation for f in source.frames("train")]
    for frame in frames:
        sample = source.read(frame)
        small = cv2.resize(sample.image.astype("f4"), (64, 32), interpolation=cv2.INTER_LINEAR)
        outputs = model(small[None], training=False)
        logits = cv2.resize(np.asarray(outputs["segmentation"][0]), (96, 64))
        depth = cv2.resize(np.asarray(outputs["depth"][0, ..., 0]), (96, 64))
        truth.append(sample.segmentation)
        predicted.append(logits.argmax(-1))
        counts = [(np.stack(at_position) == c).sum(axis=0) for c in range(13)]
        most = np.argmax(counts, axis=0)
        prior.append(np.kron(most[:, ::1], np.ones((2, 1), int))[:, (np.arange(96) * 64) // 96])
        metres = sample.depth[..., 0].astype(np.float64)
        valid = (metres > 0) & (metres <= 80)
        said = np.clip(depth[valid], 1e-3, 80)
        errors.append(np.mean(np.abs(said - metres[valid]) / metres[valid]))
    results = evaluate(trained)
    assert (results["split"], results["frames"]) == ("val", len(frames))
    classes = range(1, 13)
    expected = mean_iou(np.stack(truth), np.stack(predicted), classes)
    assert results["segmentation"]["mean_iou"] == pytest.approx(expected, abs=1e-6)
    assert results["depth"]["abs_rel"] == pytest.approx(np.mean(errors), rel=1e-4)
    expected = mean_iou(np.stack(truth), np.stack(prior), classes)
    found = results["position_prior"]["segmentation"]["mean_iou"]
    assert found == pytest.approx(expected, abs=0.02)  # other rounding at the columns' borders
    assert trained.results["segmentation"] == results["segmentation"]


def test_other_data_is_evaluated_whole(trained, scenes, tmp_path):
    other = tmp_path / "other"
    data.street.write(other, 10, seed=5, size=(64, 96))
    results = evaluate(trained, f"synthia:{other}")
    assert (results["split"], results["frames"]) == ("all", 10)
    assert evaluate(trained, f"street:{scenes}")["split"] == "val"


def test_data_of_other_classes_is_refused(trained, kitti_scenes):
    with pytest.raises(ConfigError, match=r"13 classes .* 12 classes"):
        evaluate(trained, f"kitti:{kitti_scenes}")


def scores_of(predict, source, unit, tmp_path, ignore_void=True):
    """`Scores` of a run whose predictor is `predict(sample)`; every frame of `source` is added."""
    samples = {}

    def predictor(image, depth):
        return predict(samples[image.tobytes()])

    predictor.depth_unit = unit
    write_prior(np.full((32, 64), 3, np.uint8), tmp_path)
    run = types.SimpleNamespace(
        info=source.info,
        path=tmp_path,
        predictor=predictor,
        config=RunConfig(ignore_void=ignore_void),
    )
    scores = Scores(run, source)
    for frame in source.frames("all"):
        sample = source.read(frame, unit, ignore_void)
        samples[sample.image.tobytes()] = sample
        scores.add(frame)
    return scores.results()


UNITS = ("disparity_px", "metres", "inverse_depth", "raw")


@pytest.mark.parametrize("unit", UNITS)
def test_the_truth_itself_scores_perfectly_in_every_unit(kitti_scenes, tmp_path, unit):
    def truth(sample):
        classes = np.where(sample.segmentation == 255, 3, sample.segmentation)
        return Prediction(classes.astype(np.uint8), sample.depth[..., 0])

    results = scores_of(truth, data.source("kitti", kitti_scenes), unit, tmp_path)
    assert results["segmentation"]["mean_iou"] == 1.0
    assert results["depth"]["abs_rel"] == pytest.approx(0.0, abs=1e-5)
    assert results["depth"]["d1_all"] == 0.0
    assert results["position_prior"]["segmentation"]["mean_iou"] < 0.3


@pytest.mark.parametrize(("unit", "factor"), [("disparity_px", 1 / 1.25), ("metres", 1.25)])
def test_depth_a_quarter_too_far_is_scored_in_metres_and_pixels(
    kitti_scenes, tmp_path, unit, factor
):
    source = data.source("kitti", kitti_scenes)

    def farther(sample):
        return Prediction(None, sample.depth[..., 0] * np.float32(factor))

    results = scores_of(farther, source, unit, tmp_path)
    outliers = pixels = 0
    errors = []
    for frame in source.frames("all"):
        disparity = source.read(frame, "disparity_px").depth[..., 0]
        metres = source.read(frame, "metres").depth[..., 0]
        near = (metres > 0) & (metres <= 80)
        clipped = np.minimum(1.25 * metres[near], 80)
        errors.append(np.mean((clipped - metres[near]) / metres[near]))
        found = disparity[disparity > 0]
        outliers += (found - found / 1.25 > 3).sum()  # always more than 5 %
        pixels += found.size
    assert results["depth"]["abs_rel"] == pytest.approx(np.mean(errors), rel=1e-4)
    assert results["depth"]["d1_all"] == pytest.approx(100 * outliers / pixels, abs=0.05)
    assert "segmentation" not in results


def test_void_called_is_a_miss_but_no_class_when_void_is_ignored(kitti_scenes, tmp_path):
    source = data.source("kitti", kitti_scenes)

    def road_as_void(sample):
        classes = np.where(np.isin(sample.segmentation, (3, 255)), 0, sample.segmentation)
        return Prediction(classes.astype(np.uint8), None)

    scores = scores_of(road_as_void, source, "metres", tmp_path)["segmentation"]
    others = [v for k, v in scores.items() if k.startswith("iou_") and k != "iou_road"]
    assert scores["iou_road"] == 0.0 and "iou_void" not in scores
    assert all(value in (1.0, None) for value in others)
    seen = 1 + sum(value is not None for value in others)
    assert scores["mean_iou"] == pytest.approx(1 - 1 / seen)
    assert "iou_void" in scores_of(road_as_void, source, "metres", tmp_path, False)["segmentation"]
