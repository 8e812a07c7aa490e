"""A disk that is full: a sentence with the file's name, and what was there is as it was.

The operating system refuses the byte behind a limit, as a full disk does, whoever writes it.
"""

import contextlib
import errno
import logging
import os

import numpy as np
import pytest

import auxnet_keras as ak
from auxnet_keras.callbacks.checkpoint_store import CheckpointError, CheckpointStore
from auxnet_keras.errors import DataError
from auxnet_keras.experiments.run.log import logger, run_log
from auxnet_keras.plots import learning_curves
from tests.toys import toy_batches, toy_model

resource = pytest.importorskip("resource")


@contextlib.contextmanager
def room_for(size):
    """No file may grow beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def model():
    model = toy_model()
    model.compile("sgd")
    return model


@pytest.mark.parametrize(
    ("name", "error", "callback"),
    [
        ("history.csv", DataError, ak.callbacks.HistoryFile),
        (
            "best.weights.h5",
            DataError,
            lambda path: ak.callbacks.BestWeights(path, monitor="loss"),
        ),
        (
            "checkpoints",
            CheckpointError,
            lambda path: ak.callbacks.ResumableCheckpoint(path.parent),
        ),
    ],
    ids=["history", "best", "checkpoint"],
)
def test_a_callback_keeps_the_epoch_before(model, tmp_path, capfd, name, error, callback):
    path = tmp_path / name
    model.fit(*toy_batches(1), verbose=0, callbacks=[callback(path)])
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert before
    with room_for(100), pytest.raises(error, match=f"{name}.*File too large") as caught:
        model.fit(*toy_batches(1), epochs=2, initial_epoch=1, callbacks=[callback(path)], verbose=0)
    assert "free some space" in str(caught.value).lower()
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("bytes_there", [0, 1, 500, 2_000, 4_000])
def test_a_checkpoint_ends_anywhere_and_the_one_before_is_used(tmp_path, capfd, bytes_there):
    store = CheckpointStore(tmp_path)
    arrays = {f"model-{i}": np.arange(100) for i in range(8)}
    store.write(1, arrays, {})
    with room_for(bytes_there), pytest.raises(CheckpointError, match="Earlier checkpoints are"):
        store.write(2, arrays, {})
    assert [path.name for path in tmp_path.iterdir()] == ["epoch-00001"]
    assert store.newest().epoch == 1
    assert "Traceback" not in capfd.readouterr().err  # of a zip file that could not be closed


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_a_folder_that_cannot_be_written_to(model, tmp_path, monkeypatch, number):
    """As root may write where permissions forbid it, the system's refusal is played."""
    opened = os.open

    def refuse(path, flags, *arguments, **options):
        if flags & (os.O_WRONLY | os.O_RDWR) and str(path).startswith(str(tmp_path)):
            raise OSError(number, os.strerror(number), str(path))
        return opened(path, flags, *arguments, **options)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(CheckpointError, match=f"Nothing can be saved in .*{os.strerror(number)}"):
        model.fit(
            *toy_batches(1), verbose=0, callbacks=[ak.callbacks.ResumableCheckpoint(tmp_path)]
        )


def test_a_figure_is_whole_or_as_it_was(tmp_path):
    path = learning_curves({"loss": [3.0, 2.0]}, tmp_path / "curves.png")
    before = path.read_bytes()
    with room_for(1000), pytest.raises(DataError, match=r"curves\.png could not be written"):
        learning_curves({"loss": [3.0, 2.0, 1.0]}, path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["curves.png"]


@pytest.mark.parametrize("bytes_there", [10, 1000])
def test_events_that_cannot_be_written_get_a_sentence(model, tmp_path, capfd, bytes_there):
    boards = [ak.callbacks.TensorBoard(tmp_path), ak.callbacks.WeightBoard(tmp_path)]
    with (
        room_for(bytes_there),
        pytest.raises(DataError, match=r"TensorBoard's files in .* Received: File too large\.$"),
    ):
        model.fit(*toy_batches(2), batch_size=4, verbose=0, callbacks=boards)
    assert "Traceback" not in capfd.readouterr().err


def test_the_log_ends_where_it_is_and_training_goes_on(tmp_path, capsys):
    with run_log(tmp_path):
        logger.info("before")
        with room_for(50):
            for _ in range(3):
                logger.info("a line of more than a hundred letters %s", 100 * "x")
        logger.info("after")
    said = capsys.readouterr().err
    assert said.count("log.txt is no longer written") == 1
    assert "Traceback" not in said and "after" in said
    assert logging.raiseExceptions
