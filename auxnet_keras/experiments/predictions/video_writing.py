"""Writes videos that are whole or absent: VP8 in WebM, which every browser plays."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from auxnet_keras.core.silence import silent
from auxnet_keras.errors import DataError
from auxnet_keras.experiments.predictions.video_reading import check_name
from auxnet_keras.storage.atomic import replacing
from auxnet_keras.storage.write_errors import write_error, writing

_CODEC = cv2.VideoWriter.fourcc(*"VP80")  # a fifth of the time that VP9 takes
_LONGEST_SIDE = 16383


@contextlib.contextmanager
def video_writer(
    path: Path, rate: float, size: tuple[int, int]
) -> Iterator[Callable[[np.ndarray], None]]:
    """Yields a function that appends a frame, uint8 [H, W, 3], RGB.

    The file appears when the block ends, and not at all if it raises. Its sides are even, as the
    codec needs: an odd last row or column is left out.

    Args:
        path: A file that ends in `.webm`; its folder is created.
        rate: Frames per second.
        size: (height, width) of the frames.

    Raises:
        DataError: The video cannot be written, or not whole, as on a full disk.
    """
    height, width = (side // 2 * 2 for side in size)
    if not 0 < min(height, width) <= max(height, width) <= _LONGEST_SIDE:
        raise DataError(
            f"{path} cannot be a video. Expected frames with sides of 2 to {_LONGEST_SIDE:,} "
            f"pixels; write them as pictures with --frames. Received: {size[1]}x{size[0]}."
        )
    check_name(path)
    with writing(path), replacing(path) as place:
        count = 0
        with silent():
            file = cv2.VideoWriter(str(place), cv2.CAP_FFMPEG, _CODEC, rate, (width, height))

        def write(frame: np.ndarray) -> None:
            nonlocal count
            with silent():
                file.write(np.ascontiguousarray(frame[:height, :width, ::-1]))
            count += 1

        try:
            yield write
        finally:
            with silent():
                file.release()
        if _frames_in(place) != count:  # OpenCV reports no failed write
            raise write_error(path, "fewer frames than were written; perhaps the disk is full")


def _frames_in(path: Path) -> int:
    count = 0
    with silent():
        file = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        while file.grab():
            count += 1
        file.release()
    return count
