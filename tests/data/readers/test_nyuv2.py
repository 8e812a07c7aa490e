import os
from concurrent.futures import ThreadPoolExecutor

import h5py
import numpy as np
import pytest
import scipy.io

import auxnet_keras as ak
from auxnet_keras.data.make_plan import make_plan
from auxnet_keras.data.readers.matlab5 import read_matlab5
from auxnet_keras.data.readers.nyuv2 import Nyuv2Source, Nyuv2With40Source, Nyuv2With894Source
from auxnet_keras.data.readers.nyuv2_labels import NYUV2_13, NYUV2_40
from auxnet_keras.errors import ConfigError, DataError
from tests.data import makers

MAT = "nyu_depth_v2_labeled.mat"


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return makers.nyu(tmp_path_factory.mktemp("nyu"))


@pytest.fixture
def root(tmp_path):
    return makers.nyu(tmp_path)


def test_label_tables_are_the_published_ones():
    assert NYUV2_40.names[:3] == ("wall", "floor", "cabinet") and len(NYUV2_40.names) == 40
    assert NYUV2_13.names[:3] == ("bed", "books", "ceiling") and len(NYUV2_13.names) == 13
    # 21 and 5 are called wall and chair in the file; 1, 2, 3 are book, bottle, cabinet.
    ids = np.array([[3, 21, 5]], np.uint16)
    of_40, of_13 = (table.train_ids(ids, "x")[0] for table in (NYUV2_40, NYUV2_13))
    assert [NYUV2_40.names[i] for i in of_40] == ["cabinet", "wall", "chair"]
    assert [NYUV2_13.names[i] for i in of_13] == ["furniture", "wall", "chair"]
    assert NYUV2_13.known == NYUV2_40.known == list(range(895))
    assert NYUV2_13.palette[0].tolist() == [0, 0, 255] and NYUV2_40.palette[0].tolist() == [
        128,
        0,
        0,
    ]


def test_a_frame_is_the_right_way_up(original):
    source = Nyuv2Source(original)
    frame = source.frames("all")[3]
    sample = source.read(frame)
    assert frame.name == "00004"
    np.testing.assert_array_equal(sample.image, makers.picture(3))
    np.testing.assert_array_equal(
        sample.segmentation, NYUV2_13.train_ids(makers.nyu_labels(3), frame.label)
    )
    assert (sample.segmentation == 255).any() and sample.segmentation.dtype == np.uint8
    depth = makers.nyu_depth(3)
    np.testing.assert_array_equal(sample.depth[..., 0], np.where(depth > 0, depth, -1))
    inverse = source.read(frame, "inverse_depth").depth[1:, :, 0]
    np.testing.assert_allclose(inverse, 1 / depth[1:], rtol=1e-6)
    with pytest.raises(DataError, match=r"images/00004.*not a stereo pair"):
        source.read(frame, "disparity_px")


def test_splits_count_from_one(original):
    source = Nyuv2Source(original)
    names = {split: [f.name for f in source.frames(split)] for split in ("train", "val", "all")}
    assert names["train"] == ["00001", "00003", "00004", "00005"]
    assert names["val"] == ["00002", "00006"]
    assert names["all"] == [f"{number:05d}" for number in range(1, 7)]


def test_40_and_894_classes(original):
    forty, all_ids = Nyuv2With40Source(original), Nyuv2With894Source(original)
    assert forty.info.num_classes == 40 and all_ids.info.num_classes == 895
    frame = all_ids.frames("all")[0]
    ids = makers.nyu_labels(0).astype(np.int32)
    found = all_ids.read(frame).segmentation
    assert found.dtype == np.int32
    np.testing.assert_array_equal(
        found, np.where(ids == 0, 255, np.where(ids <= 255, ids - 1, ids))
    )
    assert all_ids.info.class_names[254:257] == ("thing 255", "(unused)", "thing 256")
    assert all_ids.info.class_names[894] == "thing 894"
    np.testing.assert_array_equal(
        forty.read(frame).segmentation, NYUV2_40.train_ids(makers.nyu_labels(0), frame.label)
    )


def test_info_of_every_kind(original):
    assert ak.data.info("nyuv2").num_classes == 13
    assert ak.data.info("nyuv2-40").kind == "nyuv2-40"
    assert ak.data.info("nyuv2-894", original).num_classes == 895
    with pytest.raises(ConfigError, match="nyuv2-894 data set needs its folder"):
        ak.data.info("nyuv2-894")


@pytest.mark.parametrize(("kind", "dtype"), [("nyuv2", np.uint8), ("nyuv2-894", np.int32)])
def test_load_and_arrays_keep_the_contract(original, tmp_path, kind, dtype):
    options = {"size": (16, 24), "batch_size": 2, "cache": tmp_path, "augment": True}
    loaded = list(ak.data.load(kind, original, **options).as_numpy_iterator())
    listed = list(ak.data.arrays(kind, original, **options))  # out of the cache
    assert len(loaded) == len(listed) == 2
    for (image, targets), (same_image, same_targets) in zip(loaded, listed, strict=True):
        assert image.shape == (2, 16, 24, 3) and image.dtype == np.uint8
        assert targets["segmentation"].shape == (2, 16, 24)
        assert targets["segmentation"].dtype == same_targets["segmentation"].dtype == dtype
        assert targets["depth"].shape == (2, 16, 24, 1) and targets["depth"].dtype == np.float32
        np.testing.assert_array_equal(image, same_image)
        for name in targets:
            np.testing.assert_array_equal(targets[name], same_targets[name])


def test_frames_of_one_file_do_not_share_a_cached_sample(original, tmp_path):
    plan = make_plan("nyuv2", original, size=(16, 24), batch_size=2, cache=tmp_path)
    for index in range(4):
        plan.sample(index, 0)
    assert len(list(tmp_path.iterdir())) == 4


def _first_pixel(source, index):
    return source.read(source.frames("all")[index]).image[0, 0].tolist()


def test_threads_and_a_forked_process_read_the_same(original):
    source = Nyuv2Source(original)
    expected = [makers.picture(i)[0, 0].tolist() for i in range(6)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda i: _first_pixel(source, i % 6), range(24)))
    assert found == expected * 4
    process, file, parts = source._labeled._opened
    assert process == os.getpid()
    source._labeled._opened = (process - 1, file, parts)  # as a child finds it
    assert _first_pixel(source, 5) == expected[5]
    assert source._labeled._opened[1] is not file


def test_no_files(tmp_path):
    (tmp_path / "other.txt").write_text("x")
    with pytest.raises(DataError, match=rf"No {MAT} in .*Received: other\.txt\."):
        Nyuv2Source(tmp_path).frames()
    with pytest.raises(DataError, match=rf"No {MAT} in"):
        Nyuv2With894Source(tmp_path)
    with pytest.raises(DataError, match=r"No folder at .*folder of the nyuv2-894 data set"):
        Nyuv2With894Source(tmp_path / "absent")


def test_no_splits(root):
    (root / "splits.mat").unlink()
    source = Nyuv2Source(root)
    with pytest.raises(DataError, match=r"No splits\.mat in .*or use split=.all"):
        source.frames("train")
    assert len(source.frames("all")) == 6


@pytest.mark.parametrize(
    ("train", "test", "message"),
    [
        ([0, 1], [2], r"frame numbers from 1 to 6.*Received: frame 0\."),
        ([1], [2, 7], r"frame numbers from 1 to 6.*Received: frame 7\."),
        ([1, 2, 3], [3, 2], r"disjoint lists of frame numbers.*Received: 2 frames in both\."),
        ([], [2], r"Received: no frame to train on\."),
    ],
)
def test_wrong_splits(root, train, test, message):
    makers.nyu_splits(root, train, test)
    with pytest.raises(DataError, match=rf"Not NYU-v2's split: .*splits\.mat.*{message}"):
        Nyuv2Source(root).frames("train")
    scipy.io.savemat(root / "splits.mat", {"train": [[1]]})
    with pytest.raises(DataError, match=r"Not NYU-v2's split: .*Received: train\."):
        Nyuv2Source(root).frames("train")


def rewritten(root, change):
    with h5py.File(root / MAT, "r+") as file:
        change(file)
    return Nyuv2Source(root)


def replaced(name, data):
    def change(file):
        del file[name]
        if data is not None:
            file[name] = data

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (replaced("labels", None), r"no data 'labels', but .*depths, images"),
        (replaced("labels", h5py.ExternalLink("x", "y")), r"no data 'labels', but "),
        (replaced("depths", np.zeros((6, 48, 32))), r"depths of type float64 and shape"),
        (replaced("labels", np.zeros((6, 48), np.uint16)), r"labels of type uint16 and shape"),
        (replaced("labels", np.zeros((6, 32, 48), np.uint16)), r"the shapes .*\(6, 32, 48\)"),
        (replaced("labels", np.zeros((5, 48, 32), np.uint16)), r"the shapes .*\(5, 48, 32\)"),
    ],
)
def test_a_mat_that_is_not_nyus(root, change, message):
    with pytest.raises(DataError, match=rf"Not NYU-v2's labelled file: .*{MAT}\. .*{message}"):
        rewritten(root, change).frames("all")


@pytest.mark.parametrize(
    "content", [b"<html>404</html>", b"MATLAB 5.0 MAT-file".ljust(126) + b"IM", b""]
)
def test_a_mat_that_is_no_hdf5(root, content):
    (root / MAT).write_bytes(content)
    with pytest.raises(DataError, match=r"Expected MATLAB 7\.3 \(HDF5\) with images.*starts with"):
        Nyuv2Source(root).frames("all")


def test_a_cut_off_mat(root):
    (root / MAT).write_bytes((root / MAT).read_bytes()[:-50_000])
    with pytest.raises(DataError, match=r"Received: .*truncated file"):
        Nyuv2Source(root).frames("all")


def test_a_damaged_frame(root):
    with h5py.File(root / MAT) as file:
        chunk = file["images"].id.get_chunk_info_by_coord((2, 0, 0, 0))
    data = bytearray((root / MAT).read_bytes())
    at = 512 + chunk.byte_offset
    for start in (chunk.byte_offset, at):  # whether or not the offset counts the first 512 bytes
        data[start : start + 40] = bytes(40)
    (root / MAT).write_bytes(data)
    source = Nyuv2Source(root)
    with pytest.raises(DataError, match=rf"Damaged: .*{MAT}, images of frame 3"):
        source.read(source.frames("all")[2])


def test_ids_beyond_894_name_frame_and_file(root):
    labels = np.full((6, 48, 32), 900, np.uint16)
    source = rewritten(root, replaced("labels", labels))
    with pytest.raises(DataError, match=rf"{MAT}/labels/00001\. Expected ids 0-894.*900"):
        source.read(source.frames("all")[0])


def test_names_that_are_none(root):
    rewritten(root, replaced("names", np.zeros((1, 894))))
    with pytest.raises(DataError, match=r"Not NYU-v2.*Received: names: "):
        Nyuv2With894Source(root)
    rewritten(root, replaced("names", None))
    with pytest.raises(DataError, match=r"Not NYU-v2.*Received: names: "):
        Nyuv2With894Source(root)
    assert len(Nyuv2With40Source(root).frames("all")) == 6


def test_repeated_names(root):
    with h5py.File(root / MAT, "r+") as file:
        file["names"][0, 7] = file["names"][0, 8]
    with pytest.raises(DataError, match=r"Received: 893 label names\."):
        Nyuv2With894Source(root)


@pytest.mark.parametrize("compress", [False, True])
def test_matlab5_as_scipy_writes_it(tmp_path, compress):
    makers.nyu_splits(tmp_path, [5], [1, 2, 70000 % 65536, 9], compress=compress)
    found = read_matlab5(tmp_path / "splits.mat")
    assert {name: part.tolist() for name, part in found.items()} == {
        "trainNdxs": [5],
        "testNdxs": [1, 2, 4464, 9],
    }


def test_matlab5_with_other_variables_and_big_endian(tmp_path):
    path = tmp_path / "a.mat"
    values = {"a": np.array([[1.5, -2.0]]), "s": {"x": 1}, "t": "text", "c": np.array([1 + 2j])}
    scipy.io.savemat(path, values)
    assert {name: part.tolist() for name, part in read_matlab5(path).items()} == {"a": [1.5, -2.0]}
    head = path.read_bytes()[:124] + b"\x01\x00MI"
    flags = b"\0\0\0\6\0\0\0\x08" + b"\0\0\0\x0b\0\0\0\0"
    dims = b"\0\0\0\5\0\0\0\x08" + b"\0\0\0\1\0\0\0\1"
    body = flags + dims + b"\0\1\0\1n\0\0\0" + b"\0\2\0\4\1\2\0\0"  # two short elements
    path.write_bytes(head + b"\0\0\0\x0e" + len(body).to_bytes(4, "big") + body)
    assert read_matlab5(path)["n"].tolist() == [258]


@pytest.mark.parametrize("length", [4, 127, 131, 150, 200])
def test_matlab5_damaged(tmp_path, length):
    makers.nyu_splits(tmp_path, list(range(1, 800)), [2])
    path = tmp_path / "splits.mat"
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(DataError, match=r"Not a MATLAB 5 file: .*splits\.mat"):
        read_matlab5(path)
