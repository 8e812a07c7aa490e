"""The SavedModel: what it gives, what is inside, and what it replaces."""

import json
import subprocess
import sys

import cv2
import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.initializers import RandomNormal
from tensorflow.core.protobuf import saved_model_pb2

import auxnet_keras as ak
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.run.predictor import Predictor
from auxnet_keras.export import ExportError, tf_format
from tests.toys import CLASSES, SIZE, toy_batches, toy_model


def trained(main="segmentation", auxiliary="depth"):
    model = toy_model(main, auxiliary)
    model.compile(keras.optimizers.Adam(0.05))
    weighting = [] if auxiliary is None else [ak.weighting.TaskWeightBalancing()]
    model.fit(*toy_batches(4), batch_size=4, verbose=0, callbacks=weighting)
    return model


@pytest.fixture(scope="module")
def model():
    return trained()


@pytest.fixture(scope="module")
def path(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("exported") / "1"
    verification = ak.export.saved_model(model, path)
    assert verification.path == path
    assert verification.agreement == 1.0
    assert verification.max_difference is None
    return path


def graph_names(path):
    """Names of all operations, functions and variables in a SavedModel."""
    proto = saved_model_pb2.SavedModel.FromString((path / "saved_model.pb").read_bytes())
    graph = proto.meta_graphs[0].graph_def
    names = {node.name for node in graph.node}
    for function in graph.library.function:
        names |= {function.signature.name} | {node.name for node in function.node_def}
    names |= {name for name, _ in tf.train.list_variables(str(path / "variables" / "variables"))}
    return names | {variable.name for variable in tf.saved_model.load(str(path)).variables}


def test_class_map_is_the_models_own(model, path):
    images, _ = toy_batches(2, seed=1)
    network = tf.saved_model.load(str(path))
    class_map = network.serve(images)["class_map"].numpy()
    expected = model.predict(images, verbose=0)["segmentation"].argmax(-1)
    assert class_map.dtype == np.uint8
    np.testing.assert_array_equal(class_map, expected)
    assert len(np.unique(class_map)) > 1


def test_any_size_goes_in_and_comes_out(model, path):
    image = cv2.resize(toy_batches(1)[0][0], (50, 37), interpolation=cv2.INTER_CUBIC)
    network = tf.saved_model.load(str(path))
    class_map = network.serve(image[None])["class_map"].numpy()
    # OpenCV's bilinear is the oracle: image to the network's size, scores back, largest score.
    small = cv2.resize(image.astype(np.float32), SIZE[::-1], interpolation=cv2.INTER_LINEAR)
    scores = model.predict(small[None], verbose=0)["segmentation"][0]
    large = cv2.resize(scores, (50, 37), interpolation=cv2.INTER_LINEAR)
    assert class_map.shape == (1, 37, 50)
    assert np.mean(class_map[0] == large.argmax(-1)) > 0.999


def test_signatures_for_serving(path):
    loaded = tf.saved_model.load(str(path))
    assert set(loaded.signatures) == {"serve", "serving_default"}
    _, inputs = loaded.signatures["serving_default"].structured_input_signature
    assert inputs["image"].dtype == tf.uint8
    assert inputs["image"].shape.as_list() == [None, None, None, 3]


def test_nothing_of_the_auxiliary_task_is_inside(model, path):
    single = toy_model(auxiliary=None)
    assert len(tf.saved_model.load(str(path)).variables) == len(single.variables)
    names = [name for name, _ in tf.train.list_variables(str(path / "variables" / "variables"))]
    stored = [name for name in names if name.endswith("VARIABLE_VALUE")]
    assert len(stored) == len(single.variables)  # each once
    assert len(model.variables) > len(single.variables)
    for name in graph_names(path):
        for part in ("depth", "metres", "weighting", "adam", "optimizer"):
            assert part not in name.lower().replace("depthwise", "")


def test_loads_without_this_package(path):
    program = (
        "import sys, numpy, tensorflow as tf;"
        "network = tf.saved_model.load(sys.argv[1]);"
        "print(network.serve(numpy.zeros((1, 20, 30, 3), 'uint8'))['class_map'].shape);"
        "assert 'auxnet_keras' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "(1, 20, 30)"


def test_the_card_says_what_it_is(model, path):
    card = json.loads((path / "auxnet.json").read_text())
    assert card["task"] == "segmentation"
    assert card["inputs"] == {"image": "uint8"}
    assert card["output"] == "class_map"
    assert card["network_size"] == list(SIZE)
    assert card["class_names"] == list(model.class_names)


@pytest.mark.parametrize("disparity", [False, True])
def test_depth_as_main_task(tmp_path, disparity):
    model = trained("depth", "segmentation")
    ak.export.saved_model(model, tmp_path / "1", disparity=disparity)
    network = tf.saved_model.load(str(tmp_path / "1"))
    images, _ = toy_batches(1)
    own = model.predict(images, verbose=0)["depth"]
    np.testing.assert_allclose(network.serve(images)["depth"], own, rtol=1e-5, atol=1e-5)
    constant = np.full((1, 2 * SIZE[0], 3 * SIZE[1], 3), 90, np.uint8)
    small = model.predict(constant[:, : SIZE[0], : SIZE[1]], verbose=0)["depth"]
    large = network.serve(constant)["depth"].numpy()
    # Three times as wide, so a disparity there is three times as many pixels.
    centre = small[0, SIZE[0] // 2, SIZE[1] // 2] * (3 if disparity else 1)
    np.testing.assert_allclose(large[0, SIZE[0], 3 * SIZE[1] // 2], centre, rtol=1e-4)


def two_inputs():
    image = keras.Input((*SIZE, 3), name="image")
    depth = keras.Input((*SIZE, 1), name="depth")
    features = keras.layers.Concatenate()([image, depth])
    scores = keras.layers.Conv2D(CLASSES, 3, padding="same")(features)
    outputs = {"segmentation": scores}
    return ak.models.AuxiliaryModel({"image": image, "depth": depth}, outputs, auxiliary=None)


def test_depth_as_second_input(tmp_path):
    model = two_inputs()
    ak.export.saved_model(model, tmp_path / "1")
    images, targets = toy_batches(1)
    given = {"image": images, "depth": targets["depth"]}
    network = tf.saved_model.load(str(tmp_path / "1"))
    class_map = network.signatures["serve"](
        **{name: tf.constant(value) for name, value in given.items()}
    )
    own = model.predict(given, verbose=0)["segmentation"].argmax(-1)
    np.testing.assert_array_equal(class_map["class_map"], own)


def unknown_size():
    image = keras.Input((None, None, 3), name="image")
    scores = keras.layers.Conv2D(CLASSES, 3, padding="same")(image)
    return ak.models.AuxiliaryModel(image, {"segmentation": scores}, auxiliary=None)


def test_unknown_size_works_at_the_images_own(tmp_path):
    model = unknown_size()
    ak.export.saved_model(model, tmp_path / "1")
    network = tf.saved_model.load(str(tmp_path / "1"))
    image = np.random.default_rng(0).integers(0, 256, (1, 64, 96, 3), dtype=np.uint8)
    own = model.predict(image, verbose=0)["segmentation"].argmax(-1)
    np.testing.assert_array_equal(network.serve(image)["class_map"], own)
    assert network.serve(image[:, :50, :70])["class_map"].shape == (1, 50, 70)


def test_size_fixes_an_unknown_size(tmp_path):
    model = unknown_size()
    ak.export.saved_model(model, tmp_path / "1", size=(32, 64))
    assert json.loads((tmp_path / "1" / "auxnet.json").read_text())["network_size"] == [32, 64]
    with pytest.raises(ConfigError, match="multiples of 32"):
        ak.export.saved_model(model, tmp_path / "2", size=(30, 64))
    with pytest.raises(ConfigError, match=r"was built for images of \(8, 12\)"):
        ak.export.saved_model(toy_model(), tmp_path / "2", size=(32, 64))
    assert not (tmp_path / "2").exists()


def test_replaces_its_own_and_nothing_else(model, tmp_path):
    own = tmp_path / "1"
    ak.export.saved_model(two_inputs(), own)
    (own / "stale").touch()
    ak.export.saved_model(model, own)
    assert not (own / "stale").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["1"]
    foreign = tmp_path / "photos"
    foreign.mkdir()
    (foreign / "holiday.png").touch()
    with pytest.raises(ConfigError, match="was not exported by auxnet_keras"):
        ak.export.saved_model(model, foreign)
    assert [p.name for p in foreign.iterdir()] == ["holiday.png"]


def test_a_wrong_export_is_not_kept(model, tmp_path, monkeypatch):
    real = tf_format.network_output
    monkeypatch.setattr(tf_format, "network_output", lambda *a: (real(*a) + 1) % CLASSES)
    with pytest.raises(ExportError, match="was discarded"):
        ak.export.saved_model(model, tmp_path / "1")
    assert list(tmp_path.iterdir()) == []


def test_class_maps_of_more_than_256_classes(tmp_path):
    image = keras.Input((8, 8, 3))
    scores = keras.layers.Conv2D(300, 1, kernel_initializer=RandomNormal(seed=2))(image)
    model = ak.models.AuxiliaryModel(image, {"segmentation": scores}, auxiliary=None)
    verification = ak.export.saved_model(model, tmp_path / "1")
    assert verification.agreement == 1.0 and verification.max_difference is None
    images = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), dtype=np.uint8)
    network = tf.saved_model.load(str(tmp_path / "1"))
    class_map = network.serve(images)["class_map"].numpy()
    expected = model.predict(images, verbose=0)["segmentation"].argmax(-1)
    assert class_map.dtype == np.int32 and class_map.max() > 255
    np.testing.assert_array_equal(class_map, expected)


def test_refuses_what_it_cannot_deploy(tmp_path):
    image = keras.Input((8, 8, 3))
    with pytest.raises(ConfigError, match="Received: Functional"):
        ak.export.saved_model(keras.Model(image, image), tmp_path / "1")
    pair = {name: keras.Input((8, 8, 3), name=name) for name in ("left", "right")}
    scores = keras.layers.Conv2D(2, 1)(keras.layers.Concatenate()(list(pair.values())))
    with pytest.raises(ConfigError, match=r"Received: \['left', 'right'\]"):
        ak.export.saved_model(
            ak.models.AuxiliaryModel(pair, {"segmentation": scores}, auxiliary=None), tmp_path / "1"
        )


@pytest.mark.slow
def test_auxnet_deploys_as_segnet(tmp_path):
    network = ak.models.AuxNet(5, (64, 96, 3), "mobilenet_v2", None)
    single = ak.models.SegNet(5, (64, 96, 3), "mobilenet_v2", None)
    verification = ak.export.saved_model(network, tmp_path / "1")
    assert verification.agreement == 1.0
    variables = tf.saved_model.load(str(tmp_path / "1")).variables
    assert len(variables) == len(single.variables)
    assert sum(np.prod(v.shape) for v in variables) == single.count_params()
    for name in graph_names(tmp_path / "1"):
        assert "depth" not in name.lower().replace("depthwise", "")


def test_a_path_that_tensorflow_would_read_as_a_pattern(model, path, tmp_path):
    odd = tmp_path / 'we[i]rd *?"q"' / "r\nn" / "1"
    assert ak.export.saved_model(model, odd).agreement == 1.0
    odd.rename(tmp_path / "plain")
    images, _ = toy_batches(1)
    moved, usual = (tf.saved_model.load(str(place)) for place in (tmp_path / "plain", path))
    np.testing.assert_array_equal(
        moved.serve(images)["class_map"], usual.serve(images)["class_map"]
    )


@pytest.mark.parametrize("size", [(33, 65), (64, 128), (47, 301), (16, 24), (375, 1242)])
def test_the_runs_predictor_agrees_at_every_size(model, path, size):
    rows, columns = (np.arange(side)[:, None] for side in size)
    waves = 127 + 60 * np.sin(rows / 7 + 3) + 60 * np.cos(columns.T / 11)
    image = np.stack([waves, waves.max() - waves, np.roll(waves, 5, 1)], -1).astype(np.uint8)
    exported = tf.saved_model.load(str(path))
    class_map = exported.serve(image[None])["class_map"].numpy()[0]
    predicted = Predictor(model, "metres")(image).classes
    assert (predicted == class_map).mean() > 0.9999  # all but ties of float32
