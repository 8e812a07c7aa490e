"""The band along the borders of classes, where most errors of a segmentation are."""

import cv2
import numpy as np


def border_band(labels: np.ndarray, width: int, ignore_label: int = 255) -> np.ndarray:
    """The pixels near a border of two classes: the "trimap" of a label map.

        band_i = there is a pixel j with another class and |i - j| <= width

    in pixels, by Euclid's distance. Pixels with the ignore label are neither in the band nor a
    border for their neighbours.

    Args:
        labels: Class ids [H, W].
        width: Of the band on each side of a border, in pixels.
        ignore_label: The ignore label.

    Returns:
        bool [H, W].

    Example:
        >>> border_band(np.array([[0, 0, 0, 1, 1]]), 1).tolist()
        [[False, False, True, True, False]]

    Reference:
        Krähenbühl and Koltun, Efficient Inference in Fully Connected CRFs, NIPS 2011, section 5.
    """
    known = labels != ignore_label
    ids = labels.astype(np.float32)
    steps = np.arange(-width, width + 1)
    disk = (steps[:, None] ** 2 + steps**2 <= width**2).astype(np.uint8)
    # In the disk around a pixel of one class alone, the largest id is the smallest.
    largest = cv2.dilate(np.where(known, ids, -np.inf), disk)
    smallest = cv2.erode(np.where(known, ids, np.inf), disk)
    return known & (largest != smallest)
