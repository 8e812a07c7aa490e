"""Data sets in plain folders at an address: an in-memory store, and a web server here."""

import errno
import json
import os
import re
import shutil
import threading
from pathlib import Path

import fsspec
import numpy as np
import pytest
import yaml

import auxnet_keras as ak
from auxnet_keras.cli import main
from auxnet_keras.data.make_plan import make_plan
from auxnet_keras.data.remote import session, transfer
from auxnet_keras.data.remote.folders import copying, folder_copy
from auxnet_keras.data.remote.folders.folder_copy import local_copy
from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.experiments.config.run_config import RunConfig
from tests.data import driving_makers, makers
from tests.data.remote.folders.folder_server import listing

SPEC = {
    "images": "training/image_2",
    "labels": "training/semantic",
    "depth": {"files": "training/disp_occ_0", "unit": "metres", "scale": 0.01, "invalid": [0]},
    "classes": {0: "void", 7: "road", 23: "sky"},
}
FIRST = "training/image_2/000000_10.png"


@pytest.fixture(scope="module")
def kitti(tmp_path_factory):
    root = makers.kitti(tmp_path_factory.mktemp("kitti") / "mine", 6, width=96)
    (root / "dataset.yaml").write_text(yaml.safe_dump(SPEC))
    return root


@pytest.fixture
def copies(tmp_path, monkeypatch):
    monkeypatch.setattr(session, "BACKOFF", 0.0001)
    monkeypatch.setattr(transfer, "TIMEOUT", 2)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # the tests' time is in it
    monkeypatch.setattr(folder_copy, "_compared", set())
    monkeypatch.setenv("AUXNET_COPIES", str(tmp_path / "copies"))
    return tmp_path / "copies/folders"


@pytest.fixture
def memory(kitti, copies):
    """`memory://mine` with the folder's files, and the file system itself."""
    system = fsspec.filesystem("memory")
    system.pipe({f"/mine/{name}": data for name, data in content(kitti).items()})
    yield system
    system.store.clear()
    system.pseudo_dirs[:] = [""]


@pytest.fixture
def server(kitti, copies, tmp_path):
    shutil.copytree(kitti, tmp_path / "served/mine")
    with listing(tmp_path / "served") as running:
        yield running


def content(folder):
    files = (path for path in Path(folder).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def next_process():
    """Makes the next call look at the address, as that of a new process does."""
    folder_copy._compared.clear()


def same_samples(kind, address, root):
    settings = {"split": "all", "size": (16, 24), "batch_size": 2}
    plan, expected = make_plan(kind, address, **settings), make_plan(kind, root, **settings)
    assert plan.order(0).tolist() == expected.order(0).tolist()
    for index in plan.order(0).tolist():
        found, wanted = plan.sample(index, 0), expected.sample(index, 0)
        for part in ("image", "segmentation", "depth"):
            np.testing.assert_array_equal(getattr(found, part), getattr(wanted, part))


@pytest.mark.parametrize("kind", ["kitti", "folder"])
def test_memory_and_http_give_the_same_samples(kind, kitti, memory, server):
    same_samples(kind, "memory://mine", kitti)
    same_samples(kind, server.url("/mine/"), kitti)
    assert ak.data.info(kind, "memory://mine").class_names == ak.data.info(kind, kitti).class_names
    assert len(server.files_asked()) == len(content(kitti))  # each file once


def test_cityscapes_with_extra_data_and_labels(copies, tmp_path):
    root = driving_makers.cityscapes(tmp_path / "web/cityscapes")
    with listing(tmp_path / "web") as server:
        same_samples("cityscapes", server.url("/cityscapes"), root)
        extra = f"cityscapes:{server.url('/cityscapes')}"
        plan = make_plan("cityscapes", root, size=(16, 24), batch_size=2, extra_data=extra)
        assert len(plan.examples) == 6


def test_the_copy_is_named_told_and_listed(server, kitti, copies, capsys):
    address = server.url("/mine")
    root = ak.data.source("kitti", address).root
    assert root == copies / root.parent.name / "mine" and content(root) == content(kitti)
    said = capsys.readouterr().err
    assert f"{address}: copying {len(content(kitti))} files (" in said and str(root) in said
    first, *files = (root.parent / "listing.jsonl").read_text().splitlines()
    assert json.loads(first)["address"] == address
    assert [json.loads(line)[0] for line in files] == sorted(content(kitti))
    assert {path.name for path in root.parent.iterdir()} == {"mine", "listing.jsonl"}
    # A process looks once; the next one lists, and copies nothing.
    server.asked.clear()
    ak.data.source("folder", address)
    assert server.asked == []
    next_process()
    ak.data.source("folder", address)
    assert server.asked and server.files_asked() == [] and capsys.readouterr().err == ""


@pytest.mark.parametrize("where", ["memory", "server"])
def test_changed_new_and_removed_files(where, request, tmp_path, capsys):
    place = request.getfixturevalue(where)
    if where == "server":
        address, mine = place.url("/mine"), tmp_path / "served/mine"
        write = lambda name, data: (mine / name).write_bytes(data)  # noqa: E731
        remove = lambda name: (mine / name).unlink()  # noqa: E731
        late = lambda name: os.utime(mine / name, (2e9, 2e9))  # noqa: E731
    else:
        address = "memory://mine"
        write = lambda name, data: place.pipe(f"/mine/{name}", data)  # noqa: E731
        remove = lambda name: place.rm(f"/mine/{name}")  # noqa: E731
        late = lambda name: None  # noqa: E731
    root = local_copy(address)
    before = content(root)
    data = before[FIRST]
    changed = data[:-1] + bytes([data[-1] ^ 1])  # of the same size
    write(FIRST, changed)
    late(FIRST)
    write("notes.txt", b"new")
    for name in [name for name in before if "semantic" in name]:
        remove(name)
    assert content(local_copy(address)) == before  # this process has looked
    next_process()
    capsys.readouterr()
    found = content(local_copy(address))
    assert found[FIRST] == changed and found["notes.txt"] == b"new"
    assert not (root / "training/semantic").exists()
    assert len(found) == len(before) - 6 + 1
    assert "copying 2 files" in capsys.readouterr().err
    # What the user breaks in the copy is repaired.
    (root / FIRST).unlink()
    (root / "notes.txt").write_bytes(b"longer")
    next_process()
    assert content(local_copy(address)) == found


def test_a_copy_that_broke_off_goes_on(server, kitti, copies):
    server.most = 5
    with pytest.raises(DataError, match=r"breaks off.*it copies only what is missing"):
        local_copy(server.url("/mine"))
    (place,) = copies.glob("*/")
    begun = content(place / "mine")
    assert 0 < len(begun) <= 5 and content(place / "incoming")
    assert all(content(kitti)[name] == data for name, data in begun.items())
    server.most = float("inf")
    server.asked.clear()
    assert content(local_copy(server.url("/mine"))) == content(kitti)
    asked = [path.removeprefix("/mine/") for path in server.files_asked()]
    assert sorted(asked) == sorted(content(kitti).keys() - begun.keys())
    assert not (place / "incoming").exists()


FULL = OSError(errno.ENOSPC, "No space left")


@pytest.mark.parametrize(("error", "then"), [(KeyboardInterrupt(), 1), (FULL, 2)])
def test_stopped_while_files_are_replaced(server, tmp_path, monkeypatch, error, then):
    """Some files are old and some are new, whichever of them the server has then."""
    mine, address = tmp_path / "served/mine", server.url("/mine")

    def give(version):
        for path in mine.rglob("*.png"):
            data = path.read_bytes()
            path.write_bytes(data[:-1] + bytes([version]))  # of the same size
            os.utime(path, (version * 1e8, version * 1e8))

    give(1)
    local_copy(address)
    give(2)
    replace, left = Path.replace, [3]

    def fails(path, target):
        left[0] -= "incoming" in path.parts
        if left[0] < 0:
            raise error
        return replace(path, target)

    next_process()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fails)
        with pytest.raises((KeyboardInterrupt, DataError)) as caught:
            local_copy(address)
    if isinstance(error, OSError):
        said = (
            f"The copy of {address} in .* could not be written: the disk is full; free some space"
        )
        assert re.match(said, str(caught.value)) and "What is copied stays." in str(caught.value)
    give(then)
    assert content(local_copy(address)) == content(mine)


def test_stopped_after_files_are_removed(memory, monkeypatch):
    """A file becomes a folder, a folder a file, and others are gone; then nothing can be copied."""
    memory.pipe({"/mine/a": b"1", "/mine/b/c": b"2", "/mine/d/e/f": b"3", "/mine/d/e/g": b"3"})
    root = local_copy("memory://mine")
    memory.rm("/mine", recursive=True)
    memory.pipe({"/mine/a/x": b"4", "/mine/b": b"5", "/mine/z": b"6"})
    usual = copying.fetch

    def fails(url, *arguments, **options):
        if url.endswith("z"):
            raise DataError("gone away. Received: nothing.")
        return usual(url, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(copying, "fetch", fails)
        patch.setattr(copying, "_AT_ONCE", 1)
        for _ in range(2):
            next_process()
            with pytest.raises(DataError, match="gone away"):
                local_copy("memory://mine")
            assert content(root) == {"a/x": b"4", "b": b"5"} and not (root / "d").exists()
    assert content(local_copy("memory://mine")) == {"a/x": b"4", "b": b"5", "z": b"6"}


def test_without_a_connection(server, kitti, copies, caplog, monkeypatch):
    address = server.url("/mine")
    local_copy(address)
    next_process()
    monkeypatch.setattr(
        folder_copy,
        "files_at",
        lambda address, tries: (_ for _ in ()).throw(
            folder_copy.Unreachable(f"No answer: {address}. Received: {tries} tries.")
        ),
    )
    same_samples("kitti", address, kitti)
    assert "Reading the earlier copy in" in caplog.text and "Received: 2 tries" in caplog.text
    next_process()
    (copies / local_copy(address).parent.name / "mine" / FIRST).unlink()
    next_process()
    with pytest.raises(DataError, match="Received: 6 tries"):  # not whole: it must be listed
        local_copy(address)


def test_an_address_that_is_empty_now(memory):
    root = local_copy("memory://mine")
    memory.rm("/mine", recursive=True)
    next_process()
    with pytest.raises(DataError, match=r"no files at memory://mine.*An earlier copy") as caught:
        local_copy("memory://mine")
    assert f"{root}; give that folder" in str(caught.value) and content(root)


def test_a_file_that_changes_while_it_is_copied(memory, monkeypatch):
    usual = folder_copy.files_at

    def then_changed(address, tries):
        found = usual(address, tries)
        memory.pipe(f"/mine/{FIRST}", b"shorter")
        return found

    monkeypatch.setattr(folder_copy, "files_at", then_changed)
    with pytest.raises(
        DataError, match=rf"memory://mine/{FIRST}; check.*a file of 7 bytes instead"
    ):
        local_copy("memory://mine")


def test_copies_take_bounded_space(memory, server, copies, monkeypatch):
    def allowed(size):
        monkeypatch.setenv("AUXNET_COPIES_GB", str(size / 1e9))
        next_process()

    root = local_copy("memory://mine")
    size = sum(map(len, content(root).values()))
    shard = copies.parent / "0.copy"
    shard.write_bytes(b"x" * 100)
    allowed(2 * size - 1)
    other = content(root)["dataset.yaml"][::-1]
    memory.pipe("/mine/dataset.yaml", other)
    assert content(local_copy("memory://mine"))["dataset.yaml"] == other
    said = r"The folder http.* is larger than copies .*, beside .*in .*folders; allow more with AUX"
    with pytest.raises(
        DataError, match=rf"{said}.*remove folders there.*convert the data to shards"
    ):
        local_copy(server.url("/mine"))
    assert shard.exists() and server.files_asked() == []
    allowed(2 * size + 99)
    local_copy(server.url("/mine"))
    assert not shard.exists() and root.exists()


def test_no_place_for_copies(memory, copies, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AUXNET_COPIES", str(tmp_path / "file"))
    with pytest.raises(
        DataError, match=r"The copy of memory://mine in .*/file/folders/.*AUXNET_COPIES chooses"
    ):
        local_copy("memory://mine")


def test_threads_copy_once(server, kitti, copies, caplog, monkeypatch):
    """Each takes the lock of its own, as processes do."""
    monkeypatch.setattr(folder_copy, "_PATIENCE", 0.01)
    usual = folder_copy.copy_files
    threads, found = [], []

    def slowly(*arguments):
        usual(*arguments)
        threads[1].start()
        while "waiting for another process" not in caplog.text:
            assert threads[1].is_alive() or not found

    monkeypatch.setattr(folder_copy, "copy_files", slowly)
    for _ in range(2):
        work = lambda: found.append(content(local_copy(server.url("/mine"))))  # noqa: E731
        threads.append(threading.Thread(target=work))
    threads[0].start()
    threads[0].join(20)
    threads[1].join(20)
    assert found == [content(kitti)] * 2
    assert server.asked.count("/mine/") == 1
    assert len(server.files_asked()) == len(content(kitti))


def test_the_command_line(server, copies, kitti, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    address = server.url("/mine")
    with pytest.raises(SystemExit) as caught:
        main(["data", "verify", f"kitti:{address}", "--json", str(tmp_path / "report.json")])
    assert caught.value.code == 0 and "0 errors" in capsys.readouterr().out
    assert json.loads((tmp_path / "report.json").read_text())["ok"]
    with pytest.raises(SystemExit) as caught:
        main(["data", "verify", f"kitti:{server.url('/mime')}"])
    assert caught.value.code == 1
    assert f"Cannot be read: {server.url('/mime')}" in capsys.readouterr().err.replace("\n", " ")
    assert len(list(copies.glob("*/"))) == 1  # nothing of the mistyped address


def test_errors_of_readers_name_the_address(server, tmp_path, memory):
    with pytest.raises(DataError, match=f"No KITTI frame in {server.url()}. Expected") as caught:
        ak.data.source("kitti", server.url()).frames("all")
    assert f"There are some in {server.url('/mine')}; give that folder." in str(caught.value)
    memory.pipe("/mine/dataset.yaml", b"images: 3")
    with pytest.raises(DataError, match=r"^memory://mine/dataset\.yaml, images: expected a folder"):
        ak.data.source("folder", "memory://mine")
    with pytest.raises(DataError, match="split of memory://mine is smaller than one batch"):
        make_plan("kitti", "memory://mine", size=(16, 24), batch_size=99)


def test_settings_keep_the_address(memory, kitti):
    config = RunConfig(data="kitti:memory://mine/", extra_data="kitti:memory://mine", labels=3)
    assert config.root == "memory://mine" and config.source().root.name == "mine"
    # A run resumes on the copy, on the folder itself, and after the copies have moved.
    found, expected = (
        make_plan("kitti", root, size=(16, 24), batch_size=2).contents.fingerprint
        for root in (config.root, kitti)
    )
    assert found == expected
    with pytest.raises(ConfigError, match="without a user or a password"):
        ak.data.source("kitti", "http://me:secret@host/x")


def test_street_scenes_at_an_address(copies, tmp_path):
    ak.data.street.write(tmp_path / "web", 2, 0)
    with listing(tmp_path / "web") as server:
        assert len(ak.data.source("street", server.url()).frames("all")) == 2
