"""What a browser shows of a fit: the charts in which values that belong together are lines."""

import cv2
import keras
import pytest

import auxnet_keras as ak
from tests.programs.tensorboard_in_browser import missing
from tests.toys import toy_batches, toy_model


@pytest.mark.slow
@pytest.mark.skipif(bool(missing()), reason=missing())
def test_the_charts_of_a_class_wise_fit(run_program, tmp_path):
    model = toy_model("depth", "segmentation")
    model.compile(keras.optimizers.SGD(0.001))
    board = tmp_path / "runs" / "class_wise"
    model.fit(
        *toy_batches(3),
        batch_size=4,
        epochs=2,
        verbose=0,
        validation_data=toy_batches(1, seed=1),
        callbacks=[
            ak.weighting.ClassWiseWeighting(step_size=0.01, start_epoch=0),
            ak.callbacks.TensorBoard(board, write_graph=False),
            ak.callbacks.WeightBoard(board),
        ],
    )
    picture = tmp_path / "page.png"
    (found,) = run_program("tensorboard_in_browser", str(tmp_path / "runs"), str(picture))
    assert found["runs"] == ["class_wise"]
    assert {"TIME SERIES", "CUSTOM SCALARS", "IMAGES", "TEXT", "HPARAMS"} <= set(found["tabs"])
    charts = found["charts"]
    assert list(charts)[:3] == ["depth (main task)", "segmentation (auxiliary task)", "weights"]
    assert sorted(charts["depth (main task)"]["abs rel"]) == [
        "score/abs_rel/train (class_wise)",
        "score/abs_rel/validation (class_wise)",
    ]
    lines = {title: len(names) for each in charts.values() for title, names in each.items()}
    assert lines["class weights"] == 4
    assert lines["IoU of every class, validation"] == 4
    height, width, _ = cv2.imread(str(picture)).shape
    assert width == 1560 and height > 1000
