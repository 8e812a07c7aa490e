"""Both directions from the same weights, and what is kept of each."""

import json

import numpy as np
import pytest

from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments import learning_boost
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.run.network import network

NAMES = ("void", "road", "car")


@pytest.fixture(scope="module")
def both(scenes, tiny_backbone, tmp_path_factory):
    """Settings, and the runs of both directions."""
    settings = {
        "data": f"street:{scenes}",
        "weighting": "class-wise:start_epoch=1,bins=4,step_size=0.01",
        "backbone": tiny_backbone,
        "weights": "none",
        "size": (32, 64),
        "batch_size": 4,
        "epochs": 3,
        "learning_rate": 1e-2,
        "learning_rate_drops": {2: 1e-3},
        "out": str(tmp_path_factory.mktemp("runs") / "both"),
    }
    return settings, learning_boost(settings)


def weights_at_the_start(**changes):
    import keras

    config = RunConfig(backbone="small", weights="none", size=(32, 64), **changes)
    keras.utils.set_random_seed(config.seed)
    model = network(config, NAMES)
    return {variable.path: variable.numpy() for variable in model.variables}


@pytest.mark.parametrize("changes", [{"main": "depth"}, {"main": "depth", "single_task": True}])
def test_the_start_is_the_same_whichever_task_is_the_main_one(changes):
    first, second = weights_at_the_start(), weights_at_the_start(**changes)
    assert set(second) <= set(first) and len(second) > len(first) / 2
    for name, value in second.items():
        np.testing.assert_array_equal(value, first[name], err_msg=name)


def test_both_runs_are_whole_and_keep_the_best_of_their_main_task(both):
    import h5py

    _, runs = both
    assert list(runs) == ["depth", "segmentation"]
    for main, run in runs.items():
        assert run.finished and run.config.main == main and run.name == f"main_{main}"
        with h5py.File(run.path / "best.weights.h5") as file:
            assert file.attrs["monitor"] == f"val_{main}_loss"
            assert file.attrs["value"] == min(run.history[f"val_{main}_loss"])


def test_the_learning_rate_drops_after_its_epochs(both):
    _, runs = both
    for run in runs.values():
        np.testing.assert_allclose(run.history["learning_rate"], [1e-2, 1e-2, 1e-3], rtol=1e-6)


def test_class_weights_of_both_directions_are_in_their_histories(both):
    _, runs = both
    of = {
        main: {k: v for k, v in run.history.items() if k.startswith("class_weight_")}
        for main, run in runs.items()
    }
    assert len(of["depth"]) == 13 and "class_weight_road" in of["depth"]
    assert len(of["segmentation"]) == 4
    for weights in of.values():
        assert all(values[0] == 1.0 for values in weights.values())
        assert any(values[-1] != 1.0 for values in weights.values())


def test_the_bins_are_measured_once_and_kept(both):
    _, runs = both
    assert "depth_bins" not in runs["depth"].manifest.content
    facts = runs["segmentation"].manifest.content["depth_bins"]
    assert len(facts["edges"]) == 3 and facts["edges"] == sorted(facts["edges"])
    assert facts["unit"] == "metres"


def test_the_summary_has_both(both):
    _, runs = both
    folder = runs["depth"].path.parent
    facts = json.loads((folder / "summary.json").read_text())
    for main, run in runs.items():
        assert facts[main]["val_depth_loss"] in run.history["val_depth_loss"]
        assert facts[main][f"val_{main}_loss"] == min(run.history[f"val_{main}_loss"])
        assert facts[main]["depth"] == run.results["depth"]
    text = (folder / "summary.md").read_text()
    assert text.startswith("| | depth main | segmentation main |")
    assert "validation loss, depth [metres]" in text and "mean IoU" in text


def test_the_same_call_on_finished_folders_trains_nothing(both, capsys):
    settings, runs = both
    before = (runs["depth"].path / "manifest.json").read_bytes()
    again = learning_boost(settings)
    assert capsys.readouterr().out.count("is finished") == 2
    assert again["depth"].results == runs["depth"].results
    assert (runs["depth"].path / "manifest.json").read_bytes() == before


def test_a_run_folder_is_no_place_for_two(trained, settings):
    with pytest.raises(ConfigError, match="choose another"):
        learning_boost(settings(out=str(trained.path)))


def test_what_the_second_training_would_refuse_comes_before_the_first(trained, settings, tmp_path):
    alone = settings(weighting="none", single_task=True, weights=str(trained.path))
    with pytest.raises(ConfigError, match="one run cannot be the start of both"):
        learning_boost(alone)
    with pytest.raises(ConfigError, match="no counterpart in raw"):
        learning_boost(settings(weighting="class-wise:bins=nyuv2", depth_unit="raw"))
    assert not (tmp_path / "run").exists()
