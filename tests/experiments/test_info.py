"""`auxnet info`: of a run without Keras, of a file without building it, of a network."""

import json
import re
import zipfile

import pytest

import auxnet_keras as ak
from auxnet_keras.cli import main
from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.experiments.info import info, needs_keras
from tests.experiments.fake_runs import write_run

PARAMETERS = {"trained": 23_676_142, "deployed": 23_672_264}
MACS = {"trained": 6_676_676_160, "deployed": 6_675_121_152}


def finished_run(folder):
    """A run of depth, as an earlier version left it, with what this one adds to its manifest."""
    write_run(folder, abs_rel=0.125, model="auxnet", main="depth", losses=(0.5, 0.25))
    manifest = folder / "manifest.json"
    facts = json.loads(manifest.read_text())
    assert needs_keras(folder)
    facts |= {"parameters": PARAMETERS, "macs": MACS, "device": {"gpus": []}}
    facts["events"][-1]["memory"] = {"main memory": 3 << 29}
    manifest.write_text(json.dumps(facts))
    return folder


def test_a_run(tmp_path):
    run = finished_run(tmp_path / "run")
    assert not needs_keras(run)
    facts = info(run)
    assert facts["parameters"] == PARAMETERS and facts["macs"] == MACS
    assert facts["weights_bytes"]["deployed"] == 4 * 23_672_264
    assert facts["memory"] == {"main memory": 3 << 29}
    assert facts["epochs"] == {"finished": 3, "of": 3} and facts["finished"]
    assert facts["data"]["frames"] == {"train": 800, "val": 200}
    assert list(facts["best"]) == ["epoch", "depth", "segmentation"]
    assert (facts["best"]["epoch"], facts["best"]["depth"]["abs_rel"]) == (3, 0.125)


def test_an_unfinished_run_has_the_scores_of_its_validation(tmp_path):
    run = write_run(tmp_path / "run", 0.3, finished=False)
    (run / "results.json").unlink()
    best = info(run)["best"]
    assert (best["epoch"], best["segmentation"]["mean_iou"]) == (3, pytest.approx(0.3))
    (run / "history.csv").unlink()
    assert "best" not in info(run)


def test_what_the_terminal_says(tmp_path, capsys):
    run = finished_run(tmp_path / "run")
    with pytest.raises(SystemExit) as end:
        main(["info", str(run), "--json", str(tmp_path / "facts.json")])
    said = capsys.readouterr().out
    assert end.value.code == 0
    for line in (
        "network       auxnet on small, main task depth, weighting none\n",
        "parameters    23,676,142 in training, 23,672,264 deployed\n",
        "compute       6.68 GMACs in training, 6.68 GMACs deployed, forward pass of one image\n",
        "weights       90.3 MiB in training, 90.3 MiB deployed, float32\n",
        "memory        at most 1,536.0 MiB of main memory while it trained\n",
        "best epoch    3\n",
        "depth         abs rel 0.125, RMSE [m] 4.000\nsegmentation  mean IoU 0.300,",
    ):
        assert line in said
    assert json.loads((tmp_path / "facts.json").read_text()) == info(run)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A compiled model's file, with its optimizer, and the model."""
    model = ak.models.AuxNet(4, (32, 64, 3), backbone="small", weights=None)
    model.compile("adam")
    path = tmp_path_factory.mktemp("saved") / "model.keras"
    model.save(path)
    return path, model


def test_a_file_is_described_and_not_built(saved):
    path, model = saved
    assert not needs_keras(path)
    facts = info(path)
    named = info("auxnet", size=(32, 64), classes=4, backbone="small")
    assert facts["parameters"] == model.count_params() == named["parameters"]["trained"]
    assert facts["macs"] == named["macs"]["trained"] > named["macs"]["deployed"]
    assert named["parameters"]["deployed"] == model.main_model().count_params()
    assert facts["versions"]["keras"] and facts["bytes"] == path.stat().st_size


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("config.json", b"{", "Received: 'config.json', "),
        ("config.json", b"[1]", "'config.json' that is no object"),
        ("config.json", b"[" * 100_000, "'config.json', "),
        ("metadata.json", None, "no member 'metadata.json'"),
        ("model.weights.h5", b"no numbers", "weights that are not HDF5"),
    ],
)
def test_a_damaged_file_gets_a_sentence(saved, tmp_path, name, content, says):
    path = tmp_path / "bad.keras"
    with zipfile.ZipFile(saved[0]) as source, zipfile.ZipFile(path, "w") as target:
        for member in source.namelist():
            if member != name:
                target.writestr(member, source.read(member))
        if content is not None:
            target.writestr(name, content)
    with pytest.raises(DataError, match="Refused to load") as caught:
        info(path)
    assert says in str(caught.value)


@pytest.mark.parametrize("change", [b'"filters": "many"', b'"filtres": 3', b'"filters": null'])
def test_numbers_of_a_config_are_not_trusted(saved, tmp_path, change):
    path = tmp_path / "strange.keras"
    with zipfile.ZipFile(saved[0]) as source, zipfile.ZipFile(path, "w") as target:
        for member in source.namelist():
            text = source.read(member)
            if member == "config.json":
                text = re.sub(rb'"filters": \d+', change, text)
            target.writestr(member, text)
    with pytest.raises(DataError, match=r"strange\.keras.*Received: "):
        info(path)


@pytest.mark.parametrize(
    ("given", "options", "says"),
    [
        ("auxnett", {}, "did you mean 'auxnet'"),
        ("./model.h5", {}, "a run folder, a .keras file, or a network"),
        ("unet", {"backbone": "small"}, "has its own encoder"),
        ("auxnet", {"backbone": "smal"}, "did you mean 'small'"),
        ("auxnet", {"size": (100, 320)}, "the nearest is (96, 320)"),
    ],
)
def test_what_cannot_be_described_gets_a_sentence(given, options, says):
    with pytest.raises(ConfigError, match="Received") as caught:
        info(given, **options)
    assert says in str(caught.value)
