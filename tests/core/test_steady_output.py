"""A training whose output nobody reads any more goes on, and its log says so."""

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from auxnet_keras.core.steady_output import steady_output

TRAIN = [
    *("train", "--model", "segnet", "--backbone", "small", "--limit", "8"),
    *("--weights", "none", "--size", "32", "64", "--batch-size", "4", "--epochs", "2"),
]


def test_a_pipe_without_a_reader():
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as stream, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        os.close(reader)
        with steady_output():
            for _ in range(3):
                print("x" * 100_000, flush=True)
        assert sys.stdout is stream


@pytest.mark.parametrize("code", [errno.EPIPE, errno.EIO, errno.ENOSPC])
def test_a_stream_that_is_not_a_file(code, caplog):
    class Broken(io.StringIO):
        def write(self, text):
            raise OSError(code, os.strerror(code))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", Broken())
        with steady_output():
            print("lost", file=sys.stderr)
            print("lost, too", file=sys.stderr)
    assert caplog.text.count("standard error cannot be written") == 1


def test_other_errors_are_errors():
    class Broken(io.StringIO):
        def write(self, text):
            raise OSError(errno.EINVAL, "something else")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", Broken())
        with steady_output(), pytest.raises(OSError, match="something else"):
            print("x")


def test_streams_that_are_closed_from_the_start(tmp_path):
    """As under some daemons: the next files must not become standard output and error."""
    program = (
        "import os, sys\n"
        "from auxnet_keras.core.steady_output import open_standard_streams\n"
        "open_standard_streams()\n"
        f"file = open({str(tmp_path / 'file')!r}, 'w')\n"
        "print('lost'); print('lost', file=sys.stderr, flush=True); os.write(2, b'lost')\n"
        "file.write(str(file.fileno()))\n"
    )
    done = subprocess.run(
        ["bash", "-c", 'exec "$@" <&- >&- 2>&-', "bash", sys.executable, "-c", program],
        cwd=Path(__file__).resolve().parents[2],
        check=False,
    )
    assert done.returncode == 0
    assert int((tmp_path / "file").read_text()) > 2


@pytest.mark.slow
def test_a_training_goes_on_when_its_reader_leaves(tmp_path):
    from auxnet_keras import street

    street.write(tmp_path / "scenes", 10, seed=0, size=(64, 96))
    places = ("--data", f"street:{tmp_path / 'scenes'}", "--out", str(tmp_path / "run"))
    process = subprocess.Popen(
        [sys.executable, "-m", "auxnet_keras", *TRAIN, *places],
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    process.stdout.read(1)
    process.stdout.close()
    assert process.wait(600) == 0
    log = (tmp_path / "run" / "log.txt").read_text()
    assert "cannot be written" in log and "Finished" in log
