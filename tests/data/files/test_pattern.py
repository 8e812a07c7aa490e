"""Patterns: which files they match, and what they call them."""

import pytest

from auxnet_keras.data.files.pattern import match_files, unknown_wildcards
from auxnet_keras.errors import DataError

ENDINGS = (".png", ".jpg")


def make(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


@pytest.mark.parametrize("pattern", ["rgb", "rgb/*", "rgb/*.*", "rgb/**", "rg*/*"])
def test_the_ending_belongs_to_no_name(tmp_path, pattern):
    make(tmp_path, "rgb/a.png", "rgb/b.JPG", "rgb/c.txt")
    found = match_files(tmp_path, pattern, ENDINGS)
    start = "b/" if pattern == "rg*/*" else ""
    assert found == {f"{start}a": tmp_path / "rgb/a.png", f"{start}b": tmp_path / "rgb/b.JPG"}


def test_a_given_ending_is_the_only_one(tmp_path):
    make(tmp_path, "rgb/a.png", "rgb/b.jpg", "rgb/c.PNG")
    assert set(match_files(tmp_path, "rgb/*.png", ENDINGS)) == {"a", "c"}


def test_names_compare_composed(tmp_path):
    make(tmp_path, "rgb/Zu\u0308rich 0.png", "labels/Z\u00fcrich 0.png")
    assert list(match_files(tmp_path, "rgb", ENDINGS)) == ["Z\u00fcrich 0"]
    assert list(match_files(tmp_path, "labels/*", ENDINGS)) == ["Z\u00fcrich 0"]
    assert list(match_files(tmp_path, "rgb/Zu\u0308*.png", ENDINGS)) == ["rich 0"]


def test_a_refused_ending_counts_where_nothing_else_has_the_name(tmp_path):
    make(tmp_path, "rgb/a.png", "rgb/a.heic", "rgb/b.heic")
    found = match_files(tmp_path, "rgb", ENDINGS, (".heic",))
    assert found == {"a": tmp_path / "rgb/a.png", "b": tmp_path / "rgb/b.heic"}


def test_two_files_of_one_name_are_refused(tmp_path):
    make(tmp_path, "rgb/a.png", "rgb/a.jpg")
    with pytest.raises(DataError, match="Two files for the frame 'a'"):
        match_files(tmp_path, "rgb", ENDINGS)


def test_other_wildcards_are_named():
    assert unknown_wildcards("rgb/*.png") == ""
    assert "? and [ in it stands for itself" in unknown_wildcards("rgb/[0-9]?.png")
