"""Pictures of fixed samples and the confusion matrix, small for TensorBoard, large on disk."""

import numpy as np
import pytest

import auxnet_keras as ak
from auxnet_keras.callbacks import tensorboard_pictures as module
from auxnet_keras.errors import ConfigError
from tests.callbacks.events import images
from tests.toys import CLASSES, toy_batches, toy_model


@pytest.fixture
def drawn(monkeypatch):
    """What was given to the drawing functions."""
    calls = {"rows": [], "matrices": []}
    image_grid, confusion_matrix = ak.plots.image_grid, ak.plots.confusion_matrix

    class Plots:
        colour_labels = staticmethod(ak.plots.colour_labels)
        colour_depth = staticmethod(ak.plots.colour_depth)
        write_png = staticmethod(ak.plots.write_png)

        @staticmethod
        def image_grid(rows, titles, **options):
            calls["rows"].append((rows, titles, options))
            return image_grid(rows, titles, **options)

        @staticmethod
        def confusion_matrix(matrix, names, path):
            calls["matrices"].append(matrix)
            return confusion_matrix(matrix, names, path)

    monkeypatch.setattr(module, "plots", Plots)
    return calls


def fit(callback, model=None, epochs=1, **options):
    model = toy_model() if model is None else model
    model.compile("sgd")
    model.fit(*toy_batches(2), verbose=0, epochs=epochs, callbacks=[callback], **options)
    return model


def test_pictures_of_every_second_epoch(tmp_path):
    validation = toy_batches(2, seed=1)
    samples = [validation]
    figures = tmp_path / "figures"
    callback = ak.callbacks.TensorBoardPictures(tmp_path, samples, every=2, figures=figures)
    fit(callback, epochs=4, validation_data=validation)
    found = images(tmp_path)
    assert set(found) == {"pictures/segmentation", "pictures/depth", "pictures/confusion"}
    for tag, steps in found.items():
        assert list(steps) == [2, 4]  # one batch of 32 per epoch
        assert len(steps[4]) == (1 if tag.endswith("confusion") else 4)
        # TensorBoard shows them about half as large.
        assert all(600 < picture.shape[1] < 700 for picture in steps[4])
    assert {path.name for path in figures.iterdir()} == {"predictions.png", "confusion.png"}


def test_columns_and_truth(tmp_path, drawn):
    x, y = toy_batches(2, seed=1)
    batches = [(x[:4], {t: v[:4] for t, v in y.items()}), (x[4:], {t: v[4:] for t, v in y.items()})]
    model = fit(ak.callbacks.TensorBoardPictures(tmp_path, batches, count=5, figures=tmp_path))
    ((rows, titles, options),) = drawn["rows"]
    assert titles == ["image", "truth", "prediction", "true depth", "predicted depth"]
    assert options["class_names"] == model.class_names
    assert len(rows) == 5
    predicted = model.predict(x, verbose=0)["segmentation"].argmax(-1)
    for i, (image, truth, prediction, *_) in enumerate(rows):
        np.testing.assert_array_equal(image, x[i])
        palette = options["palette"]
        assert len(palette) == CLASSES
        np.testing.assert_array_equal(truth, ak.plots.colour_labels(y["segmentation"][i], palette))
        np.testing.assert_array_equal(prediction, ak.plots.colour_labels(predicted[i], palette))


def test_confusion_is_that_of_the_validation(tmp_path, drawn):
    x, y = toy_batches(1, seed=1)
    callback = ak.callbacks.TensorBoardPictures(tmp_path, [(x, y)], figures=tmp_path)
    model = fit(callback, validation_data=(x, y))
    predicted = model.predict(x, verbose=0)["segmentation"].argmax(-1)
    labelled = y["segmentation"] != 255
    expected = np.zeros((CLASSES, CLASSES), int)
    np.add.at(expected, (y["segmentation"][labelled], predicted[labelled]), 1)
    np.testing.assert_array_equal(drawn["matrices"][0], expected)


def test_one_task_and_a_data_sets_palette(tmp_path, drawn):
    info = ak.data.info("kitti")
    callback = ak.callbacks.TensorBoardPictures(tmp_path, [toy_batches(1)], info, figures=tmp_path)
    fit(callback, toy_model(auxiliary=None))
    ((_, titles, options),) = drawn["rows"]
    assert titles == ["image", "truth", "prediction"]
    assert options["palette"] is info.palette


def test_depth_alone_has_no_confusion_matrix(tmp_path, drawn):
    info = ak.data.info("synthia")
    callback = ak.callbacks.TensorBoardPictures(tmp_path, [toy_batches(1)], info, figures=tmp_path)
    fit(callback, toy_model("depth", None))
    assert drawn["rows"][0][1] == ["image", "true depth", "predicted depth"]
    assert drawn["matrices"] == []


@pytest.mark.parametrize(
    ("kind", "unit", "near_bright"),
    [
        ("kitti", None, False),
        ("kitti", "metres", True),
        ("kitti", "raw", False),
        ("synthia", None, True),
        ("synthia", "raw", True),
        ("synthia", "inverse_depth", False),
        (None, None, False),
        (None, "metres", True),
    ],
)
def test_near_things_are_bright_in_every_unit(tmp_path, monkeypatch, kind, unit, near_bright):
    asked = []
    colour_depth = ak.plots.colour_depth

    def spy(depth, maximum, *, near_bright):
        asked.append(near_bright)
        return colour_depth(depth, maximum, near_bright=near_bright)

    monkeypatch.setattr(ak.plots, "colour_depth", spy)
    info = None if kind is None else ak.data.info(kind)
    callback = ak.callbacks.TensorBoardPictures(tmp_path, [], info, depth_unit=unit)
    callback._cells("depth", np.ones((4, 4, 1)), np.ones((4, 4, 1)))
    assert asked == [near_bright] * 2


def test_unknown_depth_unit(tmp_path):
    with pytest.raises(ConfigError, match="did you mean 'metres'"):
        ak.callbacks.TensorBoardPictures(tmp_path, [], depth_unit="meters")
