"""What a run says about itself."""

import json

import pytest

from auxnet_keras.experiments.run.run import load_run
from tests.experiments.fake_runs import write_run


def event(run, **what):
    facts = json.loads((run / "manifest.json").read_text())
    facts["events"].append(what)
    (run / "manifest.json").write_text(json.dumps(facts))


def test_a_finished_run_in_one_line(tmp_path):
    run = load_run(write_run(tmp_path / "run", 0.3125, model="auxnet", weighting="ftwb"))
    assert repr(run) == (
        f"Run('{tmp_path}/run': finished, 3 of 3 epochs; "
        "auxnet on small, segmentation + depth, weighting ftwb; "
        f"street:{tmp_path}/scenes; mean IoU 0.312; abs rel 0.200)"
    )


def test_the_main_task_is_first(tmp_path):
    run = load_run(write_run(tmp_path / "run", model="auxnet", main="depth"))
    assert "depth + segmentation; " in repr(run)
    assert repr(run).endswith("; abs rel 0.200; mean IoU 0.300)")
    assert run._repr_html_().index("abs rel") < run._repr_html_().index("mean IoU")


def test_an_unfinished_run_has_the_scores_of_its_validation(tmp_path):
    folder = write_run(tmp_path / "run", 0.3, finished=False, epochs=9)
    (folder / "results.json").unlink()
    run = load_run(folder)
    assert "not finished, 3 of 9 epochs" in repr(run) and "mean IoU 0.300" in repr(run)
    event(folder, event="interrupt")
    assert ": interrupted, 3 of 9 epochs; " in repr(run)


def test_a_run_that_has_not_started(tmp_path):
    folder = write_run(tmp_path / "run", finished=False)
    for name in ("history.csv", "results.json", "manifest.json"):
        (folder / name).unlink()
    assert "not started, 0 of 3 epochs; segnet on small, segmentation; " in repr(load_run(folder))


def test_a_notebook_has_a_table_with_escaped_texts(tmp_path):
    run = load_run(write_run(tmp_path / "<script>", seed=7))
    shown = run._repr_html_()
    assert shown.startswith("<table>") and "<th>&lt;script&gt;</th>" in shown
    assert "<script>" not in shown
    assert "<td>segmentation</td><td>mean IoU 0.300, frequency-weighted IoU 0.600</td>" in shown
    assert "32x64, 4 images per step, learning rate 0.0001, seed 7" in shown


@pytest.mark.parametrize("name", ["manifest.json", "results.json", "history.csv"])
def test_damaged_files_are_named(tmp_path, name):
    folder = write_run(tmp_path / "run")
    (folder / name).write_bytes(b"{\xff")
    run = load_run(folder)
    assert "damaged" in repr(run) and name in repr(run)
    assert name in run._repr_html_()
