import dataclasses

import numpy as np
import pytest

from auxnet_keras.data.shards.columns import Columns, as_table, read_columns, write_columns
from auxnet_keras.errors import DataError

KEYS = np.arange(1, 4, dtype=np.uint64)
CODES = np.zeros(3, np.int32)
GOOD = Columns(
    name=np.array([b"a", b"b/1", b"c"]),
    image=KEYS,
    label=KEYS,
    depth=np.zeros(3, np.uint64),
    split=np.array([0, 1, 3], np.uint8),
    sequence=CODES,
    group=CODES,
    calibration=np.array([-1, 0, 0], np.int32),
    sequences=np.array([b""]),
    groups=np.array([b"drive"]),
    calibrations=np.array([[720.0, 0.5]]),
)


def test_what_was_written_is_read(tmp_path):
    write_columns(tmp_path / "frames.npz", GOOD)
    found = read_columns(tmp_path / "frames.npz", 3)
    for field in dataclasses.fields(Columns):
        np.testing.assert_array_equal(getattr(found, field.name), getattr(GOOD, field.name))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": np.array([b"b", b"a", b"c"])}, "increasing order"),
        ({"name": np.array([b"a", b"a", b"c"])}, "increasing order"),
        ({"name": np.array([b"../a", b"b", b"c"])}, "relative names"),
        ({"name": np.array([b"/a", b"b", b"c"])}, "relative names"),
        ({"name": np.array([b"a", b"b\n", b"c"])}, "relative names"),
        ({"name": np.array([b"", b"b", b"c"])}, "a name and an image"),
        ({"name": np.array([b"a", b"b", b"c\xff"])}, "names in UTF-8"),
        ({"sequences": np.array([b"\xe4"])}, "names in UTF-8"),
        ({"name": np.array(["a", "b", "c"])}, "name of type S"),
        ({"groups": np.array([b".."])}, "relative names"),
        ({"image": np.zeros(3, np.uint64)}, "a name and an image"),
        ({"image": KEYS[:2]}, r"image of type <u8 and shape \[3\]"),
        ({"label": KEYS.astype(float)}, "label of type <u8"),
        ({"split": np.array([0, 1, 4], np.uint8)}, "splits up to 3"),
        ({"sequence": np.array([0, 0, 1], np.int32)}, "sequence in the 1 rows"),
        ({"group": np.array([0, 0, -1], np.int32)}, "group in the 1 rows"),
        ({"calibration": np.array([0, 0, -2], np.int32)}, "calibration in the 1 rows"),
        ({"calibrations": np.array([[np.nan, 0.5]])}, "positive focal lengths"),
        ({"calibrations": np.array([720.0])}, "calibrations of type <f8"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, changes, said):
    write_columns(tmp_path / "frames.npz", dataclasses.replace(GOOD, **changes))
    with pytest.raises(DataError, match=f"frames.npz. Expected .*{said}.*Received"):
        read_columns(tmp_path / "frames.npz", 3)


def test_other_arrays_and_objects(tmp_path):
    np.savez(tmp_path / "frames.npz", name=GOOD.name)
    with pytest.raises(DataError, match="Expected the arrays name, image"):
        read_columns(tmp_path / "frames.npz", 3)
    objects = dataclasses.replace(GOOD, sequences=np.array([{}], object))
    write_columns(tmp_path / "frames.npz", objects)
    with pytest.raises(DataError, match="pickle"):
        read_columns(tmp_path / "frames.npz", 3)


def test_a_table_of_equal_values():
    table, rows = as_table([b"x", b"y", b"x"])
    assert table[rows].tolist() == [b"x", b"y", b"x"] and len(table) == 2
