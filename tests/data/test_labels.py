import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxnet_keras.data.labels import (
    CITYSCAPES_IDS,
    SYNTHIA_RAND_IDS,
    SYNTHIA_SEQS_IDS,
    UNIFIED,
    UNUSED,
    LabelTable,
    spans,
)
from auxnet_keras.errors import DataError

# id -> train id, as the datasets' papers and tools list them, written out by hand.
KITTI = [0] * 7 + [3, 4, 3, 0, 2, 2, 5, 5, 0, 0, 7, 7, 0, 9, 6, 6, 1, 10, 11, 8, 8, 8, 8, 8, 8]
KITTI += [11, 11]
SEQS = [*range(13), 0, 0, 0]
RAND = [*range(12), 11, 3, 0, 0, 6, 11, 8, 8, 8, 2, 12]


@pytest.mark.parametrize(
    ("table", "expected"),
    [(CITYSCAPES_IDS, KITTI), (SYNTHIA_SEQS_IDS, SEQS), (SYNTHIA_RAND_IDS, RAND)],
)
def test_tables(table, expected, tmp_path):
    ids = np.arange(len(expected), dtype=np.uint8)[None]
    np.testing.assert_array_equal(table.train_ids(ids, tmp_path, ignore_void=False)[0], expected)
    masked = [255 if train == 0 else train for train in expected]
    np.testing.assert_array_equal(table.train_ids(ids, tmp_path)[0], masked)
    assert table.known == list(range(len(expected)))
    with pytest.raises(DataError):
        table.train_ids(np.full((1, 1), len(expected), np.uint8), tmp_path)


def test_unified_order_and_colours():
    assert CITYSCAPES_IDS.names == tuple(UNIFIED)[:12]
    assert SYNTHIA_SEQS_IDS.names == tuple(UNIFIED)
    assert CITYSCAPES_IDS.names[10:] == ("pedestrian", "cyclist")
    assert CITYSCAPES_IDS.palette.dtype == np.uint8
    assert CITYSCAPES_IDS.palette[3].tolist() == [128, 64, 128]


def test_unknown_ids_are_listed(tmp_path):
    ids = np.array([[7, 40, 41, 42, 255]], np.uint8)
    with pytest.raises(DataError, match=r"x\.png.*Expected ids 0-33.*Received: 40-42, 255\.$"):
        CITYSCAPES_IDS.train_ids(ids, tmp_path / "x.png")


def test_16_bit_ids(tmp_path):
    ids = np.array([[3, 12]], np.uint16)
    np.testing.assert_array_equal(SYNTHIA_SEQS_IDS.train_ids(ids, tmp_path), [[3, 12]])
    with pytest.raises(DataError, match="Received: 300"):
        SYNTHIA_SEQS_IDS.train_ids(ids + np.array([0, 288], np.uint16), tmp_path)


@given(st.dictionaries(st.integers(0, 255), st.sampled_from("abcd"), min_size=1), st.data())
def test_lookup_is_the_dictionary(tmp_path_factory, names, data):
    classes = sorted(set(names.values()))
    table = LabelTable(
        {name: (0, 0, i) for i, name in enumerate(classes)},
        {name: [i for i, n in names.items() if n == name] for name in classes},
    )
    ids = data.draw(st.lists(st.integers(0, 255), min_size=1, max_size=20))
    path = tmp_path_factory.getbasetemp()
    if set(ids) <= set(names):
        found = table.train_ids(np.array([ids], np.uint8), path)[0]
        assert found.tolist() == [classes.index(names[i]) for i in ids]
    else:
        with pytest.raises(DataError, match="Unknown label ids"):
            table.train_ids(np.array([ids], np.uint8), path)


@pytest.mark.parametrize(
    ("numbers", "text"), [([], ""), ([4], "4"), ([0, 1, 2, 7], "0-2, 7"), ([1, 3], "1, 3")]
)
def test_spans(numbers, text):
    assert spans(numbers) == text


def test_more_classes_than_a_byte_leave_255_to_the_ignore_label(tmp_path):
    names = [f"class {i}" for i in range(300)]
    table = LabelTable(
        dict.fromkeys(names, (1, 2, 3)), {n: (i,) for i, n in enumerate(names)}, [999]
    )
    assert len(table.names) == len(table.palette) == 301 and table.names[255] == UNUSED
    ids = np.array([[0, 254, 255, 299, 999]], np.uint16)
    train = table.train_ids(ids, tmp_path)
    assert train.dtype == np.int32 and train.tolist() == [[0, 254, 256, 300, 255]]
    with pytest.raises(DataError, match=r"Expected ids 0-299, 999.*Received: 300, 2000\.$"):
        table.train_ids(np.array([[300, 299, 2000]], np.uint16), tmp_path)


@pytest.mark.parametrize(("count", "dtype"), [(254, np.uint8), (255, np.int32), (256, np.int32)])
def test_the_last_class_is_told_from_an_unknown_id(tmp_path, count, dtype):
    names = [str(i) for i in range(count)]
    table = LabelTable(dict.fromkeys(names, (0, 0, 0)), {n: (i,) for i, n in enumerate(names)})
    last = table.train_ids(np.array([[count - 1]], np.uint16), tmp_path)
    assert last.dtype == dtype and last.item() == (256 if count == 256 else count - 1)
    with pytest.raises(DataError, match="Received: 300"):
        table.train_ids(np.array([[300]], np.uint16), tmp_path)
