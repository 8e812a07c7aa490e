"""The position prior, a baseline that every network must beat: it knows only a pixel's position."""

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import cv2
import numpy as np

from auxnet_keras.data.files import png
from auxnet_keras.errors import DataError
from auxnet_keras.experiments.run.json_files import write_grey_png

FILE = "position_prior.png"


def position_prior(
    batches: Iterable[tuple[np.ndarray, Mapping[str, np.ndarray]]], classes: int, ignore: int
) -> np.ndarray:
    """For each position, the class that is most frequent there in the training data.

    Positions that are never labelled get the most frequent class overall.

    Args:
        batches: (image, {"segmentation": ids [B, H, W]}), unaugmented, as from `ak.data.arrays`.
        classes: Number of classes.
        ignore: The ignore label.

    Returns:
        uint8 [H, W], uint16 for more than 256 classes.
    """
    counts: np.ndarray | None = None
    for _, targets in batches:
        labels = targets["segmentation"]
        if counts is None:
            counts = np.zeros((classes, *labels.shape[1:]), np.int64)
        for label in range(classes):
            if label != ignore:
                counts[label] += (labels == label).sum(axis=0)
    if counts is None or not counts.any():
        raise DataError(
            "The training data has no labelled pixel; check its labels with `auxnet data verify`. "
            "Received: no class anywhere."
        )
    prior = counts.argmax(axis=0)
    prior[counts.sum(axis=0) == 0] = counts.sum(axis=(1, 2)).argmax()
    return prior.astype(np.uint8 if classes <= 256 else np.uint16)


def write_prior(prior: np.ndarray, folder: Path) -> None:
    """Saves the prior in the run folder, so that evaluation needs no training data."""
    write_grey_png(prior, folder / FILE)


def read_prior(folder: Path) -> np.ndarray:
    """Reads what `write_prior` wrote.

    Raises:
        DataError: The file is missing or damaged.
    """
    file = folder / FILE
    with contextlib.suppress(DataError):  # its advice is about your own images
        data = png.file_bytes(file)
        found = png.header(data, file)
        if found.colour == "grey" and found.bits in (8, 16):
            return png.decode_pixels(data, found, file, cv2.IMREAD_UNCHANGED)
    raise DataError(
        f"{file} is missing or damaged. Expected the file that training wrote; copy the whole run "
        f"folder or train again. Received: {str(file)!r}."
    )
