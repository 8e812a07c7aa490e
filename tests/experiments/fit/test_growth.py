"""A run that goes on: more epochs, data in another place, another cache."""

import shutil

import numpy as np
import pytest

from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.experiments import evaluate, load_run, train
from auxnet_keras.experiments.run.folder import open_folder

CLOCKS = ("seconds", "images_per_second")


@pytest.mark.slow
def test_more_epochs_of_a_finished_run_end_as_if_asked_for_at_once(
    settings, trained, scenes, tmp_path
):
    moved, longer = tmp_path / "moved", tmp_path / "longer"
    shutil.copytree(scenes, moved / "scenes")
    shutil.copytree(trained.path, longer)
    changes = {"epochs": 3, "data": f"street:{moved / 'scenes'}", "cache": "memory"}
    grown = train(settings(out=str(longer), **changes))
    whole = train(settings(epochs=3, out=str(tmp_path / "whole")))

    for column, values in whole.history.items():
        if column not in CLOCKS:
            np.testing.assert_array_equal(grown.history[column], values, err_msg=column)
    for one, other in zip(grown.model().variables, whole.model().variables, strict=True):
        np.testing.assert_array_equal(np.array(one), np.array(other))
    assert grown.finished and grown.results["segmentation"] == whole.results["segmentation"]
    events = grown.manifest.content["events"]
    assert [event["event"] for event in events] == ["start", "end", "change", "resume", "end"]
    assert "epochs: 2 in the folder, 3 requested" in events[2]["settings"]
    assert load_run(longer).config.epochs == 3 and load_run(longer).config.cache == "memory"
    with pytest.raises(ConfigError, match="epochs: 3 in the folder, 2 requested"):
        open_folder(settings(out=str(longer)))


def test_growth_that_would_not_be_the_same_run(settings, trained, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(trained.path, folder)
    file = folder / "config.yaml"
    text = file.read_text()
    file.write_text(text.replace("validate_every: 1", "validate_every: 3"))
    with pytest.raises(ConfigError, match=r"cannot grow: it was validated after its last epoch"):
        open_folder(settings(out=str(folder), epochs=6, validate_every=3))
    file.write_text(text)
    shutil.rmtree(folder / "checkpoints")
    with pytest.raises(ConfigError, match="cannot grow, because its checkpoints are gone or"):
        open_folder(settings(out=str(folder), epochs=3))
    assert open_folder(settings(out=str(folder))).finished


def test_moved_data_keeps_its_validation_split(trained, scenes, tmp_path):
    shutil.copytree(scenes, tmp_path / "scenes")
    moved = evaluate(trained, f"street:{tmp_path / 'scenes'}")
    assert moved["split"] == "val" and moved["data"] == f"street:{tmp_path / 'scenes'}"
    assert moved["segmentation"] == trained.results["segmentation"]


@pytest.mark.parametrize("file", ["history.csv", "best.weights.h5"])
@pytest.mark.parametrize("how", ["lost", "emptied"])
def test_what_a_checkpoint_does_not_have_is_missed(settings, trained, tmp_path, file, how):
    folder = tmp_path / "run"
    shutil.copytree(trained.path, folder)
    (folder / file).unlink()
    if how == "emptied":
        (folder / file).touch()
    with pytest.raises(DataError, match=rf"{file} is (missing|damaged)"):
        train(settings(out=str(folder), epochs=3))
