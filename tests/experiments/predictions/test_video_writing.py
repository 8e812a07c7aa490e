"""Videos that are whole or absent."""

import resource

import numpy as np
import pytest

from auxnet_keras.errors import DataError
from auxnet_keras.experiments.predictions.video_reading import Video
from auxnet_keras.experiments.predictions.video_writing import video_writer
from tests.experiments.predictions.videos import picture


def test_what_is_written_is_read(tmp_path, capfd):
    path = tmp_path / "new ü" / "a.webm"
    with video_writer(path, 29.97, (49, 65)) as write:
        for number in range(12):
            write(picture(number, (49, 65)))
        assert not path.exists()
    video = Video(path)
    assert video.rate == pytest.approx(29.97) and video.total == 12
    for number, frame in enumerate(video):
        assert np.abs(frame.astype(int) - picture(number, (49, 65))[:48, :64]).mean() < 12
    assert number == 11
    assert capfd.readouterr().err == ""
    assert list(path.parent.iterdir()) == [path]


def test_an_interrupted_one_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.webm"
    path.write_text("old")

    def interrupted():
        with video_writer(path, 25, (48, 64)) as write:
            write(picture(0))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_a_full_disk_gets_a_sentence(tmp_path, capfd):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    noise = np.random.default_rng(0)

    def too_long():
        with video_writer(tmp_path / "a.webm", 25, (240, 320)) as write:
            for _ in range(20):
                write(noise.integers(0, 256, (240, 320, 3), dtype=np.uint8))

    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(DataError, match=r"a.webm could not be written: .*free some space"):
            too_long()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == [] and capfd.readouterr().err == ""


@pytest.mark.parametrize("size", [(1, 64), (48, 20000)])
def test_sides_that_no_video_has(tmp_path, size):
    with (
        pytest.raises(DataError, match=f"--frames. Received: {size[1]}x{size[0]}"),
        video_writer(tmp_path / "a.webm", 25, size),
    ):
        raise AssertionError("opened")


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(DataError, match="could not be written"),
        video_writer(tmp_path / "file" / "a.webm", 25, (48, 64)),
    ):
        raise AssertionError("opened")
