"""Which files are images and videos to predict, and where their predictions go."""

import json

import pytest

from auxnet_keras.errors import DataError
from auxnet_keras.experiments.predictions.inputs import find_inputs


@pytest.fixture
def tree(tmp_path):
    """Files without content, in subfolders, with endings in any case."""
    root = tmp_path / "imgs"
    for name in (
        *("b.png", "a.JPG", "notes.txt", "x.png/c.webp", "day 1/ü.tif", "day 1/clip.MP4"),
        *(".hidden.png", ".cache/d.png", "day 1/._ü.tif", "sub/sub/e.bmp"),
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    return root


def places(*paths):
    return [one.place for one in find_inputs(paths)]


def test_a_folder_with_its_subfolders(tree):
    inputs = find_inputs([tree])
    assert [one.place for one in inputs] == [
        *("a", "b", "day 1/clip", "day 1/ü", "sub/sub/e", "x.png/c")
    ]
    assert [one.path for one in inputs[:2]] == [tree / "a.JPG", tree / "b.png"]
    assert [one.is_video for one in inputs] == [False, False, True, False, False, False]


def test_files_and_patterns(tree):
    assert places(tree / "b.png", tree / "day 1" / "ü.tif") == ["b", "ü"]
    assert places(f"{tree}/*.png") == ["b"]
    assert places(f"{tree}/**/*.*p*") == ["b", "sub/sub/e", "x.png/c"]
    assert places(f"{tree}/day*/ü.tif") == ["day 1/ü"]
    assert places(tree / "notes.txt") == ["notes"]  # what is named is tried


def test_a_name_with_the_signs_of_a_pattern(tree):
    (tree / "a[1].png").write_text("")
    assert places(tree / "a[1].png") == ["a[1]"]


def test_a_file_named_twice_is_one_input(tree):
    again = [tree / "b.png", f"{tree}/*.png", tree / "." / "b.png", tree]
    assert places(*again).count("b") == 1


def test_links_to_folders_are_followed_and_loops_end(tree, tmp_path):
    (tree / "sub" / "loop").symlink_to(tree)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "z.png").write_text("")
    (tree / "linked").symlink_to(tmp_path / "elsewhere")
    assert places(tree) == ["a", "b", "day 1/clip", "day 1/ü", "linked/z", "sub/sub/e", "x.png/c"]


@pytest.mark.parametrize("path", ["none.png", "*.tif", "empty", "imgs/.cache/*.jpg"])
def test_nothing_there_gets_a_sentence(tree, path):
    (tree.parent / "empty").mkdir()
    with pytest.raises(DataError, match=r"No image or video found.*Received: .*'\.$") as caught:
        find_inputs([tree, tree.parent / path])
    assert str(tree.parent / path) in str(caught.value)


def predictions_in(folder, *names, writer="auxnet predict"):
    for name in ("legend.png", *names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    record = {"written_by": writer, "classes": None, "depth": None, "files": {"/a.png": names}}
    (folder / "predictions.json").write_text(json.dumps(record))


def test_what_was_predicted_is_no_input(tree):
    before = places(tree)
    predictions_in(tree / "out", "day/a_classes.png", "clip_overlay.webm")
    (tree / "out" / "clip_frames").mkdir()
    (tree / "out" / "clip_frames" / "000000_classes.png").write_text("")
    record = json.loads((tree / "out" / "predictions.json").read_text())
    record["files"]["/clip.mp4"] = ["clip_frames/"]
    (tree / "out" / "predictions.json").write_text(json.dumps(record))
    assert places(tree) == before
    with pytest.raises(DataError, match="do not count"):
        find_inputs([tree / "out" / "day" / "a_classes.png"])
    (tree / "out" / "own.png").write_text("")  # the user's own file in there
    assert set(places(tree)) == {*before, "out/own"}


@pytest.mark.parametrize(
    "text", ["", "[]", '{"written_by": "me"}', '{"written_by": "auxnet predict"}', "[" * 99999]
)
def test_another_file_of_that_name_hides_nothing(tree, text):
    (tree / "predictions.json").write_text(text)
    assert len(places(tree)) == 6


def test_a_record_of_another_program_hides_nothing(tree):
    predictions_in(tree, "b.png", writer="another program")
    assert "b" in places(tree)


def test_what_cannot_be_decoded_is_named_unless_a_readable_twin_exists(tmp_path):
    for name in ("a.heic", "b.heic", "b.jpg", "c.png", "d.txt"):
        (tmp_path / name).touch()
    assert [one.path.name for one in find_inputs([tmp_path])] == ["a.heic", "b.jpg", "c.png"]
