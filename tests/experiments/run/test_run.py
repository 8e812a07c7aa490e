"""Reading a run folder back."""

import json
import shutil

import numpy as np
import pytest

from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.experiments import load_run


def test_a_loaded_run_predicts_as_the_trained_one(trained):
    run = load_run(trained.path)
    image = np.random.default_rng(0).integers(0, 256, (1, 32, 64, 3), dtype=np.uint8)
    first, second = trained.model()(image), run.model()(image)
    np.testing.assert_array_equal(first["segmentation"], second["segmentation"])
    assert run.info.class_names == trained.info.class_names
    assert run.depth_unit == "metres" and run.name == "auxnet_ftwb" and run.finished


def test_a_folder_without_a_run_gets_a_sentence(tmp_path):
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(ConfigError, match="Not a run folder"):
            load_run(path)


def test_another_number_of_classes_than_the_weights_gets_a_sentence(trained, tmp_path):
    shutil.copytree(trained.path, tmp_path / "run")
    file = tmp_path / "run" / "manifest.json"
    manifest = json.loads(file.read_text())
    manifest["data"]["info"]["class_names"].pop()
    file.write_text(json.dumps(manifest))
    with pytest.raises(ConfigError, match="number of classes") as caught:
        load_run(tmp_path / "run").model()
    assert "best.weights.h5" in str(caught.value)


def test_damaged_weights_get_a_sentence(trained, tmp_path):
    shutil.copytree(trained.path, tmp_path / "run")
    file = tmp_path / "run" / "best.weights.h5"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(ConfigError, match="damaged or not HDF5"):
        load_run(tmp_path / "run").model()


@pytest.mark.parametrize(
    ("name", "content", "read"),
    [
        ("manifest.json", "{", lambda run: run.finished),
        ("manifest.json", '{"events": 3, "artefacts": {}}', lambda run: run.finished),
        ("manifest.json", '{"events": [], "artefacts": {}, "data": []}', lambda run: run.info),
        (
            "manifest.json",
            '{"events": [], "artefacts": {}, "data": {"info": {}, "depth_unit": "raw"}}',
            lambda run: run.info,
        ),
        ("results.json", "[1]", lambda run: run.results),
        ("results.json", "{}", lambda run: run.results),
        ("history.csv", "epoch,loss\n0,much\n", lambda run: run.history),
        ("history.csv", "epoch,loss\n0,1,2\n", lambda run: run.history),
        ("history.csv", "\udcff", lambda run: run.history),
    ],
)
def test_damaged_files_get_a_sentence(trained, tmp_path, name, content, read):
    shutil.copy(trained.path / "config.yaml", tmp_path)
    (tmp_path / name).write_text(content, errors="surrogateescape")
    with pytest.raises(DataError, match=f"{name} is damaged; restore it .*Received: "):
        read(load_run(tmp_path))


def test_an_untrained_run_has_no_model(trained, tmp_path):
    shutil.copytree(trained.path, tmp_path / "run")
    (tmp_path / "run" / "best.weights.h5").unlink()
    with pytest.raises(ConfigError, match="no trained weights yet"):
        load_run(tmp_path / "run").model()
    (tmp_path / "run" / "manifest.json").unlink()
    run = load_run(tmp_path / "run")
    assert not run.finished
    with pytest.raises(ConfigError, match="does not say what"):
        _ = run.info


def test_an_empty_folder_has_no_history(trained, tmp_path):
    shutil.copy(trained.path / "config.yaml", tmp_path)
    run = load_run(tmp_path)
    assert run.history == {} and run.results == {}


def test_a_link_planted_in_a_run_folder_is_refused(trained, tmp_path):
    run = tmp_path / "of a stranger"
    shutil.copytree(trained.path, run)
    victim = tmp_path / "mine"
    victim.write_text("mine")
    (run / "results.json").unlink()
    (run / "results.json").symlink_to(victim)
    with pytest.raises(DataError, match=r"results\.json is a link.*mine'\.$"):
        load_run(run)
    assert victim.read_text() == "mine"


@pytest.mark.parametrize("left", [0, 0.5, 0.85])
def test_a_config_that_was_cut_is_damaged_and_not_all_defaults(trained, tmp_path, left):
    text = (trained.path / "config.yaml").read_text()
    (tmp_path / "config.yaml").write_text(text[: int(left * len(text))].rpartition("\n")[0])
    with pytest.raises(ConfigError, match=r"is cut or damaged. Expected every setting"):
        load_run(tmp_path)


def test_a_config_of_an_older_version_lacks_a_new_setting(trained, tmp_path):
    text = (trained.path / "config.yaml").read_text()
    (tmp_path / "config.yaml").write_text(text.replace("fold: null\n", ""))
    assert load_run(tmp_path).config.fold is None


@pytest.mark.parametrize("names", [[], ["x"] * 5000])
def test_a_number_of_classes_that_cannot_be_meant(trained, tmp_path, names):
    shutil.copytree(trained.path, tmp_path / "run")
    file = tmp_path / "run" / "manifest.json"
    manifest = json.loads(file.read_text())
    manifest["data"]["info"]["class_names"] = names
    file.write_text(json.dumps(manifest))
    with pytest.raises(DataError, match=r"manifest.json .*class names"):
        load_run(tmp_path / "run").model()
