"""What killed writers left is removed, and what living ones write is not."""

import fcntl
import os
import signal
import subprocess
import sys
import textwrap

import pytest

from auxnet_keras.storage.scratch import NAME, scratch, sweep
from tests.storage.leftovers import leave_half, leave_moved

HOLD = """
    import sys, time
    from pathlib import Path
    from auxnet_keras.storage.scratch import scratch

    with scratch(Path(sys.argv[1])) as folder:
        (folder / "half").write_text("half")
        print("held", flush=True)
        time.sleep(100)
"""


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_folder_goes_with_the_block(tmp_path):
    with scratch(tmp_path / "new") as folder:
        assert NAME.fullmatch(folder.name) and folder.parent == tmp_path / "new"
        (folder / "inside").mkdir()
        (folder / "inside" / "file").touch()
    assert names(tmp_path / "new") == []


def test_a_living_writer_is_not_disturbed_and_a_killed_one_is_swept(tmp_path):
    command = [sys.executable, "-c", textwrap.dedent(HOLD), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout.readline() == b"held\n"
        sweep(tmp_path)
        assert [names(path) for path in tmp_path.iterdir()] == [[".lock", "half"]]
        writer.send_signal(signal.SIGKILL)
    sweep(tmp_path)
    assert names(tmp_path) == []


def test_this_process_does_not_sweep_itself(tmp_path):
    with scratch(tmp_path) as folder:
        sweep(tmp_path)
        assert names(folder) == [".lock"]


def test_below_is_swept_on_demand(tmp_path):
    (tmp_path / "sub").mkdir()
    leave_half(tmp_path / "sub" / "a").touch()
    sweep(tmp_path)
    assert len(names(tmp_path / "sub")) == 1
    sweep(tmp_path, deep=True)
    assert names(tmp_path / "sub") == []


def test_what_was_moved_away_comes_back_unless_it_was_replaced(tmp_path):
    for name in ("only", "old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "before").touch()
        leave_moved(tmp_path / name)
    (tmp_path / "old").mkdir()  # the new one
    sweep(tmp_path)
    assert names(tmp_path) == ["old", "only"]
    assert names(tmp_path / "only") == ["before"] and names(tmp_path / "old") == []


def test_folders_of_a_person_and_links_stay(tmp_path):
    victim = tmp_path / "victim"
    (victim / "away").mkdir(parents=True)
    for name in (".lock", "away/mine"):
        (victim / name).touch()
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / ".tmp-mine").mkdir()
    (folder / ".tmp-0123456789abcdef").symlink_to(victim)
    left = leave_half(folder / "a").parent
    (left / "away").symlink_to(victim / "away")
    (left / "link").symlink_to(victim)
    sweep(folder)
    assert names(folder) == [".tmp-0123456789abcdef", ".tmp-mine"]
    assert names(victim) == [".lock", "away"] and names(victim / "away") == ["mine"]


def test_killed_before_its_lock_was_there(tmp_path):
    (tmp_path / ".tmp-0123456789abcdef").mkdir()
    sweep(tmp_path)
    assert names(tmp_path) == []


@pytest.mark.parametrize("moment", ["before the lock is there", "before it is held"])
def test_a_sweep_may_be_faster_than_a_new_writer(tmp_path, monkeypatch, moment):
    opened, lock, swept = os.open, fcntl.flock, []

    def open_late(path, flags, *mode, **options):
        if not swept and flags & os.O_CREAT and moment == "before the lock is there":
            swept.append(sweep(tmp_path))
        return opened(path, flags, *mode, **options)

    def lock_late(descriptor, how):
        if not swept and moment == "before it is held":
            swept.append(None)  # the sweep locks as well
            sweep(tmp_path)
        lock(descriptor, how)

    monkeypatch.setattr(os, "open", open_late)
    monkeypatch.setattr(fcntl, "flock", lock_late)
    with scratch(tmp_path) as folder:
        assert swept and names(folder) == [".lock"]
    assert names(tmp_path) == []


def test_without_locks_nothing_is_swept_and_all_is_written(tmp_path, monkeypatch):
    def refuse(descriptor, how):
        raise OSError(95, "Operation not supported")

    leave_half(tmp_path / "a").touch()
    monkeypatch.setattr(fcntl, "flock", refuse)
    with scratch(tmp_path) as folder:
        (folder / "b").touch()
        sweep(tmp_path)
        assert names(folder) == [".lock", "b"]
    assert len(names(tmp_path)) == 1
