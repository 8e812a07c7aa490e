"""Multiply-accumulates: by hand, and as TensorFlow's profiler counts them."""

import json
import zipfile

import keras
import pytest
from keras import layers

import auxnet_keras as ak
from auxnet_keras.core.macs import macs, macs_text


def config_of(model):
    return keras.saving.serialize_keras_object(model)


def of_layer(layer, *shape):
    image = keras.Input(shape)
    return macs(config_of(keras.Model(image, layer(image))))


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (layers.Conv2D(5, 3, padding="same"), (8, 6, 4), 8 * 6 * 9 * 4 * 5),
        (layers.Conv2D(5, 3), (8, 6, 4), 6 * 4 * 9 * 4 * 5),
        (layers.Conv2D(5, 3, strides=2, padding="same"), (9, 6, 4), 5 * 3 * 9 * 4 * 5),
        (layers.Conv2D(5, (3, 2), strides=(2, 1)), (9, 6, 4), 4 * 5 * 6 * 4 * 5),
        (layers.Conv2D(6, 3, groups=2, padding="same"), (8, 6, 4), 8 * 6 * 9 * 2 * 6),
        (layers.Conv2D(5, 3, dilation_rate=2), (8, 6, 4), 4 * 2 * 9 * 4 * 5),
        (layers.Conv1D(5, 3, padding="causal"), (8, 4), 8 * 3 * 4 * 5),
        (layers.Conv2DTranspose(5, 4, strides=2, padding="same"), (8, 6, 3), 8 * 6 * 16 * 3 * 5),
        (layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same"), (8, 6, 4), 8 * 6 * 9 * 8),
        (layers.SeparableConv2D(5, 3, padding="same"), (8, 6, 4), 8 * 6 * (9 * 4 + 4 * 5)),
        (layers.Dense(5), (8, 6, 4), 8 * 6 * 4 * 5),
        (layers.UpSampling2D(2), (8, 6, 4), 0),
    ],
)
def test_a_layer_by_hand(layer, shape, expected):
    assert of_layer(layer, *shape) == expected


def test_a_layer_counts_as_often_as_it_is_called_also_inside_models():
    image = keras.Input((8, 6, 4))
    twice = layers.Conv2D(4, 1, name="twice")
    inner = keras.Model(image, twice(twice(image)))
    assert macs(config_of(inner)) == 2 * 8 * 6 * 16
    outer = keras.Input((8, 6, 4))
    sequence = keras.Sequential([keras.Input((8, 6, 4)), layers.Conv2D(2, 1)])
    model = keras.Model(outer, sequence(inner(inner(outer))))
    assert macs(config_of(model)) == 2 * (2 * 8 * 6 * 16) + 8 * 6 * 4 * 2


def test_unknown_sides_have_no_number():
    assert of_layer(layers.Conv2D(5, 3), None, 6, 4) is None


def profiled(model):
    """Half the floating-point operations of the frozen graph, for one image."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    shape = (1, *model.inputs[0].shape[1:])
    call = tf.function(lambda image: model(image, training=False))
    frozen = convert_variables_to_constants_v2(
        call.get_concrete_function(tf.TensorSpec(shape, tf.float32))
    )
    graph = tf.Graph()
    with graph.as_default():
        tf.graph_util.import_graph_def(frozen.graph.as_graph_def(), name="")
    options = tf.compat.v1.profiler.ProfileOptionBuilder.float_operation()
    options["output"] = "none"
    return tf.compat.v1.profiler.profile(graph, options=options).total_float_ops / 2


def test_tensorflows_profiler_counts_the_same():
    plain = {"use_bias": False, "padding": "same"}
    image = keras.Input((16, 24, 3))
    features = layers.Conv2D(8, 3, strides=2, **plain)(image)
    features = layers.DepthwiseConv2D(3, **plain)(features)
    features = layers.Conv2D(12, 1, use_bias=False)(features)
    features = layers.SeparableConv2D(10, 3, **plain)(features)
    features = layers.Conv2DTranspose(6, 4, strides=2, **plain)(features)
    model = keras.Model(image, layers.Dense(5, use_bias=False)(features))
    assert macs(config_of(model)) == profiled(model)


def test_a_network_and_its_file(tmp_path):
    model = ak.models.AuxNet(12, (64, 96, 3), backbone="small", weights=None)
    model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        assert macs(json.loads(archive.read("config.json"))) == macs(config_of(model))
    assert 0 < macs(config_of(model.main_model())) < macs(config_of(model))


@pytest.mark.parametrize(
    ("count", "text"),
    [(6_675_121_152, "6.68 GMACs"), (38_201_952, "38.2 MMACs"), (None, "unknown")],
)
def test_text(count, text):
    assert macs_text(count) == text
