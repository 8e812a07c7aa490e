"""What libraries print past Python."""

import os
from pathlib import Path

import pytest

from auxnet_keras.core.silence import silent


def test_only_what_is_printed_inside_is_hidden(capfd):
    os.write(2, b"before\n")
    with silent():
        os.write(2, b"inside\n")
    with pytest.raises(KeyboardInterrupt), silent():
        raise KeyboardInterrupt
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "before\nafter\n"


def test_no_file_stays_open():
    with silent():
        pass
    before = len(list(Path("/proc/self/fd").iterdir()))
    with silent():
        pass
    assert len(list(Path("/proc/self/fd").iterdir())) == before
