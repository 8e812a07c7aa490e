"""The videos that the prediction of a video is written to."""

import contextlib
from collections.abc import Callable
from pathlib import Path

from auxnet_keras.experiments.outputs.strip import brightest
from auxnet_keras.experiments.predictions.pictures import Pictures
from auxnet_keras.experiments.predictions.video_reading import Video
from auxnet_keras.experiments.predictions.video_writing import video_writer
from auxnet_keras.experiments.run.predictor import Predictor

ENDINGS = {"segmentation": ("_overlay.webm",), "depth": ("_depth.webm",)}
"""Task -> what its video is called after the name of the one predicted."""

FRAMES = "_frames"
"""What the folder of its frames is called after it."""


def write_films(
    video: Video, predict: Predictor, pictures: Pictures, stem: Path, advance: Callable[[], None]
) -> None:
    """Writes a video per task, with the frame rate and the size of the one predicted.

    All frames of a depth video have the colours of the first one with a positive depth: the same
    colour is the same depth.

    Args:
        video: Its frames are read one by one.
        predict: The network.
        pictures: Draws the frames.
        stem: The path of the files without the `ENDINGS`.
        advance: Called after every frame.

    Raises:
        DataError: A video cannot be written.
    """
    maximum = None
    with contextlib.ExitStack() as stack:
        writers = {
            task: stack.enter_context(video_writer(Path(f"{stem}{ending}"), video.rate, video.size))
            for task in predict.tasks
            for ending in ENDINGS[task]
        }
        for frame in video:
            prediction = predict(frame)
            if prediction.classes is not None:
                writers["segmentation"](pictures.overlay(frame, prediction.classes))
            if prediction.depth is not None:
                maximum = maximum or brightest(
                    [prediction.depth], pictures.unit, pictures.stored_unit
                )
                writers["depth"](pictures.depth(prediction.depth, maximum))
            advance()


def write_frames(
    video: Video, predict: Predictor, pictures: Pictures, stem: Path, advance: Callable[[], None]
) -> None:
    """Writes the files of an image for every frame: `000000_classes.png`, and so on.

    Args:
        video: Its frames are read one by one.
        predict: The network.
        pictures: Writes the frames.
        stem: The path of the folder without `FRAMES`.
        advance: Called after every frame.

    Raises:
        DataError: A file cannot be written.
    """
    for number, frame in enumerate(video):
        pictures.write(
            frame, predict(frame, confidence=True), Path(f"{stem}{FRAMES}", f"{number:06}")
        )
        advance()
