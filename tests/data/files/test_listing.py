"""What counts as data in a folder: no names of systems and tools, linked folders once."""

import pytest

from auxnet_keras.data.files.listing import files_below, files_in, folders_in
from auxnet_keras.errors import DataError


def make(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def test_names_that_begin_with_a_dot_are_no_data(tmp_path):
    make(tmp_path, "a/0.png", "a/._0.png", ".ipynb_checkpoints/0.png", "a/.DS_Store", "b/.x/1.png")
    assert sorted(files_below(tmp_path)) == ["a/0.png"]
    assert not list(files_below(tmp_path / "no" / "such"))
    assert files_in(tmp_path / "a", ".png") == {"0": tmp_path / "a" / "0.png"}
    assert files_in(tmp_path / "none", ".png") == {}
    assert [folder.name for folder in folders_in(tmp_path)] == ["a", "b"]


def test_a_linked_folder_is_followed_and_a_loop_ends(tmp_path):
    make(tmp_path, "far/0.png", "far/deep/1.png", "data/2.png")
    (tmp_path / "data" / "here").symlink_to(tmp_path / "far")
    (tmp_path / "far" / "loop").symlink_to(tmp_path / "data")
    (tmp_path / "data" / "self").symlink_to(tmp_path / "data")
    (tmp_path / "data" / "up").symlink_to(tmp_path)
    (tmp_path / "data" / "dead").symlink_to(tmp_path / "nothing")
    found = sorted(files_below(tmp_path / "data"))
    assert [name for name in found if name.endswith(".png")] == [
        "2.png",
        "here/0.png",
        "here/deep/1.png",
    ]
    (tmp_path / "link").symlink_to(tmp_path / "data")
    assert sorted(files_below(tmp_path / "link")) == found


def test_endings_count_in_any_case_and_names_compare_composed(tmp_path):
    decomposed = "Zu\u0308rich_10.PNG"
    make(tmp_path, decomposed, "b_10.png.txt", "c.png")
    assert files_in(tmp_path, "_10.png", "_10.jpg") == {"Z\u00fcrich": tmp_path / decomposed}


def test_two_files_of_one_name_are_refused(tmp_path):
    make(tmp_path, "a.png", "a.PNG")
    with pytest.raises(DataError, match=r"Two files for the frame 'a'.*a\.PNG and .*a\.png"):
        files_in(tmp_path, ".png")
