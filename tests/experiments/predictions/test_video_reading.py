"""Videos frame by frame: sizes, rates, turned and damaged ones."""

import os

import cv2
import numpy as np
import pytest

from auxnet_keras.errors import DataError
from auxnet_keras.experiments.predictions import video_reading
from auxnet_keras.experiments.predictions.video_reading import Video
from tests.experiments.predictions.videos import cut, film, picture, turned


@pytest.mark.parametrize(
    ("name", "codec"), [("a.webm", "VP80"), ("a.mp4", "mp4v"), ("a.avi", "MJPG"), ("a.mkv", "VP80")]
)
def test_all_frames_in_order_and_in_rgb(tmp_path, capfd, name, codec):
    video = Video(film(tmp_path / name, codec=codec))
    frames = list(video)
    assert (len(frames), video.read, video.total, video.cut) == (20, 20, 20, False)
    assert video.rate == pytest.approx(12.5)
    for number in (0, 19):
        frame = frames[number]
        assert (frame.shape, frame.dtype) == ((48, 64, 3), np.uint8)
        assert np.abs(frame.astype(int) - picture(number)).mean() < 12  # of a lossy codec
    assert capfd.readouterr().err == ""


def test_a_phone_held_sideways(tmp_path):
    path = turned(film(tmp_path / "a.mp4", codec="mp4v"))
    upright = next(iter(Video(path)))
    stored = next(iter(Video(path, upright=False)))
    assert stored.shape == (48, 64, 3)
    assert np.abs(np.rot90(stored, -1).astype(int) - upright).mean() < 3


def test_a_video_that_ends_early_says_so(tmp_path, capfd):
    video = Video(cut(film(tmp_path / "a.webm", frames=40)))
    frames = list(video)
    assert 5 < len(frames) == video.read < 35
    assert video.total == 40 and video.cut
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.mp4", b"", "Empty file"),
        ("a.mp4", b"text\n" * 99, r"Not a video.*Received: a file that starts with b'text"),
        ("a.mkv", b"#EXTM3U\n#EXTINF:1,\nhttp://localhost/a.ts\n", "Not a video"),
        ("a.avi", b"RIFF\0\0\0\0WAVE" * 9, "Not a video"),
        ("a.mp4", b"\0\0\0\x18ftypisom" + bytes(999), "Truncated or damaged video"),
        ("a.webm", b"\x1aE\xdf\xa3" + bytes(999), "Truncated or damaged video"),
    ],
)
def test_what_is_no_video(tmp_path, capfd, name, content, says):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=says) as caught:
        Video(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)
    assert capfd.readouterr().err == ""


def test_an_mp4_cut_in_half_has_no_table_of_its_frames(tmp_path):
    with pytest.raises(DataError, match="Truncated or damaged video"):
        Video(cut(film(tmp_path / "a.mp4", codec="mp4v")))


def test_a_pipe_is_no_video(tmp_path):
    os.mkfifo(tmp_path / "a.mp4")
    with pytest.raises(DataError, match="a pipe"):
        Video(tmp_path / "a.mp4")


def test_a_name_that_is_not_utf8_does_not_end_the_process(tmp_path):
    path = film(tmp_path / "a.webm").rename(tmp_path / os.fsdecode(b"\xff.webm"))
    with pytest.raises(DataError, match="must be UTF-8"):
        Video(path)


def test_spaces_and_other_scripts(tmp_path):
    assert Video(film(tmp_path / "ein Film ü 映画.webm")).total == 20


class Capture:
    """Stands for OpenCV's reader; `facts` are its answers, `frames` what it reads."""

    facts: dict = {}
    frames: list = []

    def __init__(self, *_):
        self.left = list(self.frames)

    def isOpened(self):  # noqa: N802
        return True

    def set(self, what, value):
        pass

    def get(self, what):
        return self.facts.get(what, 64.0)

    def read(self):
        return (True, self.left.pop(0)) if self.left else (False, None)

    def release(self):
        pass


@pytest.fixture
def capture(tmp_path, monkeypatch):
    """`capture(facts, frames)` -> a video that answers so."""
    (tmp_path / "a.webm").write_bytes(b"\x1aE\xdf\xa3")

    def video(facts, frames):
        monkeypatch.setattr(Capture, "facts", facts)
        monkeypatch.setattr(Capture, "frames", frames)
        monkeypatch.setattr(video_reading.cv2, "VideoCapture", Capture)
        return Video(tmp_path / "a.webm")

    return video


@pytest.mark.parametrize(
    ("said", "used"),
    [(0.0, 25), (-1.0, 25), (float("nan"), 25), (1000.0, 25), (0.5, 0.5), (29.97, 29.97)],
)
def test_an_implausible_rate_is_replaced(capture, said, used):
    facts = {cv2.CAP_PROP_FPS: said, cv2.CAP_PROP_FRAME_COUNT: -1e17}
    video = capture(facts, [np.zeros((8, 8, 3), np.uint8)])
    assert (video.rate, video.total, video.cut) == (used, None, False)


def test_a_variable_rate_is_no_cut_video(capture):
    """1,000 frames per second for 4 s are claimed, and one of 3.9 s is the last."""
    facts = {
        cv2.CAP_PROP_FPS: 1000.0,
        cv2.CAP_PROP_FRAME_COUNT: 4000.0,
        cv2.CAP_PROP_POS_MSEC: 3900.0,
    }
    video = capture(facts, [np.zeros((8, 8, 3), np.uint8)] * 3)
    list(video)
    assert video.read == 3 and not video.cut


def test_frames_of_another_size_become_as_the_first(capture):
    frames = [np.zeros((8, 16, 3), np.uint8), np.full((16, 32, 3), 7, np.uint8)]
    assert [frame.shape for frame in capture({}, frames)] == [(8, 16, 3)] * 2


def test_a_size_that_no_memory_holds_is_refused(capture):
    facts = dict.fromkeys((cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT), 60000.0)
    with pytest.raises(DataError, match="60000x60000"):
        capture(facts, [np.zeros((8, 8, 3), np.uint8)])
