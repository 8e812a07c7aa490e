"""One process alone in a folder."""

import subprocess
import sys

import pytest

from auxnet_keras.errors import ConfigError
from auxnet_keras.storage.lock import LOCK, alone

HOLD = """
import sys, time
from pathlib import Path
from auxnet_keras.errors import ConfigError
from auxnet_keras.storage.lock import alone

with alone(Path(sys.argv[1]), "trying", ConfigError):
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
            alone(folder, "trying", ConfigError),
        ):
            pass
        other.kill()
    with alone(folder, "trying", ConfigError), alone(folder, "trying", ConfigError):
        assert (folder / LOCK).is_file()


def test_a_planted_link_is_not_emptied(tmp_path):
    victim = tmp_path / "mine"
    victim.write_text("mine")
    (tmp_path / LOCK).symlink_to(victim)
    with pytest.raises(ConfigError, match="is a link"), alone(tmp_path, "trying", ConfigError):
        pass
    assert victim.read_text() == "mine"


def test_no_folder_can_be_made(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(ConfigError, match=r"Nothing can be saved in .*: Not a directory\."),
        alone(tmp_path / "file" / "folder", "trying", ConfigError),
    ):
        pass
