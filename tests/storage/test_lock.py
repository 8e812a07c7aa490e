"""One process alone in a folder."""

import errno
import fcntl
import os
import socket
import subprocess
import sys

import pytest

from auxnet_keras.errors import ConfigError
from auxnet_keras.storage.lock import HELD, LOCK, hold_lock

HOLD = """
import sys, time
from pathlib import Path
from auxnet_keras.errors import ConfigError
from auxnet_keras.storage.lock import hold_lock

with hold_lock(Path(sys.argv[1]), "trying", ConfigError):
    print("held", flush=True)
    time.sleep(100)
"""


def test_another_process_waits_outside_until_that_one_is_dead(tmp_path):
    folder = tmp_path / "new"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        with (
            pytest.raises(ConfigError, match=r"Another process is trying.*new'\.$"),
            hold_lock(folder, "trying", ConfigError),
        ):
            pass
        other.kill()
    with hold_lock(folder, "trying", ConfigError), hold_lock(folder, "trying", ConfigError):
        assert (folder / LOCK).is_file()


def test_a_planted_link_is_not_emptied(tmp_path):
    victim = tmp_path / "mine"
    victim.write_text("mine")
    (tmp_path / LOCK).symlink_to(victim)
    with pytest.raises(ConfigError, match="is a link"), hold_lock(tmp_path, "trying", ConfigError):
        pass
    assert victim.read_text() == "mine"


def test_no_folder_can_be_made(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(ConfigError, match=r"Nothing can be saved in .*: Not a directory\."),
        hold_lock(tmp_path / "file" / "folder", "trying", ConfigError),
    ):
        pass


@pytest.fixture(params=[(errno.ENOSYS, LOCK), (errno.ENOLCK, HELD)])
def lock_of_disk(request, monkeypatch):
    """The lock's file on a disk without locks, as some network disks are."""
    number, name = request.param

    def refuse(descriptor, operation):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)
    return name


@pytest.mark.filterwarnings("ignore:flock not supported")
def test_a_disk_without_locks(lock_of_disk, tmp_path):
    file = tmp_path / lock_of_disk
    with hold_lock(tmp_path, "trying", ConfigError), hold_lock(tmp_path, "trying", ConfigError):
        assert str(os.getpid()) in file.read_text()
    assert not file.exists()
    ours = subprocess.Popen([sys.executable, "-c", "pass"])
    ours.wait()
    file.write_text(f"{ours.pid}\n{socket.gethostname()}\n")
    with hold_lock(tmp_path, "trying", ConfigError):  # of a dead process of this host
        pass
    file.write_text("4711\nelsewhere\n")
    with (
        pytest.raises(ConfigError, match=r"process 4711 on elsewhere; if .* delete .*\. Received"),
        hold_lock(tmp_path, "trying", ConfigError),
    ):
        pass
    assert file.exists()
