"""Cross-validation: five parts, each validates once, and what belongs together stays together."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import auxnet_keras as ak
from auxnet_keras.data.frame import Frame
from auxnet_keras.data.readers.folds import FOLDS, in_folds
from auxnet_keras.errors import ConfigError, DataError
from tests.data import makers


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    root = tmp_path_factory.mktemp("street")
    ak.data.street.write(root, count=20, seed=0, size=(32, 64))
    return root


def frames_of(counts):
    return [
        Frame(f"{sequence}/{i:06d}", Path("x"), None, None, sequence)
        for sequence, count in sorted(counts.items())
        for i in range(count)
    ]


def sequence(frame):
    return frame.sequence


@given(st.dictionaries(st.sampled_from("abcdefghijk"), st.integers(1, 9), min_size=5))
def test_every_frame_validates_once_and_sequences_stay_together(counts):
    frames = frames_of(counts)
    parts = in_folds(frames, sequence)
    assert sorted(f.name for part in parts for f in part) == [f.name for f in frames]
    held = [{f.sequence for f in part} for part in parts]
    assert all(held) and sum(map(len, held)) == len(counts)
    assert max(map(len, held)) - min(map(len, held)) <= 1


@given(st.integers(5, 60))
def test_frames_without_sequences_form_stretches(count):
    frames = frames_of({"": count})
    parts = in_folds(frames, sequence)
    assert [f for part in parts for f in part] == frames
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize(
    ("counts", "received"), [({"a": 50, "b": 50}, "2 sequences"), ({"": 4}, "4 frames")]
)
def test_too_few(counts, received):
    with pytest.raises(DataError, match=rf"Too few.*own split. Received: {received}"):
        in_folds(frames_of(counts), sequence)


def test_kitti_by_number_where_fold_0_is_its_usual_split(tmp_path):
    root = makers.kitti(tmp_path / "kitti", 11)
    usual = ak.data.source("kitti", root)
    folds = [ak.data.source("kitti", root, fold=fold) for fold in range(FOLDS)]
    assert folds[0].frames("val") == usual.frames("val")
    assert folds[0].frames("train") == usual.frames("train")
    assert [int(f.name[:6]) for f in folds[2].frames("val")] == [2, 7]
    assert len(folds[2].frames("train")) == 9 and folds[2].frames("all") == usual.frames("all")


def test_street_scenes_by_route(scenes):
    routes = []
    for fold in range(FOLDS):
        data = ak.data.load("street", scenes, fold=fold, split="val", size=(32, 64), batch_size=2)
        routes.append({frame.sequence for frame in data.source_frames})
    assert len(set.union(*routes)) == sum(map(len, routes)) == 5


@pytest.mark.parametrize("fold", [-1, 5, 1.0, True, "0"])
def test_a_fold_that_does_not_exist(scenes, fold):
    with pytest.raises(ConfigError, match="fold must be an integer from 0 to 4"):
        ak.data.load("street", scenes, fold=fold)
