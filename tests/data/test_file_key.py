"""Keys of files and images by content."""

import os
import shutil

import numpy as np
import pytest

from auxnet_keras import data
from auxnet_keras.data.example import Example
from auxnet_keras.data.file_key import file_key, image_keys
from tests.data import makers


def key(path, content):
    path.write_bytes(content)
    return file_key(path)


@pytest.mark.parametrize("size", [1, 4095, 4096, 4097, 8191, 8192])
@pytest.mark.parametrize("place", [0, 0.5, 1])
def test_every_byte_of_a_small_file_counts(tmp_path, size, place):
    content = bytes(size)
    changed = bytearray(content)
    changed[int(place * (size - 1))] = 1
    assert key(tmp_path / "a", content) == key(tmp_path / "b", content)
    assert key(tmp_path / "b", changed) != file_key(tmp_path / "a")


def test_of_a_large_file_both_ends_and_the_size_count(tmp_path):
    content = bytes(100_000)
    keys = {key(tmp_path / "a", content), key(tmp_path / "a", content + b"\0")}
    for place in (0, 4095, 95_904, 99_999):
        changed = bytearray(content)
        changed[place] = 1
        keys.add(key(tmp_path / "a", changed))
    assert len(keys) == 6
    assert all(len(one) == 16 for one in keys)


def test_what_is_no_readable_file_has_no_key(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert [file_key(tmp_path / name) for name in (".", "pipe", "none")] == [None] * 3


def examples(kind, root):
    source = data.source(kind, root)
    return [Example(source, frame) for frame in source.frames("all")]


def test_images_keep_their_keys_when_copied_and_renamed(tmp_path):
    root = makers.kitti(tmp_path / "kitti", 4)
    keys = image_keys(examples("kitti", root))
    assert len(set(keys)) == 4
    other = tmp_path / "other"
    (other / "training/image_2").mkdir(parents=True)
    for number in range(4):
        shutil.copyfile(
            root / f"training/image_2/{number:06d}_10.png",
            other / f"training/image_2/{3 - number:06d}_10.png",
        )
    assert image_keys(examples("kitti", other)) == keys[::-1]
    (root / "training/image_2/000002_10.png").unlink()
    listed = examples("kitti", other)
    (other / "training/image_2/000002_10.png").unlink()
    assert image_keys(listed) == [keys[3], keys[2], None, keys[0]]


def test_images_of_one_file_have_its_key_and_their_names(tmp_path):
    makers.nyu(tmp_path / "a", 4)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    keys = image_keys(examples("nyuv2", tmp_path / "a"))
    assert len(set(keys)) == 4
    assert image_keys(examples("nyuv2", tmp_path / "b")) == keys
    makers.nyu(tmp_path / "c", 5)
    assert not set(keys) & set(image_keys(examples("nyuv2", tmp_path / "c")))


@pytest.mark.parametrize("ending", [".bmp", ".NPY", ".tif", ".pfm"])
def test_the_middle_of_a_file_without_compression_counts(tmp_path, ending):
    values = np.random.default_rng(0).integers(0, 256, 300_000, np.uint8)
    path, other = tmp_path / f"a{ending}", tmp_path / f"b{ending}"
    path.write_bytes(values.tobytes())
    assert file_key(path) == file_key(path)
    values[20_000:280_000] = 0  # most of it, as when all labels of a frame are edited
    other.write_bytes(values.tobytes())
    assert file_key(path) != file_key(other)
