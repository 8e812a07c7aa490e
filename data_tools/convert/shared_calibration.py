"""The calibration that all frames of a converted folder share: its description has one."""

import logging
from collections.abc import Sequence
from pathlib import Path

from auxnet_keras.data.files.image import read_image, size_of
from auxnet_keras.data.frame import Frame
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.units import Calibration, NoCalibrationError
from auxnet_keras.errors import DataError
from data_tools.depth_files import DepthFiles
from data_tools.folder_layout import IMAGES, files_of

logger = logging.getLogger("auxnet_keras")


def shared_calibration(
    source: Source, frames: Sequence[Frame], out: Path, how: DepthFiles
) -> Calibration | None:
    """The calibration shared by all frames; None if they have none or different ones."""
    found: set[Calibration] = set()
    for frame in frames:
        width = _width(out / files_of(source, frame, how)[IMAGES])
        try:
            found.add(source.calibration(frame, width))
        except NoCalibrationError:
            return None
        if len(found) > 1:
            logger.warning(
                "%s: frames have different calibrations, but a folder has one only; depth is in %s",
                out,
                source.encoding.unit,
            )
            return None
    return found.pop() if found else None


def _width(path: Path) -> int:
    try:
        return size_of(path)[1]
    except DataError:  # another format under the ending of a PNG or JPEG
        return read_image(path).shape[1]
