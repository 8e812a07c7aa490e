"""Lists of frames as tools write them."""

import codecs
from pathlib import Path

import pytest

from auxnet_keras.data.readers.name_list import read_names
from auxnet_keras.errors import DataError

ROOT = Path("/data")
NAMES = ("0001TP_006690", "0001TP_006720", "Z\u00fcrich 0", "day/a", "night/a", "night/b c")


def names_in(path, names=NAMES, place="rgb/{}.png"):
    return read_names(path, ROOT, {name: ROOT / place.format(name) for name in names})


def write(tmp_path, text, encoding="utf-8", mark=b""):
    path = tmp_path / "train.txt"
    path.write_bytes(mark + text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(tmp_path, encoding, mark, newline):
    lines = ["0001TP_006690", "", "  Zu\u0308rich 0 ", "night/b c"]
    path = write(tmp_path, newline.join(lines) + newline, encoding, mark)
    assert names_in(path) == {"0001TP_006690", "Z\u00fcrich 0", "night/b c"}


@pytest.mark.parametrize(
    "line",
    [
        "0001TP_006690.png",
        "0001TP_006690.PNG",
        "train/0001TP_006690.png",
        "train\\0001TP_006690.png",
        "/SegNet/CamVid/train/0001TP_006690.png /SegNet/CamVid/trainannot/0001TP_006690.png",
        "0001TP_006690.jpg\t0001TP_006690_L.png",
        "0001TP_006690,0001TP_006690_L.png",
        '"0001TP_006690.png"',
        "0001TP_006690 1",
        "0001TP_006690 1 1 -1",
    ],
)
def test_endings_folders_and_a_label_behind(tmp_path, line):
    assert names_in(write(tmp_path, line)) == {"0001TP_006690"}


def test_as_many_folders_count_as_are_in_the_name(tmp_path):
    assert names_in(write(tmp_path, "x/day/a.png\nnight/a")) == {"day/a", "night/a"}
    with pytest.raises(DataError, match=r"several frames.*'day/a' or 'night/a'.*Received: 'a'"):
        names_in(write(tmp_path, "a"))


def test_an_unknown_name_is_named_with_the_nearest(tmp_path):
    with pytest.raises(DataError, match=r"Unknown frame.*such as '0001TP_006690'.*006691"):
        names_in(write(tmp_path, "0001TP_006691"))


@pytest.mark.parametrize(
    ("line", "names", "meant"),
    [
        ("val/001.png", ("train/001",), None),
        ("b/001", ("a/001",), None),
        ("a b.png", ("a",), None),
        ("a;b", ("a",), None),
        ("a b.png a b_mask.png", ("a", "a b"), "a b"),
        ('"my image.png" "my label.png"', ("my image",), "my image"),
        ("'my image.png','my label.png'", ("my image",), "my image"),
        ("img_1.png lab_1.png", ("img_1",), "img_1"),
        ("rgb/a/001.png", ("a/001", "b/001"), "a/001"),
        ("/far/away/rgb/b/001.png", ("a/001", "b/001"), "b/001"),
        ("./rgb/b/001.png", ("a/001", "b/001"), "b/001"),
        ("001.png", ("a/001", "b/002"), "a/001"),
    ],
)
def test_a_line_means_the_frame_whose_name_or_image_it_is(tmp_path, line, names, meant):
    path = write(tmp_path, line)
    if meant is None:
        with pytest.raises(DataError, match="Unknown frame"):
            names_in(path, names)
    else:
        assert names_in(path, names) == {meant}


def test_the_place_of_an_image_counts_too(tmp_path):
    images = {f"s1/{n}": ROOT / f"s1/rgb/{n}_left.png" for n in (0, 1)}
    path = write(tmp_path, "s1/rgb/0_left.png\nrgb/1_left")
    assert read_names(path, ROOT, images) == {"s1/0", "s1/1"}


def test_an_empty_list_names_nothing(tmp_path):
    assert names_in(write(tmp_path, "")) == set()
