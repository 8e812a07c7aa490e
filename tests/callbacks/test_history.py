"""history.csv: one row an epoch, numbers that read back, rows of redone epochs dropped."""

import csv

import keras
import pytest

import auxnet_keras as ak
from auxnet_keras.errors import DataError
from tests.toys import toy_batches, toy_model

CLOCK = ("seconds", "images_per_second")


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def fit(path, epochs, initial_epoch=0, **options):
    images, targets = toy_batches(2)
    model = toy_model()
    model.compile("sgd")
    return model.fit(
        images,
        targets,
        batch_size=4,
        verbose=0,
        epochs=epochs,
        initial_epoch=initial_epoch,
        callbacks=[ak.callbacks.HistoryFile(path)],
        **options,
    )


def test_rows_are_the_epochs_logs(tmp_path):
    path = tmp_path / "new" / "history.csv"
    history = fit(path, 2, validation_data=toy_batches(1, seed=1)).history
    rows = rows_of(path)
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert set(rows[0]) == {"epoch", *history, *CLOCK}
    assert list(rows[0])[-2:] == list(CLOCK)
    for name, values in history.items():
        assert [repr(float(row[name])) for row in rows] == [repr(float(v)) for v in values]


def test_clock_columns_count_images(tmp_path):
    path = tmp_path / "history.csv"
    fit(path, 1)
    (row,) = rows_of(path)
    # Eight images in less than the whole epoch.
    assert float(row["images_per_second"]) * float(row["seconds"]) > 8 * 0.99


def test_rows_of_redone_epochs_are_dropped(tmp_path):
    path = tmp_path / "history.csv"
    fit(path, 3)
    before = path.read_text().splitlines()
    fit(path, 3, initial_epoch=2)
    after = path.read_text().splitlines()
    assert after[:3] == before[:3]
    assert [row["epoch"] for row in rows_of(path)] == ["1", "2", "3"]


def test_a_history_of_0_1_0_counted_from_0(tmp_path):
    path = tmp_path / "history.csv"
    fit(path, 2)
    first, *rows = path.read_text().splitlines()
    old = [f"{number}{row[1:]}" for number, row in enumerate(rows)]
    path.write_text("\n".join([first, *old]) + "\n")
    fit(path, 3, initial_epoch=2)
    assert [row["epoch"] for row in rows_of(path)] == ["1", "2", "3"]


def test_columns_may_come_later(tmp_path):
    path = tmp_path / "history.csv"
    fit(path, 2, validation_data=toy_batches(1, seed=1), validation_freq=2)
    first, second = rows_of(path)
    assert first["val_loss"] == ""
    assert float(second["val_loss"]) > 0
    assert list(first)[-2:] == list(CLOCK)


def test_a_foreign_table_is_refused(tmp_path):
    path = tmp_path / "history.csv"
    path.write_text("name,value\na,1\n")
    with pytest.raises(DataError, match="line 2, is not a row of a history file"):
        fit(path, 1)
    assert path.read_text() == "name,value\na,1\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("epoch,loss\n" + "9" * 5000 + ",1\n", "line 2, is not a row"),
        ("epoch,loss\n0,1,2\n", r"line 2, is not a row.*\['2'\]"),
        ("epoch,loss\n0," + "x" * 200_000 + "\n", "is not a history file"),
    ],
)
def test_what_csv_or_python_refuse_is_a_sentence(tmp_path, text, words):
    path = tmp_path / "history.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=words) as error:
        fit(path, 1)
    assert len(str(error.value)) < 600
    assert path.read_text() == text


def test_a_plain_keras_model_works_too(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    path = tmp_path / "history.csv"
    data = keras.ops.ones((4, 2)), keras.ops.ones((4, 1))
    model.fit(*data, verbose=0, callbacks=[ak.callbacks.HistoryFile(path)])
    assert list(rows_of(path)[0]) == ["epoch", "loss", *CLOCK]
