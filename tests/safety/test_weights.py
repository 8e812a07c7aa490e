"""Weights files of real networks load as ever; what else such a file may hold has no effect."""

import shutil
import zipfile

import h5py
import keras
import numpy as np
import pytest

import auxnet_keras as ak
from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.models.encoders import encoder
from auxnet_keras.safety import hdf5
from tests.safety import makers


@pytest.fixture(scope="module")
def network():
    return _network()


def _network(classes=3):
    image = keras.Input((8, 8, 3))
    features = keras.layers.Conv2D(4, 3, padding="same", activation="relu")(image)
    features = keras.layers.BatchNormalization()(features)
    heads = {
        "segmentation": keras.layers.Conv2D(classes, 1, name="classes")(features),
        "depth": keras.layers.Conv2D(1, 1, name="metres")(features),
    }
    return ak.models.AuxiliaryModel(image, heads, main="segmentation", auxiliary="depth")


@pytest.fixture
def other():
    """The same network with other weights."""
    model = _network()
    for variable in model.variables:
        variable.assign(np.full(variable.shape, 7.0))
    return model


@pytest.mark.parametrize("name", ["a.weights.h5", "a.keras", "compiled.keras"])
def test_what_keras_wrote_loads(network, other, tmp_path, name):
    if name == "compiled.keras":
        network.compile(optimizer="adam")
        network.fit(*_batch(), verbose=0)  # the optimizer's state is three quarters of the file
    (network.save_weights if name.endswith(".h5") else network.save)(tmp_path / name)
    other.load_weights(tmp_path / name)
    for mine, theirs in zip(network.weights, other.weights, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def _batch():
    image = np.zeros((2, 8, 8, 3), np.uint8)
    targets = {
        "segmentation": np.zeros((2, 8, 8), np.uint8),
        "depth": np.ones((2, 8, 8, 1), np.float32),
    }
    return image, targets


def test_half_precision_is_a_number(tmp_path):
    keras.config.set_dtype_policy("bfloat16")
    try:
        model = _network()
        model.save_weights(tmp_path / "a.weights.h5")
        model.load_weights(tmp_path / "a.weights.h5")
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize(
    ("write_to", "received"),
    [
        (makers.external_link, "a link to another place or file"),
        (makers.shape_bomb, "shapes of 4,398,046,511,104 bytes"),
        (makers.compressed_shape_bomb, "compressed"),
    ],
)
@pytest.mark.parametrize("name", ["a.weights.h5", "a.h5"])
def test_models_and_backbones_refuse(network, tmp_path, name, write_to, received):
    path = tmp_path / name
    write_to(path)
    for load in (
        lambda: network.load_weights(path),
        lambda: encoder("mobilenet_v2", (32, 32, 3), weights=path),
    ):
        with pytest.raises(DataError, match=rf"{name}.*Received: .*{received}"):
            load()


def test_a_hidden_place_is_not_followed_by_the_way_of_a_real_file(network, tmp_path):
    """A good file in which one group was replaced by a link to another file with the same one."""
    path = tmp_path / "a.weights.h5"
    network.save_weights(path)
    shutil.copy(path, tmp_path / "b.weights.h5")
    with h5py.File(path, "r+") as file:
        del file["layers"]
        file["layers"] = h5py.ExternalLink("b.weights.h5", "/layers")
    with pytest.raises(DataError, match=r"'/layers', a link"):
        network.load_weights(path)


@pytest.mark.parametrize("name", ["gs://bucket/a.weights.h5", "a.weights.json", "a.ckpt", "folder"])
def test_only_files_of_this_machine_are_read(network, name):
    with pytest.raises(ConfigError, match=r"ends with \.weights\.h5.*Received: "):
        network.load_weights(name)


def test_missing_and_damaged_files_have_their_sentences(network, tmp_path):
    (tmp_path / "folder.h5").mkdir()
    makers.write(tmp_path / "text.h5", "no HDF5")
    makers.write(tmp_path / "text.keras", "no ZIP")
    for name, words in {
        "none.h5": "No such file",
        "folder.h5": "a folder",
        "text.h5": "damaged or not HDF5",
        "text.keras": "a ZIP that cannot be read",
    }.items():
        with pytest.raises((ConfigError, DataError), match=rf"{name}.*{words}"):
            network.load_weights(tmp_path / name)


def test_code_in_a_keras_file_stays_where_it_is(network, other, tmp_path):
    """The graph of this file would write a file. Keras refuses it; it is not looked at."""
    trace = tmp_path / "trace"

    def program(place):
        return lambda inputs: (__import__("pathlib").Path(place).write_text("it ran"), inputs)[1]

    image = keras.Input((8, 8, 3))
    keras.Model(image, keras.layers.Lambda(program(str(trace)))(image)).save(
        tmp_path / "code.keras"
    )
    trace.unlink()
    network.save(tmp_path / "good.keras")
    path = tmp_path / "bad.keras"
    with (
        zipfile.ZipFile(tmp_path / "good.keras") as good,
        zipfile.ZipFile(tmp_path / "code.keras") as code,
    ):
        graph = {name: code.read(name) for name in ("metadata.json", "config.json")}
        makers.archive(path, {**graph, "model.weights.h5": good.read("model.weights.h5")})
    with pytest.raises(ValueError, match="unsafe"):
        keras.saving.load_model(path)
    other.load_weights(path)
    np.testing.assert_array_equal(other.weights[0], network.weights[0])
    assert not trace.exists()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_weight_that_is_not_finite_is_named(network, tmp_path, value, monkeypatch):
    monkeypatch.setattr(hdf5, "_BLOCK", 64)  # several blocks a tensor
    file = tmp_path / "diverged.weights.h5"
    network.save_weights(file)
    place = []
    with h5py.File(file, "r+") as content:
        content.visititems(
            lambda name, inside: place.append(name) if getattr(inside, "ndim", 0) > 1 else None
        )
        tensor = content[place[-1]]
        tensor[(-1,) * tensor.ndim] = value
    before = [np.array(v) for v in network.variables]
    with pytest.raises(DataError, match=rf"NaN or infinity in '{place[-1]}'"):
        network.load_weights(file)
    for old, new in zip(before, network.variables, strict=True):
        np.testing.assert_array_equal(old, np.array(new))
