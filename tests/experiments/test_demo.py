"""The demo, on a handful of scenes."""

import dataclasses

import cv2
import pytest

from auxnet_keras.experiments import demo


@pytest.mark.slow
def test_two_networks_side_by_side(tiny_backbone, tmp_path, monkeypatch, capsys):
    original = demo._config

    def small(*arguments):
        return dataclasses.replace(original(*arguments), backbone=tiny_backbone, size=(32, 64))

    monkeypatch.setattr(demo, "_config", small)
    table = demo.run_demo(tmp_path / "demo", epochs=1, scenes=20)
    assert table.columns == ("SegNet", "AuxNet", "position prior")
    scores = dict(table.rows)
    assert None not in scores["mean IoU"]
    assert scores["abs rel"][0] is None and scores["abs rel"][1] > 0
    out = capsys.readouterr().out
    assert "mean IoU" in out and "tensorboard --logdir" in out
    saved = tmp_path / "demo" / "auxnet" / "export" / "saved_model" / "1"
    assert str(saved) in out and (saved / "saved_model.pb").is_file()
    picture = cv2.imread(str(tmp_path / "demo" / "strip.png"))
    assert picture.shape[1] > 5 * 300  # image, truth, two networks, depth
    for name in ("comparison.md", "comparison.csv", "comparison.tex", "segnet/MODEL_CARD.md"):
        assert (tmp_path / "demo" / name).is_file()
    demo.run_demo(tmp_path / "demo", epochs=1, scenes=20)
    assert capsys.readouterr().out.count("is finished") == 2
