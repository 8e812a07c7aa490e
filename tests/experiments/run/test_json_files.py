"""Files of a run."""

import cv2
import numpy as np
import pytest

from auxnet_keras.errors import DataError
from auxnet_keras.experiments.run import json_files as files


def test_what_is_written_reads_back_and_folders_are_made(tmp_path):
    files.write_json({"a": [1]}, tmp_path / "new" / "a.json")
    assert files.read_json(tmp_path / "new" / "a.json", a=list) == {"a": [1]}
    image = np.arange(6, dtype=np.uint8).reshape(2, 3)
    files.write_grey_png(image, tmp_path / "b" / "a.png")
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / "b" / "a.png"), -1), image)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"a": 1}', "[" * 100_000])
def test_another_content_gets_a_sentence(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(DataError, match=r"a.json is damaged; .* Received: "):
        files.read_json(tmp_path / "a.json", a=list)


def test_what_cannot_be_written_gets_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    place = tmp_path / "file" / "a.png"
    for write, content in (
        (files.write_json, {}),
        (files.write_grey_png, np.zeros((2, 2), np.uint8)),
    ):
        with pytest.raises(
            DataError, match=r"a\.png could not be written: .*, then give the same command"
        ):
            write(content, place)


def test_a_full_disk_leaves_no_half_a_picture(tmp_path, monkeypatch):
    def full(path, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(DataError, match="No space left"):
        files.write_grey_png(np.zeros((2, 2), np.uint8), tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []
