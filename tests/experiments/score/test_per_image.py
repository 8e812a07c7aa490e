"""Scores image by image: their order, their file, and the worst of a run."""

import csv
import dataclasses
import math
import shutil

import numpy as np
import pytest

from auxnet_keras import data
from auxnet_keras.data.frame import Frame
from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.experiments import evaluate, load_run, top_losses
from auxnet_keras.experiments.score.per_image import (
    ImageScores,
    file_of,
    read_per_image,
    worst_first,
    write_per_image,
)
from tests.oracles import parts as oracle

NAN = math.nan
IMAGES = [
    ImageScores("b", "b.png", {"mean_iou": 0.5, "abs_rel": 0.1}),
    ImageScores("=a", "a.png", {"mean_iou": 0.2, "abs_rel": NAN}),
    ImageScores("c", "c.png", {"mean_iou": NAN, "abs_rel": 0.3}),
    ImageScores("a", "a2.png", {"mean_iou": 0.5, "abs_rel": 0.1}),
]


@pytest.mark.parametrize(
    ("score", "order"), [("mean_iou", ["=a", "a", "b", "c"]), ("abs_rel", ["c", "a", "b", "=a"])]
)
def test_the_worst_are_first_and_those_without_a_value_last(score, order):
    assert [image.name for image in worst_first(IMAGES, score)] == order


def test_a_file_reads_back_and_is_no_formula(tmp_path):
    path = tmp_path / "per_image.csv"
    write_per_image(IMAGES, ("depth", "segmentation"), path)
    lines = path.read_text().splitlines()
    assert lines[0] == "image,file,abs_rel,rmse,mean_iou,pixel_accuracy"
    assert lines[1] == "c,c.png,0.3,,," and lines[4] == "'=a,a.png,,,0.2,"
    images = read_per_image(path)
    assert [image.file for image in images] == ["c.png", "a2.png", "b.png", "a.png"]
    assert images[1].scores["mean_iou"] == 0.5 and math.isnan(images[0].scores["mean_iou"])


@pytest.mark.parametrize("row", ["a,a.png,x", "a", "a,a.png,1,2"])
def test_a_damaged_file_is_named(tmp_path, row):
    path = tmp_path / "per_image.csv"
    path.write_text(f"image,file,mean_iou\n{row}\n")
    with pytest.raises(DataError, match=r"per_image\.csv, line 2"):
        read_per_image(path)


def test_files_are_below_the_root(tmp_path):
    frame = Frame("x", tmp_path / "rgb" / "x.png", None, None)
    assert file_of(frame, tmp_path) == "rgb/x.png"
    assert file_of(frame, tmp_path / "other") == str(tmp_path / "rgb" / "x.png")


def test_the_run_folder_has_the_scores_of_each_image(trained, scenes):
    source = data.source("street", scenes)
    with (trained.path / "per_image.csv").open(newline="") as file:
        rows = {row["image"]: row for row in csv.DictReader(file)}
    frames = source.frames("val")
    assert set(rows) == {frame.name for frame in frames}
    for frame in frames:
        sample, row = source.read(frame), rows[frame.name]
        prediction = trained.predictor(sample.image)
        classes = list(zip(sample.segmentation.ravel(), prediction.classes.ravel(), strict=True))
        metres = list(zip(sample.depth.ravel(), prediction.depth.ravel(), strict=True))
        assert float(row["pixel_accuracy"]) == pytest.approx(oracle.accuracy(classes))
        kept = [c for pair in classes if pair[0] != 255 for c in pair]
        assert 0 not in kept, "void is ignored and not predicted: no class to average over"
        assert float(row["mean_iou"]) == pytest.approx(oracle.mean_iou(classes))
        assert float(row["abs_rel"]) == pytest.approx(oracle.abs_rel(metres, 80.0), rel=1e-5)
        assert float(row["rmse"]) == pytest.approx(oracle.rmse(metres, 80.0), rel=1e-5)
        assert (scenes / row["file"]).is_file()
    found = [float(row["mean_iou"]) for row in rows.values()]
    assert found == sorted(found)
    assert (trained.path / "figures" / "worst.png").is_file()


def test_the_worst_k_have_truth_prediction_and_error(trained, scenes):
    source = data.source("street", scenes)
    stored = read_per_image(trained.path / "per_image.csv")
    worst = top_losses(trained, 2)
    assert [image.name for image in worst] == [image.name for image in stored[:2]]
    first = worst[0]
    frame = next(frame for frame in source.frames("val") if frame.name == first.name)
    sample = source.read(frame)
    np.testing.assert_array_equal(first.sample.image, sample.image)
    expected = trained.predictor(sample.image)
    np.testing.assert_array_equal(first.prediction.classes, expected.classes)
    labelled = sample.segmentation != 255
    share = first.wrong[labelled].mean()
    assert share == pytest.approx(1 - first.scores["pixel_accuracy"])
    assert not first.wrong[~labelled].any()
    valid = sample.depth[..., 0] >= 0
    np.testing.assert_array_equal(np.isfinite(first.depth_error), valid)
    error = expected.depth[valid] - sample.depth[..., 0][valid]
    np.testing.assert_allclose(first.depth_error[valid], error)
    by_depth = [image.scores["abs_rel"] for image in top_losses(trained, by="abs_rel")]
    assert by_depth == sorted(by_depth, reverse=True) and len(by_depth) == 4


def test_scores_that_are_missing_are_computed(trained, tmp_path):
    shutil.copytree(trained.path, tmp_path / "run", ignore=shutil.ignore_patterns("per_image*"))
    run = load_run(tmp_path / "run")
    (image,) = top_losses(run, 1)
    stored = read_per_image(trained.path / "per_image.csv")[0]
    assert (image.name, image.file) == (stored.name, stored.file)
    assert image.scores["mean_iou"] == pytest.approx(stored.scores["mean_iou"])
    assert not (run.path / "per_image.csv").exists()


def test_other_data_has_its_own_worst(trained, tmp_path):
    data.street.write(tmp_path / "other", 3, seed=9, size=(64, 96))
    file = tmp_path / "scores.csv"
    evaluate(trained, f"synthia:{tmp_path / 'other'}", per_image=file)
    names = [image.name for image in read_per_image(file)]
    found = top_losses(trained, data=f"synthia:{tmp_path / 'other'}")
    assert len(names) == 3 and [image.name for image in found] == names


@pytest.mark.parametrize(
    ("options", "message"), [({"k": 0}, "k must be"), ({"by": "mean_iuo"}, "mean_iou")]
)
def test_what_makes_no_sense_is_refused(trained, options, message):
    with pytest.raises(ConfigError, match=message):
        top_losses(trained, **options)


def test_a_run_of_one_task_has_no_scores_of_the_other(trained):
    alone = dataclasses.replace(trained.config, model="segnet", weighting="none")
    run = type(trained)(trained.path, alone)
    with pytest.raises(ConfigError, match="abs_rel"):
        top_losses(run, by="abs_rel")
