"""The progress line: what it says, where, and for which models."""

import io
import re

import keras
import numpy as np
import pytest
from rich.console import Console
from rich.text import Text

import auxnet_keras as ak
from auxnet_keras.callbacks import epoch_clock, progress, screens
from auxnet_keras.callbacks.progress import describe, duration
from tests.toys import toy_batches, toy_model

LOGS = {
    "depth_loss": 2.31,
    "loss": 3.0,
    "segmentation_loss": 0.81234,
    "segmentation_mean_iou": 0.4123,
    "val_depth_loss": 2.5,
    "val_loss": 4.0,
    "val_segmentation_loss": 0.9,
    "val_segmentation_mean_iou": 0.39,
    "weight_depth": 0.811,
    "weight_segmentation": 1.204,
}


class Recorder(screens.Screen):
    """A screen that remembers."""

    def __init__(self):
        self.updates, self.lines = [], []

    def update(self, line):
        self.updates.append(line.plain)

    def finish(self, line):
        self.lines.append(line.plain)


@pytest.fixture
def recorder(monkeypatch):
    recorder = Recorder()
    monkeypatch.setattr(progress, "screen", lambda: recorder)
    monkeypatch.setattr(progress, "PAUSE", 0.0)
    return recorder


def fit(model, batches=3, callbacks=(), **options):
    images, targets = toy_batches(batches)
    callbacks = [*callbacks, ak.callbacks.Progress()]
    model.fit(images, targets, batch_size=4, verbose=0, callbacks=callbacks, **options)


def test_both_losses_both_weights_and_mean_iou():
    line = describe(LOGS, ("segmentation", "depth")).plain
    assert line == "segmentation 0.8123 x1.204  depth 2.31 x0.811  mIoU 0.412"


def test_validation_has_no_weights():
    line = describe(LOGS, ("segmentation", "depth"), "val_").plain
    assert line == "segmentation 0.9  depth 2.5  mIoU 0.390"


@pytest.mark.parametrize(
    ("logs", "line"),
    [
        ({"loss": 0.5}, "loss 0.5"),
        ({"loss": 0.5, "lanes_loss": 0.25, "weight_lanes": 2.0}, "lanes 0.25 x2"),
        ({"segmentation_mean_iou": float("nan")}, "mIoU nan"),
        ({}, ""),
    ],
)
def test_any_tasks(logs, line):
    assert describe(logs).plain == line


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "-:--"), (0.4, "0:00:00"), (125, "0:02:05"), (2 * 86400 + 3661, "2 d 1:01:01")],
)
def test_duration(seconds, text):
    assert duration(seconds) == text


def test_lines_of_a_fit(recorder):
    model = toy_model()
    model.compile("sgd")
    weighting = ak.weighting.TaskWeightBalancing()
    fit(model, callbacks=[weighting], epochs=2, validation_data=toy_batches(1, seed=1))
    assert recorder.updates[0] == "Epoch 1/2  compiling the training step ..."
    number = r"[\d.e+-]+"
    training = rf"segmentation {number} x{number}  depth {number} x{number}  mIoU {number}"
    assert re.fullmatch(
        rf"Epoch 1/2 3/3  ETA \d:\d\d:\d\d  {training}  {number} images/s", recorder.updates[3]
    )
    for epoch, line in enumerate(recorder.lines, start=1):
        assert re.fullmatch(
            rf"Epoch {epoch}/2  {training} \| val segmentation {number}  depth {number}  "
            rf"mIoU {number} \|  {number} images/s  \d:\d\d:\d\d  ETA \d:\d\d:\d\d",
            line,
        )
    assert len(recorder.lines) == 2


def test_several_steps_per_execution(recorder):
    model = toy_model()
    model.compile("sgd", steps_per_execution=2)
    fit(model, batches=5)
    assert [line.split()[2] for line in recorder.updates[1:]] == ["2/5", "4/5", "5/5"]


def test_time_left_does_not_count_the_compilation(recorder, monkeypatch):
    class Time:
        value = 0.0

        def perf_counter(self):
            return self.value

    time = Time()
    monkeypatch.setattr(epoch_clock, "time", time)

    def train(batch, logs):
        time.value += 2.0 if time.value else 3600.0

    slow = keras.callbacks.LambdaCallback(on_train_batch_begin=train)
    model = toy_model()
    model.compile("sgd")
    fit(model, callbacks=[slow], epochs=2)
    # 2 s a batch, and three batches an epoch.
    left = [line.split("ETA ")[1].split()[0] for line in recorder.updates[1:]]
    assert left == ["-:--", "0:00:08", "0:00:06", "0:00:04", "0:00:02", "0:00:00"]


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_unknown_number_of_steps(recorder):
    model = toy_model()
    model.compile("sgd")
    images, targets = toy_batches(2)

    def batches():
        for i in (0, 4):
            yield images[i : i + 4], {task: y[i : i + 4] for task, y in targets.items()}

    model.fit(batches(), shuffle=False, verbose=0, callbacks=[ak.callbacks.Progress()])
    assert [line.split()[2] for line in recorder.updates[1:]] == ["1/?", "2/?"]
    assert "images/s" in recorder.lines[0]


def test_a_single_task_and_a_plain_keras_model(recorder):
    model = toy_model(auxiliary=None)
    model.compile("sgd")
    fit(model)
    assert re.match(r"Epoch 1/1  segmentation [\d.]+  mIoU", recorder.lines[0])
    plain = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    plain.compile("sgd", "mse")
    data = np.ones((4, 2)), np.ones((4, 1))
    plain.fit(*data, verbose=0, callbacks=[ak.callbacks.Progress()])
    assert re.match(r"Epoch 1/1  loss [\d.]+ \|", recorder.lines[1])


def test_only_chosen_epochs_keep_their_line(recorder):
    images, targets = toy_batches(1)
    model = toy_model()
    model.compile("sgd")
    shown = ak.callbacks.Progress(keep=[2, 3])
    model.fit(images, targets, epochs=3, verbose=0, callbacks=[shown])
    assert [line[:9] for line in recorder.lines] == ["Epoch 2/3", "Epoch 3/3"]
    assert "ETA" in [line for line in recorder.updates if line.startswith("Epoch 1/3")][-1]


def test_a_log_gets_one_line_an_epoch(capsys):
    model = toy_model()
    model.compile("sgd")
    fit(model, epochs=2)
    lines = capsys.readouterr().out.splitlines()
    assert [line[:9] for line in lines] == ["Epoch 1/2", "Epoch 2/2"]
    assert not any("\x1b" in line or "\r" in line for line in lines)


def test_a_terminal_overwrites_the_line():
    file = io.StringIO()
    terminal = screens.TerminalScreen(Console(file=file, force_terminal=True, width=20))
    terminal.update(Text("a line that is longer than the terminal"))
    terminal.update(Text("second"))
    terminal.finish(Text("done"))
    assert file.getvalue().count("\n") == 1
    shown = [part.removeprefix("\x1b[2K") for part in file.getvalue().split("\r")]
    assert shown == ["", "a line that is lon…", "second", "done\n"]


def test_a_notebook_updates_one_output_an_epoch(monkeypatch):
    display = pytest.importorskip("IPython.display")
    calls = []

    class Handle:
        def update(self, data, raw):
            calls.append(("update", data["text/plain"]))

    def show(data, raw, display_id):
        calls.append(("display", data["text/plain"]))
        return Handle()

    monkeypatch.setattr(display, "display", show)
    notebook = screens.NotebookScreen()
    notebook.update(Text("1"))
    notebook.finish(Text("2"))
    notebook.update(Text("3"))
    assert calls == [("display", "1"), ("update", "2"), ("display", "3")]
