"""Predictions of videos: as videos, and as pictures of their frames."""

import numpy as np
import pytest

from auxnet_keras.errors import DataError
from auxnet_keras.experiments import load_run, predict
from auxnet_keras.experiments.outputs.strip import depth_picture
from auxnet_keras.experiments.predictions.video_reading import Video
from auxnet_keras.experiments.run.predictor import Prediction
from tests.experiments.predictions.fakes import ALWAYS, Fake, files_of, read, written
from tests.experiments.predictions.videos import cut, film, turned


def test_a_video_among_images(trained, tmp_path, capfd):
    film(tmp_path / "in" / "day 1" / "clip ü.MP4", codec="mp4v")
    (path,) = predict(trained, [tmp_path / "in"], tmp_path / "out")
    assert path.name == "clip ü.MP4"
    stem = "day 1/clip ü"
    assert written(tmp_path / "out") == {f"{stem}_overlay.webm", f"{stem}_depth.webm"} | ALWAYS
    for kind in ("overlay", "depth"):
        video = Video(tmp_path / "out" / f"{stem}_{kind}.webm")
        assert video.rate == pytest.approx(12.5)
        assert (len(list(video)), video.size) == (20, (48, 64))
    assert capfd.readouterr().err == ""
    predict(trained, [tmp_path / "in"], tmp_path / "out")  # again


def test_the_overlay_is_that_of_the_frame(trained, tmp_path):
    video = Video(film(tmp_path / "a.webm", frames=3))
    predict(trained, [tmp_path / "a.webm"], tmp_path / "out")
    overlays = Video(tmp_path / "out" / "a_overlay.webm")
    from auxnet_keras import plots

    for frame, shown in zip(video, overlays, strict=True):
        classes = trained.predictor(frame).classes
        expected = plots.overlay(frame, classes, trained.info.palette)
        assert np.abs(expected.astype(int) - shown).mean() < 12


def test_frames_as_pictures(trained, tmp_path):
    film(tmp_path / "in" / "a.webm", frames=3)
    predict(trained, [tmp_path / "in"], tmp_path / "out", frames=True)
    files = files_of(*(f"a_frames/{number:06}" for number in range(3)))
    assert written(tmp_path / "out") == files | ALWAYS
    frame = list(Video(tmp_path / "in" / "a.webm"))[1]
    np.testing.assert_array_equal(
        read(tmp_path / "out" / "a_frames" / "000001_classes.png"), trained.predictor(frame).classes
    )


def test_a_phone_held_sideways(trained, tmp_path):
    turned(film(tmp_path / "a.mp4", frames=2, codec="mp4v"))
    for out, upright in (("up", True), ("stored", False)):
        predict(trained, [tmp_path / "a.mp4"], tmp_path / out, upright=upright)
    assert Video(tmp_path / "up" / "a_overlay.webm").size == (64, 48)
    assert Video(tmp_path / "stored" / "a_overlay.webm").size == (48, 64)


def test_what_can_be_read_of_a_cut_video_is_predicted(trained, tmp_path, caplog):
    path = cut(film(tmp_path / "a.webm", frames=40))
    with pytest.raises(DataError, match="1 of 1 files could not be read in full"):
        predict(trained, [path], tmp_path / "out")
    read_frames = len(list(Video(path)))
    assert len(list(Video(tmp_path / "out" / "a_overlay.webm"))) == read_frames
    (said,) = caplog.messages
    assert str(path) in said and said.endswith(f"Received: {read_frames} of 40 frames.")


def test_a_video_that_does_not_open_is_as_a_damaged_image(trained, tmp_path, caplog):
    film(tmp_path / "in" / "a.webm", frames=2)
    cut(film(tmp_path / "in" / "b.mp4", codec="mp4v"))
    (tmp_path / "in" / "c.mov").write_text("text")
    with pytest.raises(DataError, match=r"2 of 3 files could not be read in full; the others"):
        predict(trained, [tmp_path / "in"], tmp_path / "out")
    assert str(tmp_path / "in" / "b.mp4") in caplog.messages[0]
    assert str(tmp_path / "in" / "c.mov") in caplog.messages[1]
    assert written(tmp_path / "out") == {"a_overlay.webm", "a_depth.webm"} | ALWAYS


class Receding(Fake):
    """Everything is at 2 m in the first frame, and 1 m farther in each of the others."""

    def __call__(self, image, depth=None, *, confidence=False):
        prediction = super().__call__(image, depth, confidence=confidence)
        return Prediction(prediction.classes, prediction.depth + (self.calls - 1), None)


def test_one_scale_of_depth_for_the_whole_video_in_the_memory_of_a_few_frames(trained, tmp_path):
    run = load_run(trained.path)
    assert run.depth_unit == "metres"
    run.__dict__["predictor"] = fake = Receding()
    predict(run, [film(tmp_path / "a.webm", frames=30)], tmp_path / "out")
    shown = list(Video(tmp_path / "out" / "a_depth.webm"))
    assert len(shown) == 30 and fake.most <= 3
    for number in (0, 3, 29):
        depth = np.full((48, 64), 2 + number, np.float32)
        expected = depth_picture(depth, run.depth_unit, run.info.depth_unit, 2.0)
        assert np.abs(expected.astype(int) - shown[number]).mean() < 4
    assert np.abs(shown[0].astype(int) - shown[3]).max() > 30


def test_ctrl_c_leaves_no_half_video(trained, tmp_path):
    run = load_run(trained.path)
    run.__dict__["predictor"] = Fake(interrupt_at=7)
    with pytest.raises(KeyboardInterrupt):
        predict(run, [film(tmp_path / "a.webm")], tmp_path / "out")
    assert written(tmp_path / "out") == ALWAYS
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".tmp")]
