"""The other formats, several at once, and extras that are not there."""

import errno
import importlib.util
import json

import keras
import numpy as np
import pytest
import tensorflow as tf

import auxnet_keras as ak
from auxnet_keras.errors import ConfigError
from auxnet_keras.export import fixed_size
from auxnet_keras.export.verification import ExportError, writing_export
from tests.toys import SIZE, toy_batches, toy_model

FILES = {"onnx": "network.onnx", "litert": "network.tflite"}
MODULES = {"onnx": ("tf2onnx", "onnx", "onnxruntime"), "litert": ("ai_edge_litert",)}


def installed(name):
    return all(importlib.util.find_spec(module) for module in MODULES[name])


@pytest.fixture(scope="module")
def model():
    model = toy_model()
    model.compile(keras.optimizers.Adam(0.05))
    model.fit(*toy_batches(4), batch_size=4, verbose=0)
    return model


def class_map(model, images):
    return model.predict(images, verbose=0)["segmentation"].argmax(-1)


def test_keras_file(model, tmp_path):
    verification = ak.export.keras_file(model, tmp_path / "network.keras")
    assert (verification.agreement, verification.max_difference) == (1.0, 0.0)
    loaded = keras.models.load_model(tmp_path / "network.keras")
    images, _ = toy_batches(1, seed=1)
    output = loaded.predict(images, verbose=0)
    assert set(output) == {"segmentation"}
    np.testing.assert_array_equal(output["segmentation"].argmax(-1), class_map(model, images))
    assert not any("metres" in layer.name for layer in loaded.layers)
    assert [p.name for p in tmp_path.iterdir()] == ["network.keras"]


def test_keras_file_needs_its_suffix(model, tmp_path):
    with pytest.raises(ConfigError, match=r"must end with \.keras"):
        ak.export.keras_file(model, tmp_path / "network.h5")


@pytest.mark.skipif(not installed("onnx"), reason="needs the extra [onnx]")
def test_onnx(model, tmp_path):
    import onnxruntime

    path = tmp_path / FILES["onnx"]
    assert ak.export.onnx(model, path).agreement >= 0.999
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    images, _ = toy_batches(1, seed=1)
    (given,) = session.run(["class_map"], {"image": images})
    assert given.dtype == np.uint8
    assert np.mean(given == class_map(model, images)) >= 0.999


@pytest.mark.skipif(not installed("litert"), reason="needs the extra [litert]")
def test_litert(model, tmp_path):
    from ai_edge_litert.interpreter import Interpreter

    path = tmp_path / FILES["litert"]
    assert ak.export.litert(model, path).agreement >= 0.999
    serve = Interpreter(str(path)).get_signature_runner()
    images, _ = toy_batches(1, seed=1)
    given = serve(image=images[:1])["class_map"]
    assert given.dtype == np.uint8
    assert np.mean(given == class_map(model, images[:1])) >= 0.999


@pytest.mark.parametrize("name", ["onnx", "litert"])
def test_a_missing_extra_says_what_to_install(model, tmp_path, monkeypatch, name):
    monkeypatch.setattr(importlib.util, "find_spec", lambda module: None)
    with pytest.raises(ConfigError, match=rf"pip install 'auxnet_keras\[{name}\]'"):
        ak.export.write(model, ["keras", name], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_converted_network_needs_a_size():
    image = keras.Input((None, None, 3))
    scores = keras.layers.Conv2D(2, 3, padding="same")(image)
    model = ak.models.AuxiliaryModel(image, {"segmentation": scores}, auxiliary=None)
    from auxnet_keras.export.deployment import Deployment

    with pytest.raises(ConfigError, match=r"Pass size=\(height, width\)"):
        fixed_size.fixed_size_model(Deployment(model), None)
    fixed = fixed_size.fixed_size_model(Deployment(model, (32, 64)), 1)
    assert fixed.input_shape == (1, 32, 64, 3)


def test_fixed_size_model_gives_the_class_map(model):
    from auxnet_keras.export.deployment import Deployment

    fixed = fixed_size.fixed_size_model(Deployment(model), None)
    assert fixed.input_shape == (None, *SIZE, 3)
    images, _ = toy_batches(1, seed=1)
    given = fixed.predict({"image": images}, verbose=0)["class_map"]
    np.testing.assert_array_equal(given, class_map(model, images))


def test_several_at_once(model, tmp_path):
    written = ak.export.write(model, ["saved_model", "keras"], tmp_path)
    assert written == {
        "saved_model": tmp_path / "saved_model" / "1",
        "keras": tmp_path / "model.keras",
    }
    report = json.loads((tmp_path / "verification.json").read_text())
    assert {name: found["agreement"] for name, found in report.items()} == {
        "saved_model": 1.0,
        "keras": 1.0,
    }
    assert report["saved_model"]["images"] == 3


def test_unknown_format(model, tmp_path):
    with pytest.raises(ConfigError, match="did you mean 'saved_model'"):
        ak.export.write(model, ["savedmodel"], tmp_path)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        tf.errors.ResourceExhaustedError(None, None, "file; No space left\non device"),
    ],
)
def test_a_full_disk_is_one_sentence(tmp_path, error):
    with pytest.raises(ExportError) as raised, writing_export(tmp_path, tf.errors.OpError):
        raise error
    message = str(raised.value)
    assert message.startswith(f"The export to {tmp_path} could not be written: ")
    assert "free some space" in message and "\n" not in message
    assert message.endswith("No space left on device.")


@pytest.mark.parametrize("name", ["saved_model", "keras"])
def test_a_place_that_cannot_be_written(model, tmp_path, name):
    (tmp_path / "file").touch()
    with pytest.raises(
        ExportError, match=r"written: choose another path.* Received: Not a directory"
    ):
        ak.export.write(model, [name], tmp_path / "file" / "export")
