"""Two runs compared class by class, against a recomputation from their predictions."""

import json
import shutil

import numpy as np
import pytest

from auxnet_keras import data
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments import compare, train
from auxnet_keras.experiments.score.class_regions import region_table, write_comparison
from tests.oracles import regions as oracle


@pytest.fixture(scope="module")
def depth_alone(scenes, tiny_backbone, tmp_path_factory):
    """A finished run of depth alone, on the scenes of `trained`."""
    return train(
        {
            "data": f"street:{scenes}",
            "main": "depth",
            "single_task": True,
            "backbone": tiny_backbone,
            "weights": "none",
            "size": (32, 64),
            "batch_size": 4,
            "epochs": 1,
            "learning_rate": 1e-2,
            "depth_unit": "inverse_depth",
            "out": str(tmp_path_factory.mktemp("runs") / "depth_alone"),
        }
    )


@pytest.fixture(scope="module")
def results(depth_alone, trained):
    return compare(depth_alone.path, trained)


def test_runs_of_two_folds_are_not_compared(trained, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(trained.path, other)
    config = (other / "config.yaml").read_text()
    (other / "config.yaml").write_text(config.replace("fold: null", "fold: 3"))
    with pytest.raises(ConfigError, match=r"of the same fold. Received: fold=None and fold=3"):
        compare(trained, other)


def test_depth_alone_leaves_a_whole_folder(depth_alone):
    assert depth_alone.finished and "segmentation" not in depth_alone.results
    assert depth_alone.results["depth"]["abs_rel"] > 0
    assert depth_alone.predictor.model.output_names == ["depth"]
    assert "val_depth_loss" in depth_alone.history
    for name in ("figures/curves.png", "figures/qualitative.png", "MODEL_CARD.md", "export"):
        assert (depth_alone.path / name).exists()
    assert " helped " not in (depth_alone.path / "MODEL_CARD.md").read_text()


def test_it_is_what_the_predictions_say(depth_alone, trained, scenes, results):
    source = data.source("street", scenes)
    pairs, triples = [], {0: [], 1: []}
    for frame in source.frames("val"):
        sample = source.read(frame, "metres")
        labels, depth = sample.segmentation.ravel(), sample.depth.ravel()
        known = labels != 255
        multi = trained.predictor(sample.image)
        pairs += zip(labels[known], multi.classes.ravel()[known], strict=True)
        inverse = depth_alone.predictor(sample.image).depth
        for side, said in ((0, 1 / np.maximum(inverse, 1e-6)), (1, multi.depth)):
            triples[side] += zip(labels[known], depth[known], said.ravel()[known], strict=True)
    assert (results["split"], results["frames"]) == ("val", 4)
    assert results["runs"] == ["depth_alone", "auxnet_ftwb"]
    assert results["full"]["iou"] == [None, pytest.approx(oracle.iou(pairs))]
    full = [pytest.approx(oracle.log_l1(triples[side]), rel=1e-4) for side in (0, 1)]
    assert results["full"]["log_l1"] == full
    for c in (3, 2, 1, 8):  # road, building, sky (without depth), car
        name = trained.info.class_names[c]
        of_class = results["classes"][name]
        assert of_class["inside"]["iou"][1] == pytest.approx(oracle.iou(pairs, inside=c))
        assert of_class["outside"]["iou"][1] == pytest.approx(oracle.iou(pairs, outside=c))
        for side in (0, 1):
            inside = oracle.log_l1(triples[side], inside=c)
            outside = None if inside is None else oracle.log_l1(triples[side], outside=c)
            wanted = [v if v is None else pytest.approx(v, rel=1e-4) for v in (inside, outside)]
            found = [of_class[part]["log_l1"][side] for part in ("inside", "outside")]
            assert found == wanted, name


def test_what_is_written(results, tmp_path):
    write_comparison(results, tmp_path / "new")
    assert json.loads((tmp_path / "new/comparison.json").read_text()) == results
    lines = (tmp_path / "new/comparison.md").read_text().splitlines()
    assert "IoU outside, auxnet_ftwb" in lines[0] and lines[2].startswith(
        "| full image (frequency-weighted IoU) | 100"
    )
    assert "void" not in results["classes"]
    assert (tmp_path / "new/comparison.csv").read_text().count("\n") == 15
    assert (tmp_path / "new/comparison.png").stat().st_size > 10_000
    assert (tmp_path / "new/classes.png").stat().st_size > 10_000


def test_mean_iou_is_the_evaluations(results, trained):
    assert results["mean_iou"] == [
        None,
        pytest.approx(trained.results["segmentation"]["mean_iou"]),
    ]
    row = region_table(results).rows[1]
    assert row.label == "mean of the classes (mean IoU)"
    assert row.cells[2].value == results["mean_iou"][1]


def test_of_more_runs_the_first_is_the_baseline(depth_alone, trained, tmp_path):
    results = compare(trained, depth_alone, more=[trained])
    first, depth, again = results["runs"]
    assert (first, depth, again) == ("auxnet_ftwb (A)", "depth_alone", "auxnet_ftwb (C)")
    for scores in (results["full"], results["classes"]["car"]["outside"]):
        assert scores["iou"][1] is None and scores["iou"][0] == scores["iou"][2]
        assert scores["log_l1"][0] == scores["log_l1"][2] != scores["log_l1"][1]
    table = region_table(results)
    full = dict(zip(table.columns, table.rows[0].cells, strict=True))
    a, b, _ = results["full"]["log_l1"]
    assert full[f"log L1, {depth} - {first}"].value == pytest.approx(b - a)
    assert full[f"IoU, {depth} - {first}"].value is None
    assert full[f"log L1, {again} - {first}"].value == 0.0
    best = {key for key, cell in full.items() if cell.best and key.startswith("log L1")}
    assert best == ({f"log L1, {depth}"} if b < a else {f"log L1, {first}", f"log L1, {again}"})
    write_comparison(results, tmp_path)
    assert {path.stem for path in tmp_path.glob("*.png")} == {
        f"{kind}_{run}"
        for kind in ("comparison", "classes")
        for run in ("1_depth_alone", "2_auxnet_ftwb_C")
    }


def test_an_absent_class_is_blank_and_not_zero(results):
    nothing = {"iou": [None, None], "log_l1": [None, None]}
    absent = {"pixels": 0.0, "depth_pixels": 0.0, "inside": nothing, "outside": nothing}
    changed = {**results, "classes": {**results["classes"], "car": absent}}
    table = region_table(changed)
    row = next(line for line in table.csv().splitlines() if line.startswith("car"))
    assert row == "car,0.0" + 10 * ","


def test_runs_of_other_data_need_to_be_told_which(trained, depth_alone, tmp_path):
    other = tmp_path / "scenes"
    data.street.write(other, 6, seed=4, size=(64, 96))
    results = compare(trained, trained, data=f"street:{other}")
    assert (results["split"], results["frames"]) == ("all", 6)
    assert results["full"]["iou"][0] == results["full"]["iou"][1]
    assert region_table(results).columns[1] == "IoU, auxnet_ftwb (A)"


def test_runs_of_one_name_are_told_apart_by_their_folders(trained, tmp_path):
    copy = tmp_path / "copy" / trained.name
    shutil.copytree(trained.path, copy)
    results = compare(copy, trained)
    assert results["runs"] == [f"copy/{trained.name}", f"{trained.path.parent.name}/{trained.name}"]


def test_other_classes_are_refused(trained, kitti_scenes):
    with pytest.raises(ConfigError, match=r"13 classes .* 12 classes"):
        compare(trained, trained, data=f"kitti:{kitti_scenes}")
