"""Shards give the samples of the data set that was converted, to the bit and in the same order."""

import json
import sys

import numpy as np
import pytest

import auxnet_keras as ak
from auxnet_keras.data.file_key import image_keys
from auxnet_keras.data.make_plan import make_plan
from auxnet_keras.errors import ConfigError, DataError
from data_tools.convert.shards import convert_to_shards
from tests.data import driving_makers, makers

SETTINGS = {"size": (16, 24), "batch_size": 2}


@pytest.fixture(scope="module")
def kitti(tmp_path_factory):
    """A data set with a missing label and a missing depth, and its shards."""
    root = makers.kitti(tmp_path_factory.mktemp("kitti"), 12)
    (root / "training/semantic/000003_10.png").unlink()
    (root / "training/disp_occ_0/000004_10.png").unlink()
    return root, convert_to_shards(f"kitti:{root}", tmp_path_factory.mktemp("shards"), "3")


def same(before, after, epoch=1):
    assert [frame.name for frame in before.frames] == [frame.name for frame in after.frames]
    assert before.order(epoch).tolist() == after.order(epoch).tolist()
    for index in range(len(before.frames)):
        one, other = before.sample(index, epoch), after.sample(index, epoch)
        for part in ("image", "segmentation", "depth"):
            assert getattr(one, part).dtype == getattr(other, part).dtype
            np.testing.assert_array_equal(getattr(one, part), getattr(other, part))


@pytest.mark.parametrize(
    "options",
    [
        {"augment": True, "seed": 3},
        {"split": "val", "ignore_void": False},
        {"split": "all", "limit": 7, "depth_unit": "raw"},
        {"labels": 3, "auxiliary_of": "other-frame", "shuffle": False},
        {"fold": 2, "split": "val"},
        {"fold": 2},
    ],
)
def test_every_setting(kitti, options, caplog):
    root, shards = kitti
    before = make_plan("kitti", root, **SETTINGS | options)
    after = make_plan("shards", shards, **SETTINGS | options)
    same(before, after)
    assert before.identity()["targets"] == after.identity()["targets"]
    assert image_keys(before.examples) == image_keys(after.examples)
    assert any("no label" in line or "no depth" in line for line in caplog.messages) == (
        options.get("split", "train") != "val"
    )


def test_extra_data_gives_depth_alone(kitti):
    root, shards = kitti
    plans = [
        make_plan(kind, place, extra_data=f"{kind}:{place}", depth_unit="raw", **SETTINGS)
        for kind, place in (("kitti", root), ("shards", shards))
    ]
    same(*plans)
    assert plans[1].frames[-1].label is None and plans[1].frames[-1].depth is not None
    assert plans[1].frames[8:10] == [plans[1].frames[8], plans[1].frames[9]]
    assert plans[1].extra_contents.facts["labels"]["count"] == 0


def kinds(tmp_path):
    yield "nyuv2-894", makers.nyu(tmp_path / "nyu", 4), {"depth_unit": "inverse_depth"}
    yield "cityscapes-19", driving_makers.cityscapes(tmp_path / "cities"), {"depth_unit": "metres"}
    yield "vkitti", driving_makers.vkitti2(tmp_path / "vkitti"), {"depth_unit": "disparity_px"}
    for number in range(12):
        makers.synthia_frame(tmp_path / "synthia/SYNTHIA-SEQS-01-DAWN", f"{number:06d}")
    yield "synthia", tmp_path / "synthia", {}


def test_every_kind(tmp_path):
    for kind, root, options in kinds(tmp_path):
        shards = convert_to_shards(f"{kind}:{root}", tmp_path / f"{kind}-shards", "1MB")
        before, after = ak.data.source(kind, root), ak.data.source("shards", shards)
        for split in ("train", "val", "test", "all"):
            names = [[f.name for f in one.frames(split)] for one in (before, after)]
            assert names[0] == names[1]
        for field in ("class_names", "depth_unit", "licence", "citation", "scored_metres"):
            assert getattr(before.info, field) == getattr(after.info, field)
        assert after.info.palette.tolist() == before.info.palette.tolist()
        assert after.encoding == before.encoding
        for one, other in zip(before.frames("all"), after.frames("all"), strict=True):
            assert one.sequence == other.sequence
            assert before.fold_group(one) == after.fold_group(other)
        for more in ({}, options):
            plans = (
                make_plan(k, r, split="all", **SETTINGS | more)
                for k, r in ((kind, root), ("shards", shards))
            )
            same(*plans)


def test_both_loaders_and_a_cache(kitti, tmp_path):
    root, shards = kitti
    options = SETTINGS | {"augment": True}
    arrays = list(ak.data.arrays("kitti", root, **options))
    for _ in range(2):  # the second reads the cache of the first
        loaded = ak.data.load("shards", shards, cache=tmp_path / "cache", **options)
        batches = list(loaded.as_numpy_iterator())
        for (image, targets), (expected, expected_targets) in zip(batches, arrays, strict=True):
            np.testing.assert_array_equal(image, expected)
            np.testing.assert_array_equal(targets["depth"], expected_targets["depth"])
    assert len(list((tmp_path / "cache").iterdir())) == 8  # of the last partial batch, none


def test_changed_contents_are_named(kitti, tmp_path):
    _, shards = kitti
    recorded = make_plan("shards", shards, **SETTINGS).contents.facts
    changed = makers.kitti(tmp_path / "kitti", 12)
    makers.write_png(changed / "training/image_2/000006_10.png", makers.picture(99))
    again = convert_to_shards(f"kitti:{changed}", tmp_path / "again", "2")
    contents = make_plan("shards", again, **SETTINGS).contents
    images, labels, depth = contents.changes(recorded)
    assert images.endswith("other images, first difference: " + str(contents.frames[4].image))
    assert "9 of 9 frames have a label, 8 in the checkpoint" in labels and "000003_10" in labels
    assert "000004_10" in depth


def test_an_equal_shard_is_no_frame_of_another_kind(kitti):
    source = ak.data.source("shards", kitti[1])
    frame = source.frames("val")[0]
    assert frame.image.parts[-3:] == ("frames-00000.array_record", "images", "000000_10")
    assert source.files(frame) == [source.root / "frames-00000.array_record"]
    assert len(source.frames("all")[2:5]) == 3 and source.frames("all")[-1].name == "000011_10"


def test_what_is_missing_is_said(kitti, tmp_path, monkeypatch):
    with pytest.raises(DataError, match=r"No folder at .*/nowhere"):
        ak.data.source("shards", tmp_path / "nowhere")
    with pytest.raises(DataError, match=r"No shards\.json in .*finished.*Received: no such file"):
        ak.data.source("shards", kitti[0])
    monkeypatch.setitem(sys.modules, "array_record.python", None)
    monkeypatch.delitem(sys.modules, "array_record.python.array_record_module", raising=False)
    with pytest.raises(ConfigError, match=r"pip install 'auxnet_keras\[shards\]'"):
        ak.data.source("shards", kitti[1])


def test_grain_reads_the_same_records(kitti):
    grain = pytest.importorskip("grain")
    from auxnet_keras.data.shards.record import unpack

    root, shards = kitti
    records = grain.sources.ArrayRecordDataSource(sorted(map(str, shards.glob("*.array_record"))))
    names = [unpack(records[index]).name for index in range(len(records))]
    source = ak.data.source("shards", shards)
    assert names == [frame.name for frame in source.frames("all")]
    image = (root / "training/image_2/000005_10.png").read_bytes()
    assert unpack(records[5]).image == image


def test_an_index_that_contradicts_itself(kitti, tmp_path):
    (tmp_path / "frames.npz").write_bytes((kitti[1] / "frames.npz").read_bytes())
    index = json.loads((kitti[1] / "shards.json").read_text())
    index["shards"].pop()
    (tmp_path / "shards.json").write_text(json.dumps(index))
    with pytest.raises(DataError, match=r"contradicts itself.*12 frames.*Received: 8"):
        ak.data.source("shards", tmp_path)
