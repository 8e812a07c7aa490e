"""Watching a training from its folder: when it redraws, when it ends, and what it survives."""

import builtins
import json

import pytest

from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.run.run import load_run
from auxnet_keras.jupyter import watch, watching
from auxnet_keras.jupyter.glance import glance
from tests.experiments.fake_runs import write_run

PNG = b"\x89PNG"


def watched(folder, *steps):
    """What `watch` shows while `steps` happen to the folder, one in every pause."""
    shown, todo = [], list(steps)

    def sleep(seconds):
        assert seconds == 2.0
        if not todo:
            raise KeyboardInterrupt
        todo.pop(0)()

    watch(folder, pause=2.0, show=shown.append, sleep=sleep)
    return shown


def finish(run):
    facts = json.loads((run / "manifest.json").read_text())
    facts["events"].append({"event": "end"})
    (run / "manifest.json").write_text(json.dumps(facts))


def test_from_before_its_start_to_its_end(tmp_path):
    run = tmp_path / "run"

    def epoch():
        with (run / "history.csv").open("a") as file:
            file.write("4,0.1,0.4,3.0,20\n")

    shown = watched(
        run,
        lambda: None,  # nothing changes: nothing is shown
        lambda: write_run(run, finished=False, epochs=4),
        lambda: None,
        epoch,
        lambda: finish(run),
        lambda: pytest.fail("a finished run is watched no longer"),
    )
    assert [view.finished for view in shown] == [False, False, False, True]
    assert shown[0].about.startswith("waiting for a run in ") and not shown[0].pictures
    assert "not finished, 3 of 4 epochs" in shown[1].about
    assert "not finished, 4 of 4 epochs" in shown[2].about
    assert "finished, 4 of 4 epochs" in shown[3].about
    assert all(view.pictures[0].startswith(PNG) for view in shown[1:])
    assert shown[1].pictures != shown[2].pictures


def test_an_interrupt_ends_the_watch_alone(tmp_path):
    run = write_run(tmp_path / "run", finished=False)
    assert len(watched(run)) == 1


def test_half_written_files_are_looked_at_again(tmp_path):
    run = write_run(tmp_path / "run", finished=False)
    manifest, history = run / "manifest.json", run / "history.csv"
    whole, rows = manifest.read_text(), history.read_text()
    shown = watched(
        run,
        lambda: manifest.write_text(whole[:40]),
        lambda: None,
        lambda: (manifest.write_text(whole), history.write_bytes(rows.encode() + b"4,\xff")),
        lambda: history.write_text(rows),
    )
    assert [view.whole for view in shown] == [True, False, False, False, True]
    # What was there before stays meanwhile.
    assert all(view.pictures == shown[0].pictures for view in shown)
    assert "manifest.json" in shown[1].about and "history.csv" in shown[3].about


def test_a_row_cut_by_a_kill_is_not_drawn(tmp_path):
    run = write_run(tmp_path / "run", finished=False)
    (run / "weights.csv").write_text("epoch,weight_depth\n0.5,1.2\n1.0,1.")
    (run / "history.csv").write_text("epoch,val_segmentation_loss,weight_depth\n1,0.5,1.2\n")
    view = glance(run)
    assert view.whole and len(view.pictures) == 1


def test_a_notebook_shows_table_log_and_pictures_with_escaped_text(tmp_path):
    run = write_run(tmp_path / "<b>run", finished=False)
    (run / "log.txt").write_text("one\ntwo\n" * 1000 + "<i>last</i>\x1b[2J\n")
    shown = glance(run)._repr_html_()
    assert "<th>&lt;b&gt;run</th>" in shown and "<b>" not in shown and "<i>" not in shown
    assert "<pre>one\ntwo\n&lt;i&gt;last&lt;/i&gt;?[2J</pre>" in shown
    assert shown.count('src="data:image/png;base64,') == 1
    text = repr(glance(run))
    assert text.startswith("Run(") and text.endswith("<i>last</i>?[2J")


def test_class_weights_have_a_picture(tmp_path):
    run = write_run(tmp_path / "run", finished=False)
    (run / "history.csv").write_text(
        "epoch,val_segmentation_loss,class_weight_car\n1,0.5,1.0\n2,0.4,0.9\n"
    )
    assert len(glance(run).pictures) == 2


def test_a_run_is_as_good_as_its_folder_and_a_pause_is_above_zero(tmp_path):
    run = load_run(write_run(tmp_path / "run"))
    (view,) = watched(run)
    assert view.finished
    for pause in (0, -1.0, float("nan")):
        with pytest.raises(ConfigError, match="pause"):
            watch(run, pause=pause)


def test_a_cell_has_one_output(tmp_path, monkeypatch):
    display = pytest.importorskip("IPython.display")
    calls = []

    class Handle:
        def update(self, view):
            calls.append(("update", view))

    def show(view, display_id):
        calls.append(("display", view))
        return Handle()

    monkeypatch.setattr(display, "display", show)
    output = watching._cell_output()
    for number in range(3):
        output(number)
    assert calls == [("display", 0), ("update", 1), ("update", 2)]


def test_without_ipython_the_remedy_is_said(tmp_path, monkeypatch):
    usual = builtins.__import__

    def without(name, *rest):
        if name.startswith("IPython"):
            raise ImportError
        return usual(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigError, match=r"install auxnet_keras\[notebook\]"):
        watch(tmp_path)
