"""Files and folders are whole or absent."""

import os
from pathlib import Path

import pytest

from auxnet_keras.storage.atomic import replacing, replacing_folder


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_file_appears_when_the_block_ends(tmp_path):
    path = tmp_path / "sub" / "a.weights.h5"
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
        assert temporary.name.endswith(".weights.h5")
    assert path.read_text() == "new"
    assert names(path.parent) == ["a.weights.h5"]


def test_file_stays_as_it_was_when_the_block_raises(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), replacing(path) as temporary:  # noqa: PT012
        temporary.write_text("half")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_folder_is_replaced_as_a_whole(tmp_path):
    path = tmp_path / "export"
    for content in ("one", "two"):
        with replacing_folder(path) as temporary:
            (temporary / "inside").mkdir()
            (temporary / "inside" / content).write_text(content)
    assert names(path / "inside") == ["two"]
    assert names(tmp_path) == ["export"]


def test_folder_stays_as_it_was_when_the_block_raises(tmp_path):
    path = tmp_path / "export"
    with replacing_folder(path) as temporary:
        (temporary / "old").touch()
    with pytest.raises(ValueError, match="stop"), replacing_folder(path) as temporary:  # noqa: PT012
        (temporary / "new").touch()
        raise ValueError("stop")
    assert names(path) == ["old"]
    assert names(tmp_path) == ["export"]


def test_leftovers_of_a_killed_process_are_cleared(tmp_path):
    (tmp_path / ".tmp-export").mkdir()
    (tmp_path / ".tmp-export" / "half").touch()
    with replacing_folder(tmp_path / "export") as temporary:
        (temporary / "whole").touch()
    assert names(tmp_path) == ["export"]
    assert names(tmp_path / "export") == ["whole"]


def test_folder_moved_away_by_a_killed_process_is_put_back(tmp_path):
    (tmp_path / ".old-export").mkdir()
    (tmp_path / ".old-export" / "only copy").touch()
    with pytest.raises(ValueError, match="stop"), replacing_folder(tmp_path / "export"):
        raise ValueError("stop")
    assert names(tmp_path) == ["export"]
    assert names(tmp_path / "export") == ["only copy"]


def test_folder_is_put_back_when_the_new_one_cannot_be_renamed(tmp_path, monkeypatch):
    rename = Path.replace

    def replace(self, target):
        if self.name.startswith(".tmp-"):
            raise PermissionError("stop")
        return rename(self, target)

    path = tmp_path / "export"
    path.mkdir()
    (path / "old").touch()
    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(PermissionError), replacing_folder(path) as temporary:
        (temporary / "new").touch()
    assert names(path) == ["old"]
    assert names(tmp_path) == ["export"]


def test_behind_a_link_the_file_is_replaced(tmp_path):
    target, link, dangling = (tmp_path / name for name in ("target", "link", "dangling"))
    target.write_text("old")
    link.symlink_to(target)
    dangling.symlink_to(tmp_path / "later")
    for path in (link, dangling):
        with replacing(path) as temporary:
            temporary.write_text("new")
        assert path.is_symlink() and path.read_text() == "new"
    assert names(tmp_path) == ["dangling", "later", "link", "target"]


def test_a_pipe_is_written_to(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with replacing(pipe) as temporary:
        temporary.write_text("through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)
    assert pipe.is_fifo() and names(tmp_path) == ["pipe"]


def test_devices_stay_what_they_are():
    with pytest.raises(OSError, match="No space left"), replacing(Path("/dev/full")) as temporary:
        temporary.write_text("new")
    assert Path("/dev/full").is_char_device()
