"""What a store lists: its names are not trusted, and its errors become sentences."""

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from auxnet_keras.data.remote import session
from auxnet_keras.data.remote.folders.folder_listing import files_at
from auxnet_keras.data.remote.folders.remote_file import Unreachable
from auxnet_keras.errors import ConfigError, DataError


@pytest.fixture
def memory(monkeypatch):
    monkeypatch.setattr(session, "BACKOFF", 0.0001)
    system = fsspec.filesystem("memory")
    system.pipe({"/data/a.png": b"12345", "/data/b/c.txt": b"", "/data/.git/x": b"1"})
    system.pipe("/data.png", b"1")
    yield system
    system.store.clear()
    system.pseudo_dirs[:] = [""]


def listed(monkeypatch, found):
    """What `find` answers, or raises, call after call."""
    answers = iter(found)

    def find(system, path, **options):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return {f"{path}{name}": facts for name, facts in answer.items()}

    monkeypatch.setattr(MemoryFileSystem, "find", find)


def test_names_sizes_and_versions(memory):
    files = files_at("memory://data", 1)
    assert list(files) == ["a.png", "b/c.txt"]
    assert files["b/c.txt"].url == "memory://data/b/c.txt" and files["b/c.txt"].size == 0
    before = files["a.png"].version
    memory.pipe("/data/a.png", b"54321")
    assert files_at("memory://data", 1)["a.png"].version != before


def test_marks_of_folders_are_no_files(memory, monkeypatch):
    listed(monkeypatch, [{"": {"size": 0}, "/b/": {"size": 0}, "/a": {"size": 1, "ETag": '"x"'}}])
    (file,) = files_at("memory://data", 1).values()
    assert (file.name, file.size, file.version) == ("a", 1, '"x"')


@pytest.mark.parametrize(
    "name",
    [
        "/../x",
        "/a/../../x",
        "//x",
        "/a//b",
        "/./x",
        "/a\0b",
        "/a\\b",
        "/a\x1b[2J",
        "/" + "/".join(map(str, range(300))),
    ],
)
def test_names_that_no_folder_should_have(memory, monkeypatch, name):
    name = f"{name}x"
    listed(monkeypatch, [{name: {"size": 1}}])
    with pytest.raises(
        DataError, match="at memory://data cannot be copied, because of its name"
    ) as e:
        files_at("memory://data", 1)
    assert str(e.value).isprintable()


def test_a_file_that_is_a_folder(memory, monkeypatch):
    listed(monkeypatch, [{"/a": {"size": 1}, "/a/b/c": {"size": 1}}])
    with pytest.raises(DataError, match=r"'a' is a file and a folder.*Received: 'a/b/c'"):
        files_at("memory://data", 1)


def test_faults(memory, monkeypatch):
    for nothing in ("memory://nothing", "memory://data/a.png"):
        with pytest.raises(DataError, match=f"There are no files at {nothing}.*an empty list"):
            files_at(nothing, 1)
    with pytest.raises(ConfigError, match=r"Cannot open nosuch://.*fsspec knows"):
        files_at("nosuch://data", 1)
    with pytest.raises(Unreachable, match=r"does not answer: ftp://127\.0\.0\.1:9/x.*refused"):
        files_at("ftp://127.0.0.1:9/x", 1)
    one = {"/a": {"size": 1}}
    listed(monkeypatch, [OSError("reset"), one])
    assert list(files_at("memory://data", 2)) == ["a"]
    listed(monkeypatch, [OSError("reset"), RuntimeError("gone away")])
    with pytest.raises(Unreachable, match=r"does not list memory://data.*RuntimeError: gone away"):
        files_at("memory://data", 2)
    listed(monkeypatch, [PermissionError("no key")])
    with pytest.raises(DataError, match=r"your rights.*PermissionError: no key") as caught:
        files_at("memory://data", 2)
    assert not isinstance(caught.value, Unreachable)
    listed(monkeypatch, [{"/a": {"size": None}}])
    with pytest.raises(DataError, match="does not tell how large memory://data/a is"):
        files_at("memory://data", 1)
