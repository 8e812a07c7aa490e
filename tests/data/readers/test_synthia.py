import numpy as np
import pytest

from auxnet_keras.data.readers.synthia import SynthiaSource, read_intrinsics
from auxnet_keras.errors import DataError
from tests.data import makers

INTRINSICS = "532.740352\n\n640.000000\n\n380.000000\n\n0.800000\n"


def sequence(folder, count, **options):
    for number in range(count):
        makers.synthia_frame(folder, f"{number:06d}", **options)


def test_sequences_with_two_cameras(tmp_path):
    views = ("Stereo_Left/Omni_F", "Stereo_Right/Omni_F")
    for name, count in (("01-DAWN", 3), ("01-FOG", 3), ("05-DAWN", 2)):
        sequence(tmp_path / f"SYNTHIA-SEQS-{name}", count, views=views)
    source = SynthiaSource(tmp_path)
    frames = source.frames("all")
    assert len(frames) == 16 and [f.name for f in frames] == sorted(f.name for f in frames)
    assert frames[0].name == "SYNTHIA-SEQS-01-DAWN/Stereo_Left/Omni_F/000000"
    assert frames[0].label.parts[-5:-2] == ("GT", "LABELS", "Stereo_Left")
    # Seasons of one route are not parted: route 05 is held out.
    assert {f.sequence for f in source.frames("val")} == {"SYNTHIA-SEQS-05-DAWN"}
    assert {f.sequence for f in source.frames("train")} == {
        "SYNTHIA-SEQS-01-DAWN",
        "SYNTHIA-SEQS-01-FOG",
    }


def test_values(tmp_path):
    sequence(tmp_path, 1, ids=12)  # the root may be the sequence itself
    source = SynthiaSource(tmp_path)
    (frame,) = source.frames("all")
    sample = source.read(frame)
    np.testing.assert_array_equal(sample.image, makers.picture(0))
    assert (sample.segmentation == 12).all()  # the red channel, not the instance beside it
    assert (sample.depth[0] == -1).all()
    np.testing.assert_allclose(sample.depth[1:], 12.34)
    np.testing.assert_allclose(source.read(frame, size=(16, 24)).depth[1:], 12.34)
    assert source.info.class_names[12] == "lane marking"


def test_disparity_needs_intrinsics(tmp_path):
    sequence(tmp_path, 1)
    source = SynthiaSource(tmp_path)
    (frame,) = source.frames("all")
    with pytest.raises(DataError, match=r"CameraParams/intrinsics\.txt"):
        source.read(frame, "disparity_px")
    path = tmp_path / "CameraParams" / "intrinsics.txt"
    path.parent.mkdir()
    path.write_text(INTRINSICS)
    disparity = source.read(frame, "disparity_px").depth[1:]
    np.testing.assert_allclose(disparity, 0.8 * 532.740352 / 12.34, rtol=1e-6)
    path.write_text("532 640")
    with pytest.raises(DataError, match=r"Not SYNTHIA intrinsics.*'532 640'"):
        read_intrinsics(path)


def test_rand_cityscapes_has_its_own_ids(tmp_path):
    folder = tmp_path / "RAND_CITYSCAPES"
    makers.synthia_frame(folder, "0000007", views=("",), ids=22)
    makers.synthia_frame(folder, "0000008", views=("",), ids=12)
    source = SynthiaSource(folder)
    marking, motorcycle = source.frames("all")
    assert (source.read(marking).segmentation == 12).all()
    assert (source.read(motorcycle).segmentation == 11).all()


def test_neighbours_of_one_sequence_never_straddle(tmp_path):
    views = ("Stereo_Left/Omni_F", "Stereo_Left/Omni_B")
    sequence(tmp_path / "SYNTHIA-SEQS-02-FALL", 30, views=views)
    source = SynthiaSource(tmp_path)
    train, val = (
        {int(frame.image.stem) for frame in source.frames(split)} for split in ("train", "val")
    )
    assert val == set(range(24, 30))
    assert max(train) < min(val) - 1 and min(train) == 0
    assert len(source.frames("val")) == 2 * len(val)


def test_missing_files_and_bad_folders(tmp_path):
    sequence(tmp_path / "a", 2)
    (tmp_path / "a/GT/LABELS/Stereo_Left/Omni_F/000001.png").unlink()
    (tmp_path / "a/Depth/Stereo_Left/Omni_F/000000.png").unlink()
    first, second = SynthiaSource(tmp_path).frames("all")
    assert first.depth is None and second.label is None
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(DataError, match=r"No SYNTHIA frame.*an empty folder"):
        SynthiaSource(empty).frames()
    makers.write_png(empty / "RGB" / "left.png", makers.picture(0))
    with pytest.raises(DataError, match="Not a SYNTHIA frame name"):
        SynthiaSource(empty).frames()


@pytest.mark.parametrize("channels", [3, 1])
def test_a_label_of_8_bits_holds_the_same_ids(tmp_path, channels):
    sequence(tmp_path, 1)
    path = tmp_path / "GT/LABELS/Stereo_Left/Omni_F/000000.png"
    source = SynthiaSource(tmp_path)
    (frame,) = source.frames("all")
    wanted = source.label(frame, path)
    stored = np.zeros((makers.HEIGHT, makers.WIDTH, 3), np.uint8)
    stored[..., 0], stored[..., 1] = 3, 208
    makers.write_png(path, stored if channels == 3 else stored[..., 0])
    np.testing.assert_array_equal(source.label(frame, path), wanted)


def test_colours_in_place_of_ids_are_refused(tmp_path):
    sequence(tmp_path, 1)
    path = tmp_path / "GT/LABELS/Stereo_Left/Omni_F/000000.png"
    makers.write_png(path, makers.picture(0))
    source = SynthiaSource(tmp_path)
    with pytest.raises(DataError, match=r"Unknown label ids in .*Expected ids 0-15"):
        source.read(source.frames("all")[0])
