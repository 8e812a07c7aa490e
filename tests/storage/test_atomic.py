"""Files and folders are whole or absent."""

import errno
import json
import os
import stat
import threading
from pathlib import Path

import pytest

from auxnet_keras.storage.atomic import replacing, replacing_folder, write_file
from tests.storage.leftovers import leave_half, leave_moved


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
    leave_half(tmp_path / "export").mkdir()
    with replacing_folder(tmp_path / "export") as temporary:
        (temporary / "whole").touch()
    assert names(tmp_path) == ["export"]
    assert names(tmp_path / "export") == ["whole"]


def test_folder_moved_away_by_a_killed_process_is_put_back(tmp_path):
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "only copy").touch()
    leave_moved(tmp_path / "export")
    with pytest.raises(ValueError, match="stop"), replacing_folder(tmp_path / "export"):
        raise ValueError("stop")
    assert names(tmp_path) == ["export"]
    assert names(tmp_path / "export") == ["only copy"]


def test_folder_is_put_back_when_the_new_one_cannot_be_renamed(tmp_path, monkeypatch):
    rename = Path.replace

    def replace(self, target):
        if self.parent.name.startswith(".tmp-") and Path(target).name == "export":
            raise PermissionError("stop")
        return rename(self, target)

    path = tmp_path / "export"
    path.mkdir()
    (path / "old").touch()
    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(PermissionError), replacing_folder(path) as temporary:
        (temporary / "new").touch()
    monkeypatch.undo()
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


def test_a_file_is_written_at_once(tmp_path):
    path = tmp_path / "sub" / "a.txt"
    write_file(path, "größer\n")
    assert path.read_text(encoding="utf-8") == "größer\n"
    write_file(path, memoryview(b"bytes"), durable=False)
    assert path.read_bytes() == b"bytes"
    assert names(path.parent) == ["a.txt"]
    write_file(path, "folder \udcff")  # a name that is no UTF-8, as Python reads it
    assert path.read_text() == r"folder \udcff"


def test_others_may_read_it_as_the_umask_says(tmp_path):
    before = os.umask(0o027)
    try:
        write_file(tmp_path / "file", b"")
        with replacing_folder(tmp_path / "folder"):
            pass
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o750


def test_a_planted_link_is_not_written_through(tmp_path, monkeypatch):
    """Not even if its name could be guessed."""
    victim, path = tmp_path / "victim", tmp_path / "run" / "results.json"
    victim.mkdir()
    path.parent.mkdir()
    tokens = iter(["0" * 16, "1" * 16])
    monkeypatch.setattr("secrets.token_hex", lambda count: next(tokens))
    (path.parent / f".tmp-{'0' * 16}").symlink_to(victim)
    with pytest.raises(FileExistsError):
        write_file(path, "new")
    assert names(victim) == []
    for name in (".tmp-results.json", "results.json.tmp"):
        (path.parent / name).symlink_to(victim / "file")
    write_file(path, "new")
    assert path.read_text() == "new" and names(victim) == []


def test_a_folder_behind_a_link_is_replaced(tmp_path):
    target, link = tmp_path / "elsewhere" / "export", tmp_path / "link"
    target.mkdir(parents=True)
    (target / "old").touch()
    link.symlink_to(target)
    with replacing_folder(link) as temporary:
        (temporary / "new").touch()
    assert link.is_symlink() and names(target) == ["new"]
    assert names(tmp_path) == ["elsewhere", "link"] and names(target.parent) == ["export"]


def in_threads(*works):
    """Runs each work over and over beside the first, until that one is done."""
    stop, failures = threading.Event(), []

    def repeat(work):
        while not stop.is_set():
            try:
                work()
            except Exception as error:
                failures.append(error)
                return

    threads = [threading.Thread(target=repeat, args=(work,)) for work in works[1:]]
    for thread in threads:
        thread.start()
    try:
        works[0]()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not failures


def test_two_writers_of_a_file_never_show_half_of_it(tmp_path):
    path = tmp_path / "a.json"
    contents = [json.dumps([word] * size) for word, size in (("long", 30_000), ("short", 3))]
    write_file(path, contents[0])

    def read():
        for _ in range(300):
            assert path.read_text() in contents

    in_threads(
        read,
        lambda: write_file(path, contents[0], durable=False),
        lambda: write_file(path, contents[1], durable=False),
    )
    assert names(tmp_path) == ["a.json"]


def test_two_writers_of_a_folder_leave_one_of_the_two(tmp_path):
    path = tmp_path / "export"

    def put(word):
        with replacing_folder(path) as new:
            for name in "abc":
                (new / name).write_text(word)

    def first():
        for _ in range(40):
            put("first")

    in_threads(first, lambda: put("second"))
    assert names(path) == ["a", "b", "c"] and names(tmp_path) == ["export"]
    assert len({(path / name).read_text() for name in "abc"}) == 1


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EIO])
def test_a_disk_that_cannot_sync_is_written_to(tmp_path, monkeypatch, number):
    def refuse(descriptor):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    if number == errno.EIO:
        with pytest.raises(OSError, match="Input/output"):
            write_file(tmp_path / "a", b"new")
        return
    write_file(tmp_path / "a", b"new")
    with replacing_folder(tmp_path / "b") as new:
        (new / "c").touch()
    assert names(tmp_path) == ["a", "b"]
