"""Built-in scenes without a folder of their own."""

from pathlib import Path

import platformdirs
import pytest

import auxnet_keras as ak
from auxnet_keras.data.readers import street
from auxnet_keras.errors import DataError


def test_a_home_that_cannot_be_written_to(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    home = tmp_path / "file" / "cache"
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda name: Path(home) / name)
    with pytest.raises(DataError, match=r"name another folder: street:FOLDER\. Street scenes in"):
        ak.data.source("street")
    with pytest.raises(DataError, match=r"^Street scenes in .*could not be written"):
        ak.data.source("street", home)


def test_only_the_scenes_that_are_needed_are_drawn(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(street, "SCENES", 25)
    part = ak.data.source("street", tmp_path / "part")
    assert not list(part.root.rglob("*.png"))
    with caplog.at_level("INFO", "auxnet_keras"):
        train, val = part.frames("train", 1, limit=3), part.frames("val", 1, limit=2)
    assert (len(train), len(val)) == (3, 2)
    assert len(list(part.root.rglob("RGB/**/*.png"))) == 5
    assert "drawing 3 of 25 street scenes" in caplog.text
    assert all(part.calibration(frame, 384).baseline > 0 for frame in train)

    whole = ak.data.source("street", ak.data.street.write(tmp_path / "whole", 25, 0))
    places = {frame.name: frame.image.relative_to(whole.root) for frame in whole.frames("all")}
    assert {f.name: f.image.relative_to(part.root) for f in part.discover()} == places
    assert [f.name for f in whole.frames("train", 1, limit=3)] == [f.name for f in train]
    for mine, other in zip(train, whole.frames("train", 1, limit=3), strict=True):
        for one, two in zip(part.files(mine), whole.files(other), strict=True):
            assert one.read_bytes() == two.read_bytes()
