"""The tasks' gradients as plain autodiff finds them, and a training that does not notice."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import auxnet_keras as ak
from auxnet_keras.callbacks.batch_table import read_columns
from auxnet_keras.callbacks.gradient_measures import WORST_CONDITION, gradient_measures
from auxnet_keras.callbacks.probe_gradients import first_batch
from auxnet_keras.errors import ConfigError
from tests.callbacks.events import scalars
from tests.toys import batch_of, toy_batches, toy_model

TASKS = ("segmentation", "depth")
PROBE = batch_of(toy_batches(1, seed=9), 0)
OPTIONS = {"batch_size": 4, "verbose": 0, "shuffle": False}


def network(dropout=True):
    """With what a forward pass changes: statistics, and the seed of dropout."""
    keras.utils.set_random_seed(1)
    model = toy_model()
    if not dropout:
        return model
    image = keras.Input(model.input.shape[1:])
    shared = keras.layers.Conv2D(6, 3, padding="same", activation="relu")(image)
    shared = keras.layers.BatchNormalization()(keras.layers.Dropout(0.4)(shared))
    outputs = {
        "segmentation": keras.layers.Conv2D(4, 1)(shared),
        "depth": keras.layers.Conv2D(1, 1)(shared),
    }
    return ak.models.AuxiliaryModel(image, outputs)


class TestMeasures:
    def test_hand_arithmetic(self):
        measures = gradient_measures(np.array([[4.0, 3.0], [3.0, 9.0]]), TASKS)
        assert measures == pytest.approx(
            {
                "gradient_norm_segmentation": 2.0,
                "gradient_norm_depth": 3.0,
                "gradient_cosine_segmentation_depth": 0.5,
                "gradient_magnitude_similarity_segmentation_depth": 12 / 13,
                "gradient_condition": 1.5 / 0.5,
            }
        )

    @pytest.mark.parametrize("sign", [1.0, -1.0])
    def test_parallel_and_opposite_gradients(self, sign):
        measures = gradient_measures(np.array([[1.0, 7 * sign], [7 * sign, 49.0]]), TASKS)
        assert measures["gradient_cosine_segmentation_depth"] == sign
        assert measures["gradient_condition"] == pytest.approx(WORST_CONDITION)

    def test_three_tasks_against_their_vectors(self):
        vectors = np.random.default_rng(0).normal(size=(3, 5)) * [[1.0], [30.0], [0.1]]
        measures = gradient_measures(vectors @ vectors.T, "abc")
        units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        assert measures["gradient_cosine_a_c"] == pytest.approx(units[0] @ units[2])
        assert measures["gradient_condition"] == pytest.approx(np.linalg.cond(units) ** 2)
        assert len(measures) == 3 + 3 + 3 + 1

    def test_a_task_without_a_gradient_is_compared_with_nothing(self):
        vectors = np.array([[1.0, 0.0], [0.0, 0.0], [1.0, 1.0]])
        measures = gradient_measures(vectors @ vectors.T, "abc")
        assert measures["gradient_norm_b"] == 0.0
        undefined = {name for name, value in measures.items() if np.isnan(value)}
        assert undefined == {name for name in measures if "_b" in name} - {"gradient_norm_b"}
        assert measures["gradient_condition"] == pytest.approx((1 + 0.5**0.5) / (1 - 0.5**0.5))

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_numbers_that_are_not_finite(self, bad):
        measures = gradient_measures(np.array([[1.0, bad], [bad, bad]]), TASKS)
        assert np.isnan(measures["gradient_condition"])
        assert measures["gradient_norm_segmentation"] == 1.0


def expected_gram(model, batch):
    """M by one tape per task, over the parameters of both."""
    x, y = batch
    gradients = []
    for task in model.tasks:
        with tf.GradientTape() as tape:
            values, valid = model.loss[task].per_pixel(y[task], model(x, training=True)[task])
            loss = tf.reduce_sum(values * tf.cast(valid, "float32")) / np.sum(valid)
        gradients.append(tape.gradient(loss, model.trainable_variables))
    both = [k for k, column in enumerate(zip(*gradients, strict=True)) if None not in column]
    rows = [np.concatenate([np.ravel(row[k]) for k in both]) for row in gradients]
    return np.array([[a @ b for b in rows] for a in rows])


def test_the_numbers_of_plain_autodiff():
    model = network(dropout=False)
    model.compile(keras.optimizers.SGD(0.0), metrics=None)
    diagnostics = ak.callbacks.GradientDiagnostics(PROBE)
    history = model.fit(*toy_batches(1), callbacks=[diagnostics], **OPTIONS).history
    expected = gradient_measures(expected_gram(model, PROBE), model.tasks)
    found = {name: history[name][0] for name in expected}
    assert found == pytest.approx(expected, rel=1e-4)
    assert diagnostics.measured["gradient_norm_depth"] == history["gradient_norm_depth"]


def weights_after(callbacks, make=network, **compiled):
    model = make()
    model.compile(keras.optimizers.Adam(1e-2), metrics=None, **compiled)
    weighting = ak.weighting.TaskWeightBalancing()
    history = model.fit(*toy_batches(5), epochs=2, callbacks=[weighting, *callbacks], **OPTIONS)
    values = [np.array(v) for v in [*model.variables, *model.optimizer.variables]]
    return values, history.history


@pytest.mark.parametrize("together", [1, 2])
def test_training_is_the_same_bit_by_bit(tmp_path, together):
    plain, logs = weights_after([], steps_per_execution=together)
    diagnostics = ak.callbacks.GradientDiagnostics(
        PROBE, every=2, path=tmp_path / "gradients.csv", log_dir=tmp_path
    )
    measured, more = weights_after([diagnostics], steps_per_execution=together)
    assert len(plain) == len(measured)
    for a, b in zip(plain, measured, strict=True):
        np.testing.assert_array_equal(a, b)
    assert {name: more[name] for name in logs} == logs
    assert diagnostics.measured["epoch"] == [0.4, 0.8, 1.4, 1.8]


def test_every_measurement_is_in_the_csv_and_in_tensorboard(tmp_path):
    path = tmp_path / "gradients.csv"
    diagnostics = ak.callbacks.GradientDiagnostics(PROBE, every=2, path=path, log_dir=tmp_path)
    board = ak.callbacks.TensorBoard(tmp_path)
    _, logs = weights_after([board, diagnostics])
    columns = read_columns(path)
    assert columns == diagnostics.measured
    norms = columns["gradient_norm_depth"]
    assert len(set(norms)) == 4
    assert logs["gradient_norm_depth"] == pytest.approx([np.mean(norms[:2]), np.mean(norms[2:])])
    assert 0 < columns["weight_depth"][-1] != columns["weight_depth"][0]
    events = scalars(tmp_path)
    assert list(events["gradient/norm_depth/batch"]) == [2, 4, 7, 9]
    assert list(events["gradient/norm_depth/batch"].values()) == pytest.approx(norms)
    assert list(events["gradient/norm_depth/train"]) == [5, 10]


def test_a_resumed_run_has_the_same_rows_and_means(tmp_path):
    class Killed(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.model.optimizer.iterations == 8:
                raise KeyboardInterrupt

    def trained(folder, *more):
        model = network()
        model.compile("sgd", metrics=None)
        data = tf.data.Dataset.from_tensor_slices(toy_batches(5)).batch(4)
        history = model.fit(
            data,
            epochs=2,
            verbose=0,
            callbacks=[
                *(ak.callbacks.GradientDiagnostics(PROBE, 2, path=folder / "gradients.csv"), *more),
                ak.callbacks.ResumableCheckpoint(folder, every=3, dataset=data),
            ],
        ).history
        return (folder / "gradients.csv").read_text(), history["gradient_condition"][-1]

    whole = trained(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "killed", Killed())
    assert trained(tmp_path / "killed") == whole


def test_an_epoch_with_fewer_batches_is_measured_at_its_end():
    diagnostics = ak.callbacks.GradientDiagnostics(PROBE, every=100)
    _, logs = weights_after([diagnostics])
    assert diagnostics.measured["epoch"] == [1.0, 2.0]
    assert diagnostics.measured["gradient_condition"] == logs["gradient_condition"]


def test_a_task_without_valid_pixels_is_nan_by_definition():
    x, y = PROBE
    empty = (x, {**y, "depth": np.full_like(y["depth"], -1.0)})
    _, logs = weights_after([ak.callbacks.GradientDiagnostics(empty)])
    assert logs["gradient_norm_depth"] == [0.0, 0.0] and logs["gradient_norm_segmentation"][0] > 0
    assert np.isnan(logs["gradient_cosine_segmentation_depth"]).all()
    assert np.isnan(logs["gradient_condition"]).all()


def refused_before_training(model, probe, says):
    """Not when the first measurement is due, which may be hours later."""
    model.compile("sgd", metrics=None)
    diagnostics = ak.callbacks.GradientDiagnostics(probe, every=100)
    with pytest.raises(ConfigError, match=says):
        model.fit(*toy_batches(1), callbacks=[diagnostics], verbose=0)
    assert int(model.optimizer.iterations) == 0


class TestProbe:
    def test_the_first_batch_of_a_data_set(self):
        data = tf.data.Dataset.from_tensor_slices(toy_batches(3)).batch(4)
        x, y, weight = first_batch(data)
        np.testing.assert_array_equal(x, batch_of(toy_batches(3), 0)[0])
        assert set(y) == set(TASKS) and weight is None

    def test_a_data_set_of_this_package_begins_as_it_would_have(self):
        data = ak.data.load("street", size=(32, 64), batch_size=2, limit=4)
        first_batch(data)
        assert int(data.epoch) == 0 == int(data.start)

    @pytest.mark.parametrize("data", [3, (1,), [], (np.ones(3), np.ones(3)), iter([])])
    def test_refused(self, data):
        with pytest.raises(ConfigError, match="diagnostics need a batch"):
            ak.callbacks.GradientDiagnostics(data)

    def test_one_task_is_nothing_to_compare(self):
        model = toy_model(auxiliary=None)
        model.compile("sgd", metrics=None)
        with pytest.raises(ConfigError, match="compares the tasks"):
            model.fit(*toy_batches(1), callbacks=ak.callbacks.GradientDiagnostics(PROBE), verbose=0)

    def test_tasks_without_a_common_parameter(self):
        model = network(dropout=False)
        for layer in model.layers[:-2]:
            layer.trainable = False
        refused_before_training(model, PROBE, "share no parameter that is trained")

    def test_a_batch_without_the_target_of_a_task(self):
        images, targets = PROBE
        probe = (images, {"depth": targets["depth"]})
        refused_before_training(network(dropout=False), probe, "no target for the output")

    def test_every_is_checked(self):
        with pytest.raises(ConfigError, match="every must be an integer"):
            ak.callbacks.GradientDiagnostics(PROBE, every=0)
