"""One run and one axis; a log has one tag and one value a step."""

import dataclasses
import json

import keras
import numpy as np
import pytest
from tensorboard.plugins.hparams import metadata as hparams

import auxnet_keras as ak
from auxnet_keras.callbacks import event_file
from auxnet_keras.callbacks.event_log import event_files
from auxnet_keras.callbacks.event_tags import tag_of
from auxnet_keras.training.fit_callbacks import prepare_callbacks
from tests.callbacks.events import arrays, charts, images, metadata, scalars, texts
from tests.toys import toy_batches, toy_model

PALETTE = np.array([[128, 64, 128], [0, 0, 142], [70, 70, 70], [255, 0, 16]], np.uint8)
INFO = dataclasses.replace(ak.data.info("kitti"), palette=PALETTE)
CLOCK = {"time/seconds", "time/images_per_second"}


def fit(callbacks, model=None, **options):
    keras.utils.set_random_seed(0)
    model = toy_model() if model is None else model
    model.compile(keras.optimizers.SGD(0.001))
    options = {"validation_data": toy_batches(1, seed=1), "epochs": 3, **options}
    return model.fit(*toy_batches(2), batch_size=4, verbose=0, callbacks=callbacks, **options)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The folder of a fit of three epochs of two steps, and its history."""
    folder = tmp_path_factory.mktemp("board") / "run"
    history = fit(
        [
            ak.weighting.TaskWeightBalancing(),
            ak.callbacks.TensorBoard(folder, write_graph=False, info=INFO),
            ak.callbacks.WeightBoard(folder),
        ]
    ).history
    return folder, history


def test_a_fit_is_one_run_with_one_file(written):
    folder, _ = written
    assert [path.parent for path in folder.parent.rglob("*") if path.is_file()] == [folder]
    assert len(event_files(folder)) == 1
    assert folder.absolute() not in event_file._open


def test_every_log_stands_once_at_the_step_at_which_its_epoch_ends(written):
    folder, history = written
    found = scalars(folder)
    expected = {}
    for name, values in history.items():
        part = "validation" if name.startswith("val_") else "train"
        expected[tag_of(name.removeprefix("val_"), part)] = values
    assert {"loss/depth/validation", "score/mean_iou/train", "iou/3/validation"} < set(expected)
    for tag, values in expected.items():
        steps = found[tag]
        if tag.startswith("weight/"):  # of every batch
            assert list(steps) == [1, 2, 3, 4, 5, 6]
            steps = {step: steps[step] for step in (2, 4, 6)}
        assert list(steps) == [2, 4, 6], tag
        np.testing.assert_array_equal(list(steps.values()), np.float32(values), err_msg=tag)
    of_batches = {"loss/segmentation/batch", "loss/depth/batch"}
    times = CLOCK | {"time/epoch", "time/learning_rate"}
    assert set(found) == set(expected) | of_batches | times
    assert list(found["time/epoch"].values()) == [1, 2, 3]
    assert list(found["time/learning_rate"].values()) == pytest.approx([0.001] * 3)


def test_the_layout_shows_training_and_validation_in_one_chart(written):
    found = charts(written[0])
    assert list(found)[:2] == ["segmentation (main task)", "depth (auxiliary task)"]
    assert found["segmentation (main task)"]["mean IoU"] == [
        "score/mean_iou/train$",
        "score/mean_iou/validation$",
    ]
    assert found["weights"] == {"task weights": ["weight/"]}


def test_settings_and_classes_are_texts(written):
    found = texts(written[0])
    ((step, config),) = found["config"]
    assert step == 0
    assert "| weighting | TaskWeightBalancing(" in config
    assert "| optimizer | SGD |" in config and "| main | segmentation |" in config
    assert "| learning_rate | 0.001 |" in config
    ((_, classes),) = found["classes"]
    assert "| 0 | 0 | #804080 |" in classes and "| 3 | 3 | #ff0010 |" in classes


def test_runs_are_compared_by_their_scores(written):
    found = metadata(written[0], "hparams")
    (content,) = found[hparams.EXPERIMENT_TAG]
    experiment = hparams.parse_experiment_plugin_data(content)
    assert [metric.name.tag for metric in experiment.metric_infos][:4] == [
        "score/mean_iou/validation",
        "loss/segmentation/validation",
        "score/abs_rel/validation",
        "loss/depth/validation",
    ]
    (content,) = found[hparams.SESSION_START_INFO_TAG]
    values = hparams.parse_session_start_info_plugin_data(content).hparams
    assert values["learning_rate"].number_value == pytest.approx(0.001)
    assert values["auxiliary"].string_value == "depth"
    assert {info.name for info in experiment.hparam_infos} == set(values)


def test_running_means_and_histograms_are_on_the_same_axis(tmp_path):
    options = {"update_freq": 2, "histogram_freq": 1, "write_steps_per_second": True}
    callback = ak.callbacks.TensorBoard(tmp_path, write_graph=False, **options)
    board = ak.callbacks.WeightBoard(tmp_path)
    fit([callback, board, ak.weighting.TaskWeightBalancing()], epochs=2)
    found = scalars(tmp_path)
    for tag in ("loss/depth/running", "time/steps_per_second"):
        assert list(found[tag]) == [2, 4], tag
    assert list(found["weight/depth"]) == [1, 2, 3, 4]
    np.testing.assert_allclose(
        list(found["loss/depth/running"].values()), list(found["loss/depth/train"].values())
    )
    histograms = arrays(tmp_path, "histograms")
    assert [step for tag, step, _ in histograms if "shared/kernel" in tag] == [2, 4]


def test_evaluation_outside_of_a_fit(tmp_path):
    model = toy_model()
    callback = ak.callbacks.TensorBoard(tmp_path, write_graph=False)
    fit([callback], model, epochs=1)
    scores = model.evaluate(*toy_batches(1), return_dict=True, verbose=0, callbacks=[callback])
    assert tmp_path.absolute() not in event_file._open
    found = scalars(tmp_path)
    assert found["score/mean_iou/evaluation"] == {2: pytest.approx(scores["segmentation_mean_iou"])}
    assert list(found["score/mean_iou/validation"]) == [2]


def test_a_fit_that_failed_leaves_a_whole_file(tmp_path):
    def fail(batch, logs):
        raise KeyboardInterrupt

    callback = ak.callbacks.TensorBoard(tmp_path, write_graph=False)
    failing = keras.callbacks.LambdaCallback(on_train_batch_end=fail)
    with pytest.raises(KeyboardInterrupt):
        fit([callback, failing])
    assert tmp_path.absolute() not in event_file._open
    fit([callback], epochs=1)
    assert list(scalars(tmp_path)["loss/total/train"]) == [2]
    assert len(event_files(tmp_path)) == 2


@pytest.mark.parametrize(
    "callback",
    [
        lambda folder: ak.callbacks.TensorBoard(folder),
        lambda folder: ak.callbacks.WeightBoard(folder),
        lambda folder: ak.callbacks.TensorBoardPictures(folder, []),
        lambda folder: ak.callbacks.GradientDiagnostics(toy_batches(1), log_dir=folder),
    ],
)
def test_every_callback_with_a_file_closes_it_however_a_fit_ends(callback, tmp_path):
    prepared = prepare_callbacks(toy_model(), [callback(tmp_path)], None, None, None, 0)
    file = event_file.shared_file(tmp_path, None)
    file.text("config", "cut off", np.int64(0))
    with pytest.raises(KeyboardInterrupt), prepared:
        raise KeyboardInterrupt
    assert tmp_path.absolute() not in event_file._open
    assert file._writer._file.closed


def test_any_keras_model(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    data = np.ones((4, 2)), np.ones((4, 1))
    options = {"histogram_freq": 1, "write_images": True}
    model.fit(*data, verbose=0, callbacks=[ak.callbacks.TensorBoard(tmp_path, **options)])
    found = scalars(tmp_path)
    assert {"loss/total/train", "score/mae/train", "time/learning_rate"} <= set(found)
    assert list(charts(tmp_path)) == ["time", "more scores"]
    ((tag, step, graph),) = arrays(tmp_path, "graph_keras_model")
    assert (tag, step) == ("keras", 0)
    assert json.loads(graph.item())["class_name"] == "Sequential"
    # As `tf.summary.image` shows weights: 0 is black, 1 is white.
    shown = {tag: steps[1][0] for tag, steps in images(tmp_path).items()}
    (kernel,) = [picture for tag, picture in shown.items() if "kernel" in tag]
    weights = np.clip(model.layers[0].get_weights()[0], 0, 1)
    np.testing.assert_array_equal(kernel[..., 0], (255.5 * weights).astype(np.uint8))
