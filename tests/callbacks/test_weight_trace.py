"""weights.csv: a row for each batch that changed a weight, none twice after a resume."""

import numpy as np
import pytest

import auxnet_keras as ak
from auxnet_keras.callbacks import weight_trace
from auxnet_keras.callbacks.weight_trace import read_weight_trace
from auxnet_keras.errors import DataError
from tests.toys import toy_batches, toy_model


class Recorder(ak.callbacks.WeightTrace):
    """Also keeps the weights in force after each batch."""

    def __init__(self, path):
        super().__init__(path)
        self.seen = []

    def on_train_batch_end(self, batch, logs=None):
        super().on_train_batch_end(batch, logs)
        self.seen.append(dict(self.model.weighting.weights))


def test_rows_are_the_weights_after_every_batch_and_repeated_ones_are_dropped(tmp_path):
    path = tmp_path / "new" / "weights.csv"
    images, targets = toy_batches(3)
    model = toy_model()
    model.compile("sgd")
    options = {"batch_size": 4, "verbose": 0, "shuffle": False}
    trace, weighting = Recorder(path), ak.weighting.TaskWeightBalancing()
    model.fit(images, targets, epochs=2, callbacks=[weighting, trace], **options)
    columns = read_weight_trace(path)
    assert columns["epoch"] == pytest.approx([1 / 3, 2 / 3, 1, 4 / 3, 5 / 3, 2], abs=1e-5)
    for task in ("segmentation", "depth"):
        found = [weights[task] for weights in trace.seen]
        np.testing.assert_allclose(columns[f"weight_{task}"], found, rtol=1e-5)
    # The second epoch is trained again, after a kill that cut the last line.
    with path.open("a") as file:
        file.write("2.3333,0.1")
    trace.seen.clear()
    model.fit(images, targets, epochs=2, initial_epoch=1, callbacks=[weighting, trace], **options)
    again = read_weight_trace(path)
    assert again["epoch"] == columns["epoch"]
    assert again["weight_depth"][:3] == columns["weight_depth"][:3]
    found = [weights["depth"] for weights in trace.seen]
    np.testing.assert_allclose(again["weight_depth"][3:], found, rtol=1e-5)


class Model:
    """Stands for a model whose steps return given logs."""

    train_function = None


def run_batches(path, weights, steps):
    trace = ak.callbacks.WeightTrace(path)
    trace.set_model(Model())
    trace.set_params({"steps": steps})
    trace.on_train_begin()
    trace.on_epoch_begin(0)
    for batch, weight in enumerate(weights):
        logs = {"loss": 1.0} if weight is None else {"loss": 1.0, "weight_depth": weight}
        trace.on_train_batch_end(batch, logs)


def test_a_weight_that_does_not_change_takes_one_row(tmp_path):
    path = tmp_path / "weights.csv"
    run_batches(path, [1.0, 1.0, 1.0, 0.5], 4)
    assert path.read_text() == "epoch,weight_depth\n0.250000,1\n1.000000,0.5\n"


def test_an_epoch_has_a_limited_number_of_rows_and_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr(weight_trace, "MOST", 4)
    path = tmp_path / "weights.csv"
    run_batches(path, range(11), 11)
    assert read_weight_trace(path)["weight_depth"] == [2.0, 5.0, 8.0, 10.0]


def test_without_weights_there_is_no_file(tmp_path):
    path = tmp_path / "weights.csv"
    run_batches(path, [None, None], 2)
    assert not path.exists() and read_weight_trace(path) == {}


@pytest.mark.parametrize("line", ["x,1\n", "0.5,1,2\n", "0.5\n0.5,a\n"])
def test_a_damaged_file_is_named(tmp_path, line):
    path = tmp_path / "weights.csv"
    path.write_text("epoch,weight_depth\n" + line)
    with pytest.raises(DataError, match=r"weights\.csv, line \d"):
        read_weight_trace(path)
