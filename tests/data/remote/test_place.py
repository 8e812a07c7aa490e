"""Shards at an address: an in-memory store, and a server on this machine that goes wrong."""

import hashlib
import threading
from collections import deque

import fsspec
import numpy as np
import pytest
from fsspec.implementations.memory import MemoryFileSystem

import auxnet_keras as ak
from auxnet_keras.data.make_plan import make_plan
from auxnet_keras.data.remote import session, store, transfer
from auxnet_keras.data.remote.fetch import fetch
from auxnet_keras.data.remote.place import RemotePlace, open_place
from auxnet_keras.errors import ConfigError, DataError
from data_tools.convert.shards import convert_to_shards
from data_tools.verify.verification import verify
from tests.data import makers
from tests.data.remote.flaky_server import claim, drop, portal, serving, status

SETTINGS = {"size": (16, 24), "batch_size": 2}
FIRST = "frames-00000.array_record"


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    root = makers.kitti(tmp_path_factory.mktemp("kitti"), 8)
    return convert_to_shards(f"kitti:{root}", tmp_path_factory.mktemp("shards"), "2")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(session, "BACKOFF", 0.0001)
    monkeypatch.setattr(transfer, "TIMEOUT", 0.5)
    monkeypatch.setenv("AUXNET_COPIES", str(tmp_path / "copies"))
    return tmp_path / "copies"


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def memory(shards, cache):
    """`memory://` with the shards, and the file system itself."""
    system = fsspec.filesystem("memory")
    system.pipe({f"/data/{name}": data for name, data in content(shards).items()})
    yield system
    system.rm("/data", recursive=True)


@pytest.fixture
def server(shards, cache):
    with serving() as running:
        running.files = {f"/data/{name}": data for name, data in content(shards).items()}
        yield running


def samples(root):
    plan = make_plan("shards", root, split="all", **SETTINGS)
    return [plan.sample(index, 0) for index in plan.order(0).tolist()]


def same(found, expected):
    for one, other in zip(found, expected, strict=True):
        for part in ("image", "segmentation", "depth"):
            np.testing.assert_array_equal(getattr(one, part), getattr(other, part))


def test_memory_and_http_give_the_same_samples(shards, memory, server, cache):
    expected = samples(shards)
    same(samples("memory://data"), expected)
    assert len(list(cache.glob("*.copy"))) == 3  # two shards and the columns
    same(samples(server.url("/data/")), expected)
    # The copies are named by content: of the server, only the index was needed.
    assert [path for path, _ in server.seen] == ["/data/shards.json"]
    assert not list(cache.glob("*.part*")) and not list(cache.glob(".tmp*"))


def test_only_what_is_read_is_copied(server, cache):
    source = ak.data.source("shards", server.url("/data"))
    assert len(source.frames("all")) == 8 and len(list(cache.glob("*.copy"))) == 1
    source.read(source.frames("all")[0])
    assert len(list(cache.glob("*.copy"))) == 2
    assert str(source.frames("all")[0].image) == server.url(f"/data/{FIRST}/images/000000_10")


def test_verify_reads_everything(memory, cache):
    memory.pipe(f"/data/{FIRST}", b"x" * len(memory.cat(f"/data/{FIRST}")))
    report = verify("shards:memory://data")
    assert report.counts["train"]["frames"] == 6
    (found,) = [problem for problem in report.problems if problem.code == "truncated"]
    assert found.path == f"memory://data/{FIRST}" and "Expected SHA-256" in found.sentence
    assert not [problem for problem in report.problems if f"{FIRST}/" in problem.path]


@pytest.mark.parametrize("fault", [drop(0.5), status(503), drop(0.0)])
def test_a_server_that_fails_once_is_asked_again(server, shards, fault):
    body = deque([lambda handler, data: handler.give(data)] * 2)  # the index and the columns
    server.faults = deque([*body, fault, fault])
    same(samples(server.url("/data")), samples(shards))


def faults():
    yield "shards.json", [status(404)], r"/data/shards\.json; check.*Received: HTTP 404"
    yield "shards.json", [portal()], "a web page instead of the file"
    yield "frames.npz", [status(404)], r"frames\.npz; .*Received: HTTP 404"
    yield FIRST, [status(404)], rf"Cannot be downloaded: http.*{FIRST}.*HTTP 404"
    yield FIRST, [drop(0.0)] * 99, "repeatedly breaks off at byte 0"
    yield FIRST, [lambda h, b: h.give(b[:-1])], r"a file of \d+ bytes instead of \d+ bytes"
    yield FIRST, [lambda h, b: h.give(b[:-1] + b"x")], "damaged or another one: http.*SHA-256"
    yield "shards.json", [claim(1 << 27)], r"instead of 1 to \d+ bytes"


@pytest.mark.parametrize(("name", "answers", "said"), list(faults()))
def test_a_fault_that_stays_is_one_sentence(server, cache, name, answers, said):
    good = lambda handler, body: handler.give(body)  # noqa: E731
    before = {"shards.json": 0, "frames.npz": 1, FIRST: 2}[name]
    server.faults = deque([good] * before + answers)
    with pytest.raises(DataError, match=said + ".*"):
        samples(server.url("/data"))
    wanted = hashlib.sha256(server.files[f"/data/{FIRST}"]).hexdigest()
    assert not (cache / f"{wanted}.copy").exists()


class Flaky:
    """A store that answers `faults` first: an error to raise, or a number of bytes."""

    def __init__(self, monkeypatch, faults):
        self.faults, self.calls = deque(faults), []
        usual = MemoryFileSystem.cat_file

        def cat_file(system, path, start=None, end=None, **options):
            self.calls.append(start)
            fault = self.faults.popleft() if self.faults else None
            if isinstance(fault, Exception):
                raise fault
            data = usual(system, path, start=start, end=end, **options)
            return data if fault is None else data[:fault]

        monkeypatch.setattr(MemoryFileSystem, "cat_file", cat_file)


def test_a_store_that_breaks_off_goes_on_where_it_was(memory, tmp_path, monkeypatch):
    body = memory.cat(f"/data/{FIRST}")
    monkeypatch.setattr(store, "_CHUNK", 10_000)
    flaky = Flaky(monkeypatch, [None, OSError("reset"), 17, RuntimeError("busy")])
    size = range(len(body), len(body) + 1)
    part = fetch(f"memory://data/{FIRST}", tmp_path / "x", sizes=size, advice="try")
    assert part.read_bytes() == body and flaky.calls[:5] == [0, 10_000, 10_000, 10_017, 10_017]


def test_a_store_that_fails(memory, tmp_path, monkeypatch):
    def fetched(url, size=100):
        sizes = range(size, size + 1)
        return fetch(url, tmp_path / "x", sizes=sizes, advice="look there")

    with pytest.raises(DataError, match=r"nothing; look there\. Received: FileNotFoundError"):
        fetched("memory://data/nothing")
    with pytest.raises(DataError, match=r"Received: a file of \d+ bytes instead of 100 bytes"):
        fetched(f"memory://data/{FIRST}")
    with pytest.raises(ConfigError, match=r"Cannot open nosuch://.*fsspec knows"):
        fetched("nosuch://data/x")
    size = len(memory.cat(f"/data/{FIRST}"))
    flaky = Flaky(monkeypatch, [OSError("gone away")] * 99)
    with pytest.raises(DataError, match=r"breaks off at byte 0: .*Received: gone away"):
        fetched(f"memory://data/{FIRST}", size)
    assert len(flaky.calls) == session.TRIES
    flaky.faults = deque([PermissionError("no key")])
    with pytest.raises(DataError, match=r"Cannot be copied: .*Received: PermissionError"):
        fetched(f"memory://data/{FIRST}", size)
    flaky.faults = deque([0] * 99)  # an end before the end
    with pytest.raises(DataError, match=r"breaks off at byte 0: .*Received: 0 of \d+ bytes"):
        fetched(f"memory://data/{FIRST}", size)


def test_another_digest_in_a_store(memory, cache):
    data = memory.cat(f"/data/{FIRST}")
    memory.pipe(f"/data/{FIRST}", data[:-1] + b"x")
    with pytest.raises(DataError, match=rf"another one: memory://data/{FIRST}\. Expected SHA-256"):
        samples("memory://data")
    memory.pipe(f"/data/{FIRST}", data)
    samples("memory://data")  # the wrong copy was not kept
    assert not list(cache.glob("*.part"))


def test_copies_take_bounded_space(server, shards, cache, monkeypatch, caplog):
    sizes = [path.stat().st_size for path in shards.glob("frames*")]
    most = max(sizes) + min(sizes) + 10
    monkeypatch.setenv("AUXNET_COPIES_GB", str(most / 1e9))
    same(samples(server.url("/data")), samples(shards))
    assert sum(path.stat().st_size for path in cache.glob("*.copy")) <= most
    assert "every pass copies shards again" in caplog.text
    monkeypatch.setenv("AUXNET_COPIES_GB", "0.000001")
    with pytest.raises(DataError, match=r"at most 1e-06 GB; allow more with AUXNET_COPIES_GB"):
        samples(server.url("/data"))
    folder = cache / "folders/0"  # stays, and takes room
    folder.mkdir(parents=True)
    (folder / "listing.jsonl").write_text('{"bytes": 7000000}\n')
    monkeypatch.setenv("AUXNET_COPIES_GB", "0.007")
    with pytest.raises(
        DataError, match=r"larger than .* at most 0\.007 GB, beside 0\.007 GB in .*folders"
    ):
        samples(server.url("/data"))
    for wrong in ("0", "-1", "many", "nan"):
        monkeypatch.setenv("AUXNET_COPIES_GB", wrong)
        with pytest.raises(ConfigError, match="must be a number of GB above 0"):
            samples(server.url("/data"))


def test_no_process_removes_a_copy_before_another_has_opened_it(server, shards, monkeypatch):
    """There is room for one: the second is copied while the first is about to be opened."""
    place = open_place(server.url("/data"))
    first, second = ((shards / f"frames-0000{n}.array_record").read_bytes() for n in (0, 1))
    monkeypatch.setenv("AUXNET_COPIES_GB", str((max(len(first), len(second)) + 10) / 1e9))

    def held(number, data):
        name = f"frames-0000{number}.array_record"
        return place.held(name, len(data), hashlib.sha256(data).hexdigest())

    def read_second():
        with held(1, second) as copy:
            found.append(copy.read_bytes() == second)

    found = []
    with held(0, first) as copy:
        other = threading.Thread(target=read_second)
        other.start()
        other.join()
        assert copy.read_bytes() == first
    assert found == [True]


def test_many_threads_copy_a_shard_once(server):
    batches = ak.data.arrays("shards", server.url("/data"), split="all", size=(16, 24))
    assert sum(len(image) for image, _ in batches) == 8
    asked = [path for path, _ in server.seen]
    assert sorted(asked) == sorted(set(asked)) and len(asked) == 4


def test_a_folder_is_no_address(tmp_path):
    assert not isinstance(open_place(tmp_path), RemotePlace)
    assert not isinstance(open_place(str(tmp_path)), RemotePlace)
