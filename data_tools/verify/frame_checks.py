"""Checks one frame: its files, their values, and whether they fit together."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from auxnet_keras.core.printable import printable
from auxnet_keras.data.files.orientation import TURNS, orientation
from auxnet_keras.data.frame import Frame
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.readers.vkitti import VkittiSource
from auxnet_keras.data.readers.vkitti_labels import UNLISTED
from auxnet_keras.data.units import NoCalibrationError
from auxnet_keras.errors import DataError
from data_tools.verify.depth_checks import depth_problems, measured
from data_tools.verify.problem import Problem, unreadable_file

THUMBNAIL = (16, 48)


@dataclass
class Checked:
    """The findings about a frame; JSON can store them.

    Args:
        problems: The problems of its files.
        digest: SHA-256 of the image's pixels, so that re-encoding hides nothing; empty if it
            does not decode.
        thumbnail: The image in grey at `THUMBNAIL` (height, width), as hexadecimal uint8; empty if
            it does not decode.
        valid_depth: Share of pixels with a depth; `None` without a readable depth file.
        depth_range: Smallest and largest depth, in the data set's own unit.
    """

    problems: list[Problem] = field(default_factory=list)
    digest: str = ""
    thumbnail: str = ""
    valid_depth: float | None = None
    depth_range: list[float] = field(default_factory=list)

    def add(self, level: str, code: str, path: Path, sentence: str) -> None:
        """Adds a problem."""
        self.problems.append(Problem(level, code, str(path), sentence))

    def to_json(self) -> dict[str, Any]:
        """For the journal."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Checked":
        """From the journal."""
        problems = [Problem(**problem) for problem in content["problems"]]
        return cls(**{**content, "problems": problems})


def check_frame(source: Source, frame: Frame) -> Checked:
    """Reads all files of a frame independently, so that two bad ones give two problems."""
    found = Checked()
    image = _read(found, frame.image, lambda: source.image(frame))
    if image is not None:
        _check_image(found, frame.image, image)
        _check_orientation(found, frame.image, source)
    size = None if image is None else image.shape[:2]
    if frame.label is None:
        if source.declares("label"):
            found.add("warning", "no_label", frame.image, "has no label")
    else:
        path = frame.label
        ids = _read(found, path, lambda: source.label_ids(frame, path))
        if ids is not None and _fits(found, source, frame, "label", ids, size):
            _check_label(found, path, ids, source, frame)
    if frame.depth is None:
        if source.declares("depth"):
            found.add("warning", "no_depth", frame.image, "has no depth")
    else:
        path = frame.depth
        stored = _read(found, path, lambda: source.stored_depth(frame, path))
        if stored is not None and _fits(found, source, frame, "depth", stored, size):
            _check_calibration(found, source, frame, stored.shape[1])
            values = measured(stored, source.encoding)
            found.valid_depth = values.size / stored.size
            if values.size:
                found.depth_range = [float(values.min()), float(values.max())]
            found.problems += depth_problems(path, stored, values, source)
    return found


def _check_calibration(found: Checked, source: Source, frame: Frame, width: int) -> None:
    try:
        source.calibration(frame, width)
    except NoCalibrationError:
        return
    except DataError as error:
        own = (frame.image, frame.label, frame.depth)
        path = next((path for path in source.files(frame) if path not in own), frame.image)
        found.add("error", "calibration", path, str(error))


def _read(found: Checked, path: Path, read: Callable[[], np.ndarray]) -> np.ndarray | None:
    try:
        return read()
    except DataError as error:
        found.problems.append(unreadable_file(path, error))
    except Exception as error:  # whatever a decoder throws, the other files are still checked
        reason = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        found.add("error", "unreadable", path, f"cannot be read ({printable(reason)})")
    return None


def _fits(
    found: Checked, source: Source, frame: Frame, what: str, values: np.ndarray, size: Any
) -> bool:
    if size is None or values.shape == tuple(size) or what in source.resized:
        return True
    height, width = values.shape
    path = frame.label if what == "label" else frame.depth
    sentence = (
        f"is {width}x{height}, but its image is {size[1]}x{size[0]}: "
        f"{source.size_remedy(what, frame, size, values.shape)}"
    )
    found.add("error", "other_size", path or frame.image, sentence)
    return False


def _check_label(found: Checked, path: Path, ids: np.ndarray, source: Source, frame: Frame) -> None:
    known = _read(found, path, lambda: source.label_table(frame).train_ids(ids, path))
    if known is None:
        return
    if (known == source.info.ignore_label).all():
        found.add("warning", "empty_label", path, "no pixel has a class")
    elif isinstance(source, VkittiSource) and (ids == UNLISTED).any():
        unlisted = int((ids == UNLISTED).sum())
        sentence = (
            f"colours that belong to no category, ignored in {unlisted:,} of {ids.size:,} pixels"
        )
        found.add("warning", "unlisted_colours", path, sentence)


def _check_image(found: Checked, path: Path, image: np.ndarray) -> None:
    found.digest = hashlib.sha256(repr(image.shape).encode() + image.tobytes()).hexdigest()
    if path.suffix.lower() == ".png" and _is_jpeg(path):
        found.add("warning", "jpeg_named_png", path, "is a JPEG named .png")
    if image.size > 3 and (image == image[0, 0]).all():
        found.add("warning", "one_colour", path, "has only one colour")
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, THUMBNAIL[::-1], interpolation=cv2.INTER_AREA)
    found.thumbnail = small.tobytes().hex()


def _check_orientation(found: Checked, path: Path, source: Source) -> None:
    if source.upright or not path.is_file():
        return
    tag = orientation(path.read_bytes())
    if tag != 1:
        sentence = (
            f"has orientation tag {tag}, {TURNS[tag]}; it is read as stored, as are its labels and "
            "depth (`orientation: upright` in dataset.yaml turns images)"
        )
        found.add("warning", "orientation", path, sentence)


def _is_jpeg(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(2) == b"\xff\xd8"
    except OSError:  # one file holds all frames, or this one was removed after it was read
        return False
