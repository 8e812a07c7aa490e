"""Backbones by name and of the user's own, their taps, stages, weights, and what is refused."""

import keras
import numpy as np
import pytest

import auxnet_keras as ak
from auxnet_keras.models.backbones import BACKBONES
from auxnet_keras.models.encoders import encoder, preprocessing_of, stages
from auxnet_keras.models.preprocessing import DepthPreprocessing, ImagePreprocessing
from tests.toys import tiny_backbone


@pytest.mark.parametrize("name", ["resnet50", "mobilenet_v2"])
def test_levels_have_their_strides(name):
    model = encoder(name, (64, 96, 3), weights=None)
    for level, stride in {"P2": 4, "P3": 8, "P4": 16, "P5": 32}.items():
        assert model.output[level].shape[1:3] == (64 // stride, 96 // stride)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["resnet101", "resnet152"])
def test_deeper_resnets_have_the_same_levels(name):
    model = encoder(name, (64, 64, 3), weights=None)
    assert [model.output[level].shape[-1] for level in ("P2", "P3", "P4", "P5")] == [
        256,
        512,
        1024,
        2048,
    ]


def test_mobilenet_has_a_batch_norm_momentum_for_short_runs():
    model = encoder("mobilenet_v2", (64, 64, 3), weights=None)
    momenta = {
        layer.momentum
        for layer in model.layers
        if isinstance(layer, keras.layers.BatchNormalization)
    }
    assert momenta == {0.9}


@pytest.mark.parametrize("name", ["mobilenet_v2", "resnet50"])
def test_stages_in_a_row_are_the_encoder(name):
    model = encoder(name, (64, 64, 3), weights=None)
    features = np.random.default_rng(0).normal(size=(1, 64, 64, 3)).astype(np.float32)
    expected = model(features)
    for stage in stages(model, "image"):
        features = stage(features)
        level = stage.name.rpartition("_")[2]
        np.testing.assert_allclose(
            np.array(features), np.array(expected[level]), rtol=1e-3, atol=1e-4
        )


def test_an_encoder_that_cannot_be_cut_is_refused():
    image = keras.Input((32, 32, 3))
    levels, features = {}, image
    for level in (3, 4, 5):
        features = keras.layers.Conv2D(2, 3, 2 ** (3 if level == 3 else 1), padding="same")(
            features
        )
        levels[f"P{level}"] = features
    bypass = keras.layers.Conv2D(2, 3, 32, padding="same")(image)
    levels["P5"] = keras.layers.Add()([levels["P5"], bypass])
    with pytest.raises(ak.errors.ConfigError, match="cannot be split at level P5"):
        stages(keras.Model(image, levels), "image")


def test_weights_file_of_the_backbone_is_loaded(tmp_path):
    source = keras.applications.MobileNetV2(
        include_top=False, weights=None, input_shape=(64, 64, 3)
    )
    source.save_weights(tmp_path / "backbone.weights.h5")
    model = encoder("mobilenet_v2", (64, 64, 3), weights=tmp_path / "backbone.weights.h5")
    for a, b in zip(source.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_both_encoders_of_fusenet_load_the_file(tmp_path):
    source = keras.applications.MobileNetV2(
        include_top=False, weights=None, input_shape=(64, 64, 3)
    )
    source.save_weights(tmp_path / "backbone.weights.h5")
    model = ak.models.FuseNet(3, (64, 64, 3), "mobilenet_v2", tmp_path / "backbone.weights.h5")
    first = source.get_layer("Conv1").get_weights()[0]
    for stage in ("image_P2", "depth_P2"):
        found = model.get_layer(stage).get_layer("Conv1").get_weights()[0]
        np.testing.assert_array_equal(first, found)


def test_no_network_names_the_remedies(monkeypatch):
    def offline(*_, **__):
        raise OSError("URL fetch failure on https://storage.googleapis.com/...: unreachable")

    monkeypatch.setattr(keras.utils, "get_file", offline)
    monkeypatch.setattr("keras.src.utils.file_utils.get_file", offline)
    with pytest.raises(ak.errors.ConfigError, match=r"weights=None.*~/\.keras/models"):
        encoder("resnet50", (64, 64, 3), weights="imagenet")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"backbone": "resnet5"}, "did you mean 'resnet50'"),
        (
            {"backbone": "mobilenet_v2", "weights": "/nowhere.h5"},
            r"backbone .* does not exist.*nowhere",
        ),
        (
            {"backbone": "mobilenet_v2", "weights": "imagenets"},
            r"backbone .* does not exist",
        ),
    ],
)
def test_wrong_names(options, message):
    with pytest.raises(ak.errors.ConfigError, match=message):
        encoder(**{"input_shape": (64, 64, 3), "weights": None, **options})


def test_a_file_that_is_no_weights_file(tmp_path):
    (tmp_path / "wrong.weights.h5").write_bytes(b"not HDF5")
    with pytest.raises(ak.errors.ConfigError, match=r"do not fit the backbone.*not HDF5"):
        encoder("mobilenet_v2", (64, 64, 3), weights=tmp_path / "wrong.weights.h5")


def test_a_model_without_a_pyramid_is_refused():
    image = keras.Input((64, 64, 3))
    plain = keras.Model(image, keras.layers.Conv2D(2, 3)(image))
    with pytest.raises(ak.errors.ConfigError, match="'P3', 'P4' and 'P5'"):
        encoder(plain, (64, 64, 3))


def test_a_backbone_with_pyramid_outputs_as_an_attribute():
    tiny = tiny_backbone()
    plain = keras.Model(tiny.input, tiny.output["P5"])
    plain.pyramid_outputs = tiny.output
    assert set(encoder(plain, (64, 64, 3)).output) == {"P2", "P3", "P4", "P5"}


@pytest.mark.slow
def test_a_keras_cv_backbone():
    keras_cv = pytest.importorskip("keras_cv", reason="the extra [cv] is not installed")
    backbone = keras_cv.models.ResNetBackbone(
        stackwise_filters=[8, 16, 32, 64],
        stackwise_blocks=[1, 1, 1, 1],
        stackwise_strides=[1, 2, 2, 2],
        include_rescaling=True,
        input_shape=(64, 64, 3),
    )
    model = ak.models.AuxNet(4, (64, 64, 3), backbone)
    assert model(np.zeros((1, 64, 64, 3), np.uint8))["segmentation"].shape == (1, 64, 64, 4)


def test_resnet_preprocessing_is_that_of_keras_applications():
    image = np.random.default_rng(0).integers(0, 256, (1, 32, 32, 3)).astype(np.float32)
    for name, module in (
        ("resnet50", keras.applications.resnet),
        ("mobilenet_v2", keras.applications.mobilenet_v2),
    ):
        found = ImagePreprocessing(preprocessing_of(name))(image)
        expected = module.preprocess_input(image.copy())
        np.testing.assert_allclose(np.array(found), np.array(expected), atol=1e-4)
    assert preprocessing_of(tiny_backbone()) == "none"


def test_depth_preprocessing_by_hand():
    depth = np.array([2.0, -1.0, 4.0, np.inf], np.float32).reshape(1, 2, 2, 1)
    found = np.array(DepthPreprocessing()(depth))
    assert found.shape == (1, 2, 2, 3)
    np.testing.assert_allclose(found[..., 0].ravel(), [127.5, 0, 255, 0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weights": "some.weights.h5"}, "already has weights"),
        ({"input_shape": (96, 96, 3)}, r"takes images of shape \(64, 64, 3\)"),
    ],
)
def test_a_backbone_of_ones_own_is_taken_as_it_is(options, message):
    with pytest.raises(ak.errors.ConfigError, match=message):
        encoder(tiny_backbone(), **{"input_shape": (64, 64, 3), **options})


def test_every_named_backbone_is_listed():
    named = set(BACKBONES) - {"tiny"}  # which a fixture of other tests adds
    assert named == {"resnet50", "resnet101", "resnet152", "mobilenet_v2", "small"}
