"""The demo, on a handful of scenes."""

import dataclasses
import json

import cv2
import pytest

from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments import demo


@pytest.mark.slow
def test_two_networks_side_by_side(tiny_backbone, tmp_path, monkeypatch, capsys):
    original = demo._config

    def small(*arguments):
        return dataclasses.replace(original(*arguments), backbone=tiny_backbone, size=(32, 64))

    monkeypatch.setattr(demo, "_config", small)
    table = demo.run_demo(tmp_path / "demo", epochs=2, scenes=50)
    assert table.columns == ("SegNet", "AuxNet", "difference", "position prior")
    rows = dict(table.rows)
    single, helped, difference, prior = rows["mean IoU"]
    assert float(difference) == pytest.approx(helped - single, abs=6e-4)
    assert difference[0] in "+-" and prior > 0
    assert rows["abs rel"][0] is None and rows["abs rel"][1] > 0 and rows["abs rel"][2] is None

    config = json.loads((tmp_path / "demo" / "auxnet" / "results.json").read_text())
    assert config["segmentation"]["mean_iou"] == helped
    out = capsys.readouterr().out
    assert f"differs from SegNet's by {100 * (helped - single):+.1f} points" in out
    assert out.strip().endswith("`auxnet study does-it-help` measures it with ten.")
    assert "tensorboard --logdir" in out
    saved = tmp_path / "demo" / "auxnet" / "export" / "saved_model" / "1"
    assert str(saved) in out and (saved / "saved_model.pb").is_file()
    picture = cv2.imread(str(tmp_path / "demo" / "strip.png"))
    assert picture.shape[1] > 6 * 300  # image, truth, two networks, true and predicted depth
    for name in ("comparison.md", "comparison.csv", "comparison.tex", "segnet/MODEL_CARD.md"):
        assert (tmp_path / "demo" / name).is_file()
    demo.run_demo(tmp_path / "demo", epochs=2, scenes=50)
    assert capsys.readouterr().out.count("is finished") == 2


def test_in_a_cluster(tmp_path, monkeypatch):
    for name, value in (("COORDINATOR_ADDRESS", "host0:1"), ("NUM_PROCESSES", "2")):
        monkeypatch.setenv(f"JAX_{name}", value)
    monkeypatch.setenv("JAX_PROCESS_ID", "1")
    with pytest.raises(ConfigError, match=r"The demo trains two runs.*Received: process 1 of 2"):
        demo.run_demo(tmp_path)
    assert not any(tmp_path.iterdir())
