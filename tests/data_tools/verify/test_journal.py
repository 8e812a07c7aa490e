"""What has been checked is not checked again, and nothing that ends a process loses it."""

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from auxnet_keras.data.labels import UNIFIED, LabelTable
from auxnet_keras.data.readers import kitti as kitti_module
from data_tools.verify import verification as verify_module
from data_tools.verify.journal import journal
from data_tools.verify.verification import verify
from tests.data import makers

PROJECT = Path(__file__).parents[3]
RESULT = {"problems": [], "digest": "0" * 64}


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def root(tmp_path):
    return makers.kitti(tmp_path / "kitti", 10, width=96)


@pytest.fixture
def read(monkeypatch):
    """The names of the frames that are read."""
    names = []
    real = verify_module.check_frame

    def check(source, frame):
        names.append(frame.name)
        return real(source, frame)

    monkeypatch.setattr(verify_module, "check_frame", check)
    return names


def results(tmp_path):
    (path,) = tmp_path.glob("cache/auxnet_keras/verify/*/results")
    return path


def kept(tmp_path):
    return [line for line in results(tmp_path).read_bytes().split(b"\n") if line]


def put(name, keys):
    with journal(name, keys) as opened:
        for key in keys:
            opened.put(key, RESULT)


def known(name, keys):
    with journal(name, keys) as opened:
        return {key for key in keys if opened.take(key) is not None}


def python(program, *arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=PROJECT,
        env=os.environ,
        text=True,
        **options,
    )


def test_a_file_put_back_with_its_old_time_is_read_again(root, read):
    label = root / "training/semantic/000003_10.png"
    before, content = label.stat(), label.read_bytes()
    broken = bytearray(content)
    broken[len(broken) // 2] ^= 255
    label.write_bytes(bytes(broken))
    os.utime(label, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not verify(f"kitti:{root}").ok
    label.write_bytes(content)
    os.utime(label, ns=(before.st_atime_ns, before.st_mtime_ns))
    read.clear()
    assert verify(f"kitti:{root}").ok and read == ["000003_10"]


def test_another_label_table_is_another_check(root, read, monkeypatch):
    assert verify(f"kitti:{root}").ok
    fewer = LabelTable(UNIFIED, {"road": (7,), "void": (0,)})  # 23, the sky, is not in it
    monkeypatch.setattr(kitti_module, "CITYSCAPES_IDS", fewer)
    read.clear()
    assert (
        verify(f"kitti:{root}").counts_by_code("error") == {"unknown_ids": 10} and len(read) == 10
    )
    # The same ids in other classes:
    swapped = LabelTable(UNIFIED, {"road": (23,), "void": (0,), "sky": (7,)})
    monkeypatch.setattr(kitti_module, "CITYSCAPES_IDS", swapped)
    read.clear()
    assert verify(f"kitti:{root}").ok and len(read) == 10


def test_lines_of_no_use_are_removed_when_they_are_the_greater_part(tmp_path):
    put("a", "vwxyz")
    assert known("a", "vwx") == set("vwx") and len(kept(tmp_path)) == 5
    assert known("a", "vw") == set("vw") and len(kept(tmp_path)) == 2
    put("a", "vw")  # put twice, and once again
    put("a", "vw")
    assert len(kept(tmp_path)) == 6
    assert known("a", "vw") == set("vw") and len(kept(tmp_path)) == 2


COMPACTING = """
import os, pathlib, signal, sys
from data_tools.verify.journal import journal
real = pathlib.Path.replace
def replace(self, target):
    if sys.argv[1] == "after":
        real(self, target)
    os.kill(os.getpid(), signal.SIGKILL)
pathlib.Path.replace = replace
with journal("a", "vw"):
    raise SystemExit("nothing was compacted")
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_while_compacting_nothing_is_lost(tmp_path, moment):
    put("a", "vwxyz")
    assert python(COMPACTING, moment).wait() == -signal.SIGKILL
    assert len(kept(tmp_path)) == (5 if moment == "before" else 2)
    assert known("a", "vw") == set("vw")


def test_damaged_lines_are_passed_over(tmp_path):
    put("a", "vwxyz")
    path = results(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    assert b'["w"' in lines[2] and b'["x"' in lines[3]  # a blank line is in front
    lines[2] = lines[2].replace(b'0000"', b'0001"')  # still JSON
    lines[3] = lines[3][:-9] + b"\n"
    path.write_bytes(b"".join(lines) + b"00000000 \n\xff\xfe\n[]\n" + lines[1][:30])
    assert known("a", "vwxyz") == set("vyz")
    with journal("a", "vwxyz") as opened:  # behind what is half a line
        opened.put("x", RESULT)
    assert known("a", "vwxyz") == set("vxyz")


HOLDING = """
import sys
from data_tools.verify import verification as verify
real = verify.check_frame
def check(source, frame):
    if frame.name == "000004_10":
        print("holding", flush=True)
        sys.stdin.readline()
    return real(source, frame)
verify.check_frame = check
print(verify.verify(sys.argv[1]).ok, flush=True)
"""


def test_two_at_a_time(root, tmp_path, read, caplog):
    first = python(HOLDING, f"kitti:{root}", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert first.stdout.readline() == "holding\n"
    with caplog.at_level(logging.WARNING):
        assert verify(f"kitti:{root}").ok
    assert "another process is verifying the same data set" in caplog.text
    assert "000004_10" in read
    assert first.communicate("go on\n")[0] == "True\n" and first.returncode == 0
    assert len(kept(tmp_path)) == 10
    read.clear()
    assert verify(f"kitti:{root}").ok and read == []


def test_a_cache_that_cannot_be_written(root, tmp_path, monkeypatch, caplog):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with caplog.at_level(logging.WARNING):
        assert verify(f"kitti:{root}").ok
    assert "not stored for a later one" in caplog.text


def test_a_disk_that_is_full(caplog, monkeypatch):
    class Full:
        def write(self, line):
            raise OSError(28, "No space left on device")

        def __iter__(self):
            return iter([])

        def __enter__(self):
            return self

        def __exit__(self, *error):
            return None

    monkeypatch.setattr(Path, "open", lambda *_, **__: Full())
    with caplog.at_level(logging.WARNING), journal("b", "v") as opened:
        opened.put("v", RESULT)
    assert caplog.text.count("No space left") == 1
    monkeypatch.undo()
    caplog.clear()
    with caplog.at_level(logging.WARNING), journal("a", "vw") as opened:
        real, opened._file = opened._file, Full()
        opened.put("v", RESULT)
        opened.put("w", RESULT)
    assert real.closed and caplog.text.count("No space left") == 1
