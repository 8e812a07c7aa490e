import json
import os
import resource

import numpy as np
import pytest

import auxnet_keras as ak
from auxnet_keras.cli import main
from auxnet_keras.errors import ConfigError, DataError
from data_tools.convert import shards as module
from data_tools.convert.shard_size import shard_size
from data_tools.convert.shards import convert_to_shards
from data_tools.verify.verification import verify
from tests.data import makers
from tests.storage.leftovers import leave_half


@pytest.fixture
def root(tmp_path):
    return makers.kitti(tmp_path / "kitti", 10)


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("8", (8, 0)), ("256MB", (0, 256_000_000)), ("1 gb", (0, 10**9))],
)
def test_sizes(text, expected):
    found = shard_size(text)
    assert (found.count, found.size) == expected


@pytest.mark.parametrize("text", ["0", "-1", "many", "5TB", "1.5GB", ""])
def test_sizes_that_are_none(text, root, tmp_path):
    with pytest.raises(ConfigError, match=r"number of shards, such as 8, or a size.*Received"):
        convert_to_shards(f"kitti:{root}", tmp_path / "out", text)
    assert not (tmp_path / "out").exists()


def test_number_and_size(root, tmp_path):
    counts = {}
    for shards in ("3", "99", "10MB"):
        out = convert_to_shards(f"kitti:{root}", tmp_path / shards, shards)
        index = json.loads((out / "shards.json").read_text())
        counts[shards] = [frames for frames, _, _ in index["shards"]]
        names = [f"frames-{number:05d}.array_record" for number in range(len(index["shards"]))]
        assert sorted(content(out)) == sorted([*names, "convert.json", "frames.npz", "shards.json"])
    assert counts == {"3": [3, 3, 4], "99": [1] * 10, "10MB": [10]}


def test_interrupted_anywhere_it_ends_with_the_same_bytes(root, tmp_path, monkeypatch):
    whole = content(convert_to_shards(f"kitti:{root}", tmp_path / "whole", "4"))
    out, encoded = tmp_path / "out", module.encoded

    def stop_at(name):
        def stop(source, frame):
            if frame.name == name:
                raise KeyboardInterrupt
            return encoded(source, frame)

        monkeypatch.setattr(module, "encoded", stop)
        with pytest.raises(KeyboardInterrupt):
            convert_to_shards(f"kitti:{root}", out, "4")

    for name in ("000001_10", "000006_10"):
        stop_at(name)
        with pytest.raises(DataError, match=r"No shards\.json"):
            ak.data.source("shards", out)
    leave_half(out / "frames-00002.array_record").write_bytes(b"half of a shard")
    (out / "frames-00001.array_record").write_bytes(b"power cut")
    seen = []
    monkeypatch.setattr(module, "encoded", lambda s, f: (seen.append(f.name), encoded(s, f))[1])
    convert_to_shards(f"kitti:{root}", out, "4")
    assert sorted(seen) == [f"{number:06d}_10" for number in range(2, 10)]
    assert content(out) == whole
    seen.clear()
    convert_to_shards(f"kitti:{root}", out, "4")  # finished: nothing to do
    assert seen == [] and content(out) == whole


def test_a_bad_frame_is_named_and_replaced(root, tmp_path):
    path = root / "training/disp_occ_0/000008_10.png"
    good = path.read_bytes()
    path.write_bytes(good[:50])
    with pytest.raises(DataError, match=r"Truncated or damaged PNG: .*000008_10\.png"):
        convert_to_shards(f"kitti:{root}", tmp_path / "out", "5")
    path.write_bytes(good)
    os.utime(root / "training/image_2/000000_10.png", (1, 1))
    with pytest.raises(DataError, match=r"have changed since.*Remove .*frames-00000.*'000000_10'"):
        convert_to_shards(f"kitti:{root}", tmp_path / "out", "5")
    (tmp_path / "out/frames-00000.array_record").unlink()
    convert_to_shards(f"kitti:{root}", tmp_path / "out", "5")
    assert len(ak.data.source("shards", tmp_path / "out").frames("all")) == 10


def test_a_full_disk(root, tmp_path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(DataError, match=r"00000\.array_record could not .*File too large"):
            convert_to_shards(f"kitti:{root}", tmp_path / "out", "2")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["convert.json"]
    convert_to_shards(f"kitti:{root}", tmp_path / "out", "2")


def test_other_folders_are_left_alone(root, tmp_path):
    out = convert_to_shards(f"kitti:{root}", tmp_path / "out", "2")
    with pytest.raises(DataError, match=r"into other shards.*Received: 10 frames of kitti"):
        convert_to_shards(f"kitti:{root}", out, "3")
    with pytest.raises(DataError, match="not empty and was not written by a conversion"):
        convert_to_shards(f"kitti:{root}", tmp_path, "3")
    with pytest.raises(ConfigError, match="inside the data set itself"):
        convert_to_shards(f"kitti:{root}", root / "shards", "3")


def damaged(shards, tmp_path, change):
    copy = tmp_path / "copy"
    copy.mkdir(exist_ok=True)
    for name, data in content(shards).items():
        (copy / name).write_bytes(data)
    change(copy)
    return copy


def flip(path, place=0.5):
    data = bytearray(path.read_bytes())
    data[int(place * len(data))] ^= 1
    path.write_bytes(data)


def test_the_command_and_a_damaged_shard(root, tmp_path, capsys):
    out = tmp_path / "out"
    with pytest.raises(SystemExit, match="0"):
        main(["data", "convert", f"kitti:{root}", "--shards", "2", "--out", str(out)])
    assert f"read it with --data shards:{out}" in capsys.readouterr().out
    assert verify(f"shards:{out}").counts == verify(f"kitti:{root}").counts
    shard = out / "frames-00001.array_record"
    flip(shard)
    report = verify(f"shards:{out}")
    (found,) = [problem for problem in report.problems if problem.code == "truncated"]
    assert not report.ok and found.path == str(shard)
    assert found.sentence.startswith(f"A file of the shards is damaged or another one: {shard}.")
    assert not [problem for problem in report.problems if f"{shard}/" in problem.path]
    shard.unlink()
    with pytest.raises(DataError, match=r"shards is missing: .*frames-00001\.array_record"):
        verify(f"shards:{out}")


def test_faults_of_files_are_one_sentence(root, tmp_path):
    shards = convert_to_shards(f"kitti:{root}", tmp_path / "out", "2")
    shard = "frames-00000.array_record"

    def read_all(folder):
        source = ak.data.source("shards", folder)
        for frame in source.frames("all"):
            source.read(frame)

    faults = {
        "is incomplete or another one": lambda f: (f / shard).write_bytes(b"short"),
        "damaged or another one: .*frames.npz": lambda f: flip(f / "frames.npz"),
        "Not an index of shards": lambda f: (f / "shards.json").write_text("{}"),
        "Damaged shard: .*frames-00000": lambda f: flip(f / shard, 0.05),
    }
    for said, change in faults.items():
        with pytest.raises(DataError, match=said + ".*Received: "):
            read_all(damaged(shards, tmp_path, change))
    # Two shards of equal size whose places are exchanged: every frame knows its name.
    sizes = [(shards / f"frames-0000{n}.array_record").stat().st_size for n in (0, 1)]
    index = json.loads((shards / "shards.json").read_text())
    index["shards"] = [[5, sizes[1], "0" * 64], [5, sizes[0], "0" * 64]]

    def exchange(folder):
        (folder / "shards.json").write_text(json.dumps(index))
        for number in (0, 1):
            data = (shards / f"frames-0000{1 - number}.array_record").read_bytes()
            (folder / f"frames-0000{number}.array_record").write_bytes(data)

    with pytest.raises(DataError, match=r"Another frame than the index says.*Expected '000000_10'"):
        read_all(damaged(shards, tmp_path, exchange))


def test_every_bit_that_flips_is_noticed_by_reading_or_verifying(root, tmp_path):
    shards = convert_to_shards(f"kitti:{root}", tmp_path / "out", "1")
    source, path = ak.data.source("shards", shards), shards / "frames-00000.array_record"
    frames = source.frames("all")
    expected = [source.read(frame).image.sum() for frame in frames]
    whole = path.read_bytes()
    for place in np.random.default_rng(0).integers(0, len(whole), 20):
        data = bytearray(whole)
        data[place] ^= 4
        path.write_bytes(data)
        opened = ak.data.source("shards", shards)
        assert list(opened.damaged()) == [path]
        try:
            assert [opened.read(frame).image.sum() for frame in frames] == expected
        except DataError as error:
            assert str(path) in str(error)
    path.write_bytes(whole)
