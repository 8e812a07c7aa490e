from pathlib import Path

import numpy as np
import pytest

from auxnet_keras.data.example import Examples
from auxnet_keras.data.frame import Frame
from auxnet_keras.data.frame_table import FrameTable, folders_of, has, take, without

PLACE = Path("/data")
LABELS = [1, 0, 1, 1]
DEPTHS = [0, 1, 1, 0]


def frame(row):
    label = PLACE / "labels" / f"{row}" if LABELS[row] else None
    depth = PLACE / "depth" / f"{row}" if DEPTHS[row] else None
    return Frame(f"{row}", PLACE / "images" / f"{row}", label, depth)


def table():
    return FrameTable(
        {
            "frames": np.array([b"0", b"1", b"2", b"3"]),
            "images": np.arange(1, 5, dtype=np.uint64),
            "labels": np.array(LABELS, np.uint64),
            "depth": np.array(DEPTHS, np.uint64),
        },
        frame,
        PLACE,
    )


@pytest.mark.parametrize("frames", [table(), [frame(row) for row in range(4)]])
def test_a_table_is_like_a_list(frames):
    listed = [frame(row) for row in range(4)]
    assert list(frames) == listed and len(frames) == 4
    assert frames[-1] == listed[-1] and list(frames[1:3]) == listed[1:3]
    with pytest.raises(IndexError):
        frames[4]
    assert has(frames, "label").tolist() == [True, False, True, True]
    chosen = take(frames, [3, 1])
    assert list(chosen) == [listed[3], listed[1]] and has(chosen, "depth").tolist() == [False, True]
    bare = without(chosen, "label")
    assert not has(bare, "label").any() and bare[0].label is None
    assert has(bare, "depth").tolist() == [False, True] and bare[1].depth == listed[1].depth


def test_the_folders_of_a_table_and_of_files():
    assert folders_of(table()) == {PLACE}
    places = {PLACE / "images", PLACE / "labels", PLACE / "depth"}
    assert folders_of([frame(row) for row in range(4)]) == places


def test_examples_of_two_readers():
    frames = table()
    examples = Examples(
        (("own", frames), ("other", without(take(frames, [1, 2]), "label"))),
        "segmentation",
        kept=np.array([False, True, True, True]),
        donors=np.array([-1, 2, 1, -1, 5, 4]),
    )
    assert [one.source for one in examples] == ["own"] * 4 + ["other"] * 2
    assert [one.withheld for one in examples] == ["segmentation"] + [None] * 5
    assert [one.donor for one in examples] == [None, 2, 1, None, 5, 4]
    assert list(examples.choices()) == [(one.withheld, one.donor) for one in examples]
    for task in ("segmentation", "depth"):
        assert examples.showing(task).tolist() == [one.has(task) for one in examples]
    assert [one.name for one in examples.frames] == ["0", "1", "2", "3", "1", "2"]
    assert [one.name for one in examples.frames[3:5]] == ["3", "1"]
    assert examples[-1] == examples[5] and examples.frames[-1].name == "2"
    with pytest.raises(IndexError):
        examples[6]
