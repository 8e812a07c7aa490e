"""The progress line: what it says, where, and for which models."""

import io
import re
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from rich.console import Console
from rich.text import Text

import auxnet_keras as ak
from auxnet_keras.callbacks import epoch_clock, progress, screens
from auxnet_keras.callbacks.progress import Progress
from auxnet_keras.callbacks.progress_line import FORMS, describe
from auxnet_keras.core.duration import duration
from tests.toys import toy_batches, toy_model

LOGS = {
    "depth_abs_rel": 0.2134,
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

    def __init__(self, width=None):
        self.updates, self.lines, self.columns = [], [], width

    @property
    def width(self):
        return self.columns

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


def reporting(tasks, width, **params):
    """A progress callback whose clocks stand still, on a screen of some width."""
    bar = Progress()
    bar.set_params(params)
    bar.set_model(SimpleNamespace(tasks=tasks, metrics=[]))
    bar.on_train_begin()
    bar._screen = Recorder(width)
    bar._clock = SimpleNamespace(
        images_per_second=31.2,
        seconds=31.0,
        start=lambda: None,
        refresh=lambda model: None,
        stop_training=lambda model: None,
    )
    bar._time_left = SimpleNamespace(seconds=lambda position: 725.0)
    return bar


def fit(model, batches=3, callbacks=(), **options):
    images, targets = toy_batches(batches)
    callbacks = [*callbacks, ak.callbacks.Progress()]
    model.fit(images, targets, batch_size=4, verbose=0, callbacks=callbacks, **options)


def test_the_main_task_comes_first_with_its_score():
    line = describe(LOGS, ("segmentation", "depth")).plain
    assert line == "mIoU 0.412  segmentation 0.8123 x1.204  depth 2.31 x0.811  abs rel 0.213"
    line = describe(LOGS, ("depth", "segmentation")).plain
    assert line == "abs rel 0.213  depth 2.31 x0.811  segmentation 0.8123 x1.204  mIoU 0.412"


def test_validation_has_no_weights():
    line = describe(LOGS, ("segmentation", "depth"), "val_").plain
    assert line == "mIoU 0.390  segmentation 0.9  depth 2.5"


@pytest.mark.parametrize(
    ("width", "segmentation", "depth"),
    [
        (
            140,
            "Epoch 3/200 12/96  mIoU 0.412  segmentation 0.8123 x1.204  depth 2.31 x0.811  "
            "abs rel 0.213  31.2 images/s  ETA 0:12:05",
            "Epoch 3/200 12/96  abs rel 0.213  depth 2.31 x0.811  segmentation 0.8123 x1.204  "
            "mIoU 0.412  31.2 images/s  ETA 0:12:05",
        ),
        (
            110,
            "Epoch 3/200 12/96  mIoU 0.412  segmentation 0.8123 x1.204  depth 2.31 x0.811  "
            "31.2 images/s  ETA 0:12:05",
            "Epoch 3/200 12/96  abs rel 0.213  depth 2.31 x0.811  segmentation 0.8123 x1.204  "
            "31.2 images/s  ETA 0:12:05",
        ),
        (
            80,
            "3/200 12%  mIoU 0.412  seg 0.812 x1.2  depth 2.31 x0.81  31 img/s  ETA 0:12:05",
            "3/200 12%  abs rel 0.213  depth 2.31 x0.81  seg 0.812 x1.2  31/s  ETA 0:12:05",
        ),
        (
            60,
            "3/200 12%  mIoU 0.412  seg 0.812  depth 2.31  ETA 0:12:05",
            "3/200  abs rel 0.213  depth 2.31  seg 0.812  ETA 0:12:05",
        ),
    ],
)
def test_a_line_at_each_width(width, segmentation, depth):
    for tasks, expected in (
        (("segmentation", "depth"), segmentation),
        (("depth", "segmentation"), depth),
    ):
        bar = reporting(tasks, width, epochs=200, steps=96)
        bar.on_epoch_begin(2)
        bar.on_train_batch_end(11, LOGS)
        assert bar._screen.updates[-1] == expected
        assert len(expected) < width


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (
            180,
            "Epoch 3/200  mIoU 0.412  segmentation 0.8123 x1.204  depth 2.31 x0.811  abs rel 0.213 "
            "| val mIoU 0.390  segmentation 0.9  depth 2.5  31.2 images/s  0:00:31  ETA 0:12:05",
        ),
        (
            120,
            "3/200  mIoU 0.412  seg 0.812 x1.2  depth 2.31 x0.81 | val mIoU 0.390  seg 0.9  "
            "depth 2.5  31 img/s  ETA 0:12:05",
        ),
        (80, "3/200  val mIoU 0.390  seg 0.9 x1.2  depth 2.5 x0.81  31 img/s  ETA 0:12:05"),
        (60, "3/200  val mIoU 0.390  seg 0.9  depth 2.5  ETA 0:12:05"),
    ],
)
def test_the_end_of_an_epoch_at_each_width(width, expected):
    bar = reporting(("segmentation", "depth"), width, epochs=200, steps=96)
    bar.on_epoch_begin(2)
    bar.on_epoch_end(2, LOGS)
    assert bar._screen.lines == [expected]


def test_large_numbers_have_no_exponent():
    logs = {"depth_loss": 65535.0, "weight_depth": 400.0, "loss": 1.0}
    assert describe(logs, form=FORMS[5]).plain == "depth 65535 x400"


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
    training = (
        rf"mIoU {number}  segmentation {number} x{number}  depth {number} x{number}  "
        rf"abs rel {number}"
    )
    assert re.fullmatch(
        rf"Epoch 1/2 3/3  {training}  {number} images/s  ETA \d:\d\d:\d\d", recorder.updates[3]
    )
    for epoch, line in enumerate(recorder.lines, start=1):
        assert re.fullmatch(
            rf"Epoch {epoch}/2  {training} \| val mIoU {number}  segmentation {number}  "
            rf"depth {number}  abs rel {number}  {number} images/s  \d:\d\d:\d\d  "
            r"ETA \d:\d\d:\d\d",
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
    assert re.match(r"Epoch 1/1  mIoU [\d.]+  segmentation [\d.]+  ", recorder.lines[0])
    plain = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    plain.compile("sgd", "mse")
    data = np.ones((4, 2)), np.ones((4, 1))
    plain.fit(*data, verbose=0, callbacks=[ak.callbacks.Progress()])
    assert re.match(r"Epoch 1/1  loss [\d.]+  ", recorder.lines[1])


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
    assert shown == ["", "a line that is…", "second", "done\n"]


def test_a_task_is_not_shortened_to_what_is_another_ones_name_too():
    tasks = ("segmentation", "depth", "normals_x", "normals_y")
    line = describe({f"{task}_loss": 1.0 for task in tasks}, tasks, form=FORMS[-1])
    assert line.plain == "seg 1  depth 1  normals_x 1  normals_y 1"


@pytest.fixture
def cell(monkeypatch):
    """What is shown in a notebook's cell: how, and the text."""
    display = pytest.importorskip("IPython.display")
    calls = []

    class Handle:
        def update(self, data, raw):
            calls.append(("update", data["text/plain"]))

    def show(data, raw, display_id):
        calls.append(("display", data["text/plain"]))
        return Handle()

    monkeypatch.setattr(display, "display", show)
    return calls


def test_a_notebook_has_one_output_for_all_epochs(cell):
    notebook = screens.NotebookScreen()
    notebook.update(Text("1"))
    notebook.finish(Text("2"))
    notebook.update(Text("3"))
    assert cell == [("display", "1"), ("update", "2"), ("update", "2\n3")]


def test_the_output_of_a_long_training_stays_small(cell):
    notebook = screens.NotebookScreen()
    for epoch in range(notebook.KEPT + 1):
        notebook.finish(Text(str(epoch)))
    assert cell[-2][1].splitlines() == [str(n) for n in range(notebook.KEPT)]
    assert cell[-1][1].splitlines() == ["...", *(str(n) for n in range(1, notebook.KEPT + 1))]
    assert [how for how, _ in cell].count("display") == 1
