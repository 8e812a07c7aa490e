import logging
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from auxnet_keras.data.cache import FolderCache, MemoryCache, open_cache
from auxnet_keras.data.frame import Sample
from auxnet_keras.data.make_plan import make_plan
from auxnet_keras.data.readers.base import Source
from auxnet_keras.errors import ConfigError
from tests.data import makers

SIZE = (16, 24)


def sample(seed=0):
    random = np.random.default_rng(seed)
    return Sample(
        random.integers(0, 256, (*SIZE, 3), np.uint8),
        random.integers(0, 256, SIZE, np.uint8),
        random.normal(size=(*SIZE, 1)).astype(np.float32),
    )


def same(one, other):
    return all(
        np.array_equal(getattr(one, part), getattr(other, part))
        for part in ("image", "segmentation", "depth")
    )


def folder_cache(folder, name="k"):
    return FolderCache(folder, SIZE, 10, lambda index: f"{name}{index}")


@pytest.mark.parametrize("make", [lambda folder: MemoryCache(), folder_cache])
def test_what_is_put_comes_back(make, tmp_path):
    cache = make(tmp_path)
    assert cache.get(3) is None
    cache.put(3, sample(3))
    cache.put(4, sample(4))
    assert same(cache.get(3), sample(3)) and same(cache.get(4), sample(4))
    found = cache.get(3)
    for part in (found.image, found.segmentation, found.depth):
        assert part.ctypes.data % 64 == 0  # or TensorFlow copies it
    assert cache.get(5) is None


def test_what_is_no_file_is_left_alone(tmp_path):
    cache = folder_cache(tmp_path)
    os.mkfifo(cache.path(0))
    cache.path(1).mkdir()
    cache.path(2).symlink_to(tmp_path / "elsewhere")
    for index in range(3):
        cache.put(index, sample())
        assert cache.get(index) is None
    assert not (tmp_path / "elsewhere").exists()
    cache.put(3, sample())
    assert cache.get(3) is not None


def test_labels_of_more_than_a_byte(tmp_path):
    one = sample()
    many = Sample(one.image, one.segmentation.astype(np.int32) + 600, one.depth)
    folder_cache(tmp_path).put(0, many)
    again = folder_cache(tmp_path).get(0)
    assert same(again, many) and again.segmentation.dtype == np.int32


def test_another_fingerprint_is_another_file(tmp_path):
    folder_cache(tmp_path).put(0, sample())
    assert same(folder_cache(tmp_path).get(0), sample())
    assert folder_cache(tmp_path, "other").get(0) is None
    assert len(list(tmp_path.iterdir())) == 1  # no temporary file is left


def damage_nothing(data):
    data[-1] ^= 1


def damage_header(data):
    data[9] ^= 1


@pytest.mark.parametrize(
    "damage",
    [
        damage_nothing,
        damage_header,
        lambda data: data.pop(),
        lambda data: data.clear(),
        lambda data: data.append(0),
        lambda data: data.extend(bytes(100_000)),
    ],
)
def test_damaged_file_is_not_believed(tmp_path, damage):
    cache = folder_cache(tmp_path)
    cache.put(0, sample())
    data = bytearray(cache.path(0).read_bytes())
    damage(data)
    cache.path(0).write_bytes(bytes(data))
    assert cache.get(0) is None
    cache.put(0, sample())
    assert same(cache.get(0), sample())


def test_full_disk_warns_once_and_goes_on(tmp_path, monkeypatch, caplog):
    cache = folder_cache(tmp_path)

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("auxnet_keras.data.cache.write_file", full)
    with caplog.at_level(logging.WARNING, "auxnet_keras"):
        cache.put(0, sample())
        cache.put(1, sample())
    assert [record.message for record in caplog.records] == [
        f"{tmp_path}: cannot write to the cache (No space left on device); "
        "new samples are decoded every epoch"
    ]


def test_settings(tmp_path):
    assert open_cache(None, SIZE, 1, str) is None
    assert isinstance(open_cache("memory", SIZE, 1, str), MemoryCache)
    assert open_cache(tmp_path / "a" / "b", SIZE, 1, str).folder.is_dir()
    with pytest.raises(ConfigError, match="Received: 3"):
        open_cache(3, SIZE, 1, str)
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(ConfigError, match=r"The cache folder .* could not be written"):
        open_cache(file / "inside", SIZE, 1, str)


@pytest.fixture
def kitti(tmp_path):
    return makers.kitti(tmp_path / "kitti", 6)


def plan(root, folder, **options):
    options = {"split": "all", "size": SIZE, "cache": folder} | options
    return make_plan("kitti", root, **options)


def test_second_run_reads_no_source_file(kitti, tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    first = [plan(kitti, folder).sample(i, 0) for i in range(6)]
    monkeypatch.setattr(Source, "read", None)
    again = plan(kitti, folder)
    assert all(same(again.sample(i, 0), first[i]) for i in range(6))


def test_changed_source_or_setting_is_decoded_again(kitti, tmp_path):
    folder = tmp_path / "cache"
    before = plan(kitti, folder).sample(2, 0)
    image = kitti / "training/image_2/000002_10.png"
    makers.write_png(image, makers.picture(77))
    os.utime(image, ns=(1, 1))
    after = plan(kitti, folder).sample(2, 0)
    assert not np.array_equal(before.image, after.image)
    assert plan(kitti, folder, depth_unit="raw").sample(2, 0).depth.max() > 256
    assert (plan(kitti, folder, ignore_void=False).sample(2, 0).segmentation == 0).any()
    assert plan(kitti, folder, size=(8, 8)).sample(2, 0).image.shape == (8, 8, 3)
    assert same(plan(kitti, folder).sample(2, 0), after)


def test_other_content_of_the_same_size_and_time_is_noticed(kitti, tmp_path):
    before = plan(kitti, tmp_path / "cache").cache.path(2)
    label = kitti / "training/semantic/000002_10.png"
    state = label.stat()
    label.write_bytes(label.read_bytes()[::-1])
    os.utime(label, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert plan(kitti, tmp_path / "cache").cache.path(2) != before


PROGRAM = """
import sys, zlib
from auxnet_keras.data.batches import arrays
total = 0
for _ in range(3):
    for image, targets in arrays("kitti", sys.argv[1], split="all", size=(16, 24), batch_size=2,
                                 cache=sys.argv[2]):
        for part in (image, targets["segmentation"], targets["depth"]):
            total = zlib.crc32(part.tobytes(), total)
print(total)
"""


def test_two_processes_share_a_folder(kitti, tmp_path):
    folder = tmp_path / "cache"
    command = [sys.executable, "-c", PROGRAM, str(kitti), str(folder)]
    repository = Path(__file__).resolve().parents[2]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=repository)
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=120)[0].strip() for process in both]
    assert answers[0] == answers[1] and answers[0].isdigit()
    assert all(process.returncode == 0 for process in both)
    assert len(list(folder.glob("*.sample"))) == 6 and len(list(folder.iterdir())) == 6
