"""What can be wrong with one frame: its files, their values, and how they fit together."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from auxnet_keras.data.frame import Frame
from auxnet_keras.data.reader import Source
from auxnet_keras.data.units import DepthEncoding
from auxnet_keras.errors import DataError

THUMBNAIL = (16, 48)


@dataclass(frozen=True)
class Problem:
    """One line of a report.

    Args:
        level: "error": training stops at it, or learns something false; "warning": it does not.
        path: The file.
        sentence: What is wrong with it.
    """

    level: str
    path: str
    sentence: str


@dataclass
class Checked:
    """What was found out about a frame; JSON keeps it.

    Args:
        problems: Of its files.
        digest: SHA-256 of the image's pixels, so that saving it anew hides nothing; empty if it
            does not decode.
        thumbnail: The image in grey at `THUMBNAIL` (height, width), as hexadecimal uint8; empty if
            it does not decode.
        valid_depth: Share of pixels with a depth; `None` without a readable one.
        depth_range: Least and largest stored depth, in the data set's own unit.
    """

    problems: list[Problem] = field(default_factory=list)
    digest: str = ""
    thumbnail: str = ""
    valid_depth: float | None = None
    depth_range: list[float] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """For the journal."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Checked":
        """From the journal."""
        problems = [Problem(**problem) for problem in content.pop("problems")]
        return cls(problems, **content)


def check_frame(source: Source, frame: Frame) -> Checked:
    """Reads all files of a frame, each by itself, so that two bad ones give two problems."""
    found = Checked()
    image = _read(found, frame.image, lambda: source._image(frame))
    if image is not None:
        _check_image(found, frame.image, image)
    size = None if image is None else image.shape[:2]
    if frame.label is None:
        found.problems.append(Problem("warning", str(frame.image), "has no label"))
    else:
        path = frame.label
        ids = _read(found, path, lambda: source._label_ids(frame, path))
        if ids is not None and _fits(found, path, ids, size):
            known = _read(found, path, lambda: source._table(frame).train_ids(ids, path))
            if known is not None and (known == source.info.ignore_label).all():
                found.problems.append(Problem("warning", str(path), "no pixel has a class"))
    if frame.depth is None:
        found.problems.append(Problem("warning", str(frame.image), "has no depth"))
    else:
        path = frame.depth
        stored = _read(found, path, lambda: source._stored_depth(frame, path))
        if stored is not None and _fits(found, path, stored, size):
            _check_depth(found, path, stored, source.encoding)
    return found


def _read(found: Checked, path: Path, read: Callable[[], np.ndarray]) -> np.ndarray | None:
    try:
        return read()
    except DataError as error:
        found.problems.append(Problem("error", str(path), str(error)))
        return None


def _fits(found: Checked, path: Path, values: np.ndarray, size: Any) -> bool:
    if size is None or values.shape == tuple(size):
        return True
    height, width = values.shape
    sentence = f"is {width}x{height}, and its image {size[1]}x{size[0]}"
    found.problems.append(Problem("error", str(path), sentence))
    return False


def _check_image(found: Checked, path: Path, image: np.ndarray) -> None:
    found.digest = hashlib.sha256(repr(image.shape).encode() + image.tobytes()).hexdigest()
    if path.suffix.lower() == ".png" and _is_jpeg(path):
        found.problems.append(Problem("warning", str(path), "is a JPEG named .png"))
    if image.size > 3 and (image == image[0, 0]).all():
        found.problems.append(Problem("warning", str(path), "is of one colour"))
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, THUMBNAIL[::-1], interpolation=cv2.INTER_AREA)
    found.thumbnail = small.tobytes().hex()


def _is_jpeg(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(2) == b"\xff\xd8"
    except OSError:  # one file holds all frames, or this one vanished after it was read
        return False


def _check_depth(found: Checked, path: Path, stored: np.ndarray, encoding: DepthEncoding) -> None:
    values = encoding.decode(stored, encoding.unit, _no_calibration)
    valid = values >= 0
    found.valid_depth = float(valid.mean())
    if not valid.any():
        found.problems.append(Problem("warning", str(path), "no pixel has a depth"))
        return
    found.depth_range = [float(values[valid].min()), float(values[valid].max())]
    width = stored.shape[1]
    if encoding.unit == "disparity_px" and values.max() > width / 2:
        sentence = (
            f"{int((values > width / 2).sum()):,} disparities up to {values.max():.1f} px in an "
            f"image {width} px wide: at most half of it is seen by both cameras"
        )
        found.problems.append(Problem("error", str(path), sentence))


def _no_calibration() -> Any:
    raise AssertionError("a depth in its own unit needs no calibration")
