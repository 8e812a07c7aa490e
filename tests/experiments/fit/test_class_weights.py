"""Class weights of a run: measured on what trains, read from files, kept in the manifest."""

import json
import types

import numpy as np
import pytest

from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.experiments.fit.class_weights import class_weights_of
from data_tools.statistics.class_weights import enet, median_frequency

NAMES = ("void", "road", "car")
LABELS = {  # 2x3 pixels; the second frame's labels are withheld
    0: [[1, 1, 1], [1, 2, 255]],
    1: [[255, 255, 255], [255, 255, 255]],
    2: [[1, 1, 1], [1, 1, 1]],
}


@pytest.fixture
def weights():
    """Calls the function with a text, on three frames; returns the weights and the run."""

    def of(text, *, saved=(0, 0), content=None, shown=(0, 2)):
        content = {} if content is None else content
        run = types.SimpleNamespace(
            config=types.SimpleNamespace(class_weights=text),
            manifest=types.SimpleNamespace(content=content, describe=content.update),
            position_saved=saved,
        )
        info = types.SimpleNamespace(class_names=NAMES, num_classes=len(NAMES))
        plan = types.SimpleNamespace(
            source=types.SimpleNamespace(info=info),
            size=(2, 3),
            frames=LABELS,
            indices_with=lambda task: list(shown) if task == "segmentation" else [],
            unaugmented=lambda index: types.SimpleNamespace(
                segmentation=np.array(LABELS[index], np.uint8)
            ),
        )
        return class_weights_of(run, plan), content

    return of


def test_no_setting_no_weights(weights):
    assert weights(None) == (None, {})


def test_rules_on_the_labels_that_train(weights):
    pixels, image_pixels = np.array([0, 10, 1]), np.array([0, 12, 6])
    measured, manifest = weights("median-frequency")
    assert measured == median_frequency(pixels, image_pixels).tolist()
    assert measured == pytest.approx([0, 0.6, 3.0])  # f = 10/12 and 1/6, their median 1/2
    assert manifest["class_weights"]["weights"] == dict(zip(NAMES, measured, strict=True))
    assert weights("enet")[0] == enet(pixels).tolist()
    with pytest.raises(DataError, match="No training frame has a labelled pixel"):
        weights("enet", shown=())


def test_a_resumed_run_keeps_its_weights(weights, tmp_path):
    kept = {"class_weights": {"weights": {"void": 0.0, "road": 1.0, "car": 7.0}}}
    gone = str(tmp_path / "gone.yaml")
    assert weights(gone, saved=(0, 3), content=kept)[0] == [0.0, 1.0, 7.0]
    with pytest.raises(ConfigError, match="Cannot read"):
        weights(gone, content=kept)


def test_weights_of_a_file_by_class(weights, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("car: 3\nvoid: 0\nroad: 0.5\n")
    assert weights(str(file))[0] == [0.0, 0.5, 3.0]


def test_weights_from_the_file_of_statistics(weights, tmp_path):
    file = tmp_path / "found.json"
    rules = {"median_frequency": [0, 1, 2.5], "enet": [0, 4, 5]}
    file.write_text(json.dumps({"classes": NAMES, "class_weights": rules}))
    assert weights(f"median-frequency:{file}")[0] == [0, 1, 2.5]
    assert weights(f"enet:{file}")[0] == [0, 4, 5]
    with pytest.raises(ConfigError, match="say which of its rules to use: class_weights=median"):
        weights(str(file))
    file.write_text(json.dumps({"classes": ["a", "b", "c"], "class_weights": rules}))
    with pytest.raises(ConfigError, match="does not hold the class weights of this data"):
        weights(f"enet:{file}")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("void: 0\nraod: 1\ncar: 1\n", "did you mean 'road'"),
        ("void: 0\nroad: 1\n", r"no weight for \['car'\]"),
        ("void: 0\nroad: -1\ncar: 1\n", r"no weight for \['road'\]"),
        ("void: 0\nroad: .nan\ncar: 1\n", r"no weight for \['road'\]"),
        ("void: 0\nroad: 0\ncar: 0\n", "must not all be 0"),
        ("just words", "must hold lines of"),
    ],
)
def test_a_file_that_does_not_fit_gets_a_sentence(weights, tmp_path, text, says):
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=says):
        weights(str(file))
