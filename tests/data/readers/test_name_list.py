"""Lists of frames as tools write them."""

import codecs

import pytest

from auxnet_keras.data.readers.name_list import read_names
from auxnet_keras.errors import DataError

NAMES = {"0001TP_006690", "0001TP_006720", "Z\u00fcrich 0", "day/a", "night/a", "night/b c"}


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
    assert read_names(path, NAMES) == {"0001TP_006690", "Z\u00fcrich 0", "night/b c"}


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
    ],
)
def test_endings_folders_and_a_label_behind(tmp_path, line):
    assert read_names(write(tmp_path, line), NAMES) == {"0001TP_006690"}


def test_as_many_folders_count_as_are_in_the_name(tmp_path):
    assert read_names(write(tmp_path, "x/day/a.png\nnight/a"), NAMES) == {"day/a", "night/a"}
    with pytest.raises(DataError, match=r"several frames.*'day/a' or 'night/a'.*Received: 'a'"):
        read_names(write(tmp_path, "a"), NAMES)


def test_an_unknown_name_is_named_with_the_nearest(tmp_path):
    with pytest.raises(DataError, match=r"Unknown frame.*such as '0001TP_006690'.*006691"):
        read_names(write(tmp_path, "0001TP_006691"), NAMES)
