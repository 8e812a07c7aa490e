"""Reads videos frame by frame, through the FFmpeg that OpenCV brings."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from auxnet_keras.core.silence import silent
from auxnet_keras.data.files.foreign import describe
from auxnet_keras.data.files.png import check_pixels
from auxnet_keras.errors import DataError
from auxnet_keras.safety.bounded_read import file_size

VIDEOS = (".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi")
"""Endings of video files, in any case. The content decides how a file is decoded."""

_MOST_PER_SECOND = 240.0
_USUAL = 25.0
_EARLY = 0.5  # seconds; a video's stated length is not exact

# Other formats that FFmpeg reads are lists of files and addresses: a video must not name others.
_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
_MATROSKA = b"\x1aE\xdf\xa3"


class Video:
    """A video file, open until its end or until `close`.

    Args:
        path: The file.
        upright: Whether to turn the frames as the camera's orientation tag says.

    Attributes:
        path: As given.
        size: (height, width) of the frames.
        rate: Frames per second; 25 if the file says nothing plausible. A variable rate is replaced
            by the average one.
        total: The number of frames that the file claims, or `None`.
        read: The number of frames read.

    Raises:
        DataError: Not a video, or its first frame cannot be decoded.
    """

    def __init__(self, path: Path, *, upright: bool = True) -> None:
        self.path = path
        _check_start(path)
        with silent():
            self._file = cv2.VideoCapture(str(path.absolute()), cv2.CAP_FFMPEG)
            # OpenCV 4.11 turns no frames by default, 4.12 does.
            self._file.set(cv2.CAP_PROP_ORIENTATION_AUTO, float(upright))
        if not self._file.isOpened():
            raise _damaged(path, f"{path.stat().st_size:,} bytes that cannot be opened")
        width, height = (
            round(self._file.get(side))
            for side in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
        )
        check_pixels(width, height, path)
        rate = self._file.get(cv2.CAP_PROP_FPS)
        self.rate = rate if 0 < rate <= _MOST_PER_SECOND else _USUAL
        count = self._file.get(cv2.CAP_PROP_FRAME_COUNT)
        self.total = round(count) if 0 < count < 1e9 else None
        self._claimed = count / rate if rate > 0 else 0.0  # seconds
        self._last = 0.0
        self.read = 0
        self._first = self._next()
        if self._first is None:
            self.close()
            raise _damaged(path, "a video without a frame that can be decoded")

    def __iter__(self) -> Iterator[np.ndarray]:
        """The frames, uint8 [H, W, 3], RGB, all of the first one's size; once."""
        frame, self._first = self._first, None
        while frame is not None:
            yield frame
            frame = self._next()
        self.close()

    def close(self) -> None:
        """Closes the file."""
        self._file.release()

    @property
    def cut(self) -> bool:
        """Whether the frames ended well before the length that the file claims."""
        if self.total is None or self.read >= self.total:
            return False
        return self._last + 1 / self.rate + _EARLY < self._claimed

    def _next(self) -> np.ndarray | None:
        with silent():
            there, frame = self._file.read()
        if not there:
            return None
        self.read += 1
        self._last = self._file.get(cv2.CAP_PROP_POS_MSEC) / 1000
        if self.read == 1:
            self.size = frame.shape[:2]
        elif frame.shape[:2] != self.size:  # WebM may change its size on the way
            frame = cv2.resize(frame, self.size[::-1], interpolation=cv2.INTER_AREA)
        return np.ascontiguousarray(frame[..., ::-1])


def _check_start(path: Path) -> None:
    """Refuses what is no MP4, QuickTime, Matroska, WebM or AVI file."""
    if file_size(path) == 0:
        raise DataError(f"Empty file: {path}. Expected a video; copy it again. Received: 0 bytes.")
    check_name(path)
    try:
        with path.open("rb") as file:
            start = file.read(512)
    except OSError as problem:
        raise DataError(
            f"Cannot read {path}. Expected a readable file. Check its permissions. "
            f"Received: {problem.strerror}."
        ) from problem
    avi = start[:4] == b"RIFF" and start[8:12] == b"AVI "
    if not (avi or start[4:8] in _BOXES or start.startswith(_MATROSKA)):
        raise DataError(
            f"Not a video: {path}. Expected MP4, QuickTime, Matroska, WebM or AVI; convert the "
            f"file (renaming it is not enough). Received: {describe(start)}."
        )


def check_name(path: Path) -> None:
    """Refuses a path that OpenCV cannot open: without UTF-8, it ends the process."""
    try:
        str(path.absolute()).encode()
    except UnicodeEncodeError:
        raise DataError(
            "The path of a video must be UTF-8; rename the file or folder. "
            f"Received: {str(path)!r}."
        ) from None


def _damaged(path: Path, received: str) -> DataError:
    return DataError(
        f"Truncated or damaged video: {path}. Expected a complete file; copy or download it again. "
        f"Received: {received}."
    )
