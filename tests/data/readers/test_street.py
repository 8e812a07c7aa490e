"""Built-in scenes without a folder of their own."""

from pathlib import Path

import platformdirs
import pytest

import auxnet_keras as ak
from auxnet_keras.errors import DataError


def test_a_home_that_cannot_be_written_to(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    home = tmp_path / "file" / "cache"
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda name: Path(home) / name)
    with pytest.raises(DataError, match=r"name another folder: street:FOLDER\. Street scenes in"):
        ak.data.source("street")
    with pytest.raises(DataError, match=r"^Street scenes in .*could not be written"):
        ak.data.source("street", home)
