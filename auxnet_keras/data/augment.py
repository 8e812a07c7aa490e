"""Augmentation that transforms image, labels and depth together and keeps depth correct."""

import cv2
import numpy as np

from auxnet_keras.data.frame import Sample
from auxnet_keras.data.resize import resize_bilinear, resize_nearest
from auxnet_keras.data.units import zoom_power

MAX_ZOOM = 1.5
COLOUR = 0.2  # brightness, contrast and saturation each change by up to this share


def augment(
    sample: Sample, *, seed: int, epoch: int, index: int, unit: str, stored_unit: str
) -> Sample:
    """Flips, zooms into a crop and changes colours: a pure function of (seed, epoch, index).

    A crop magnified by s shows everything s times nearer: depth in metres is divided by s,
    disparity and inverse depth are multiplied by s.

    Args:
        sample: At the training size; not changed.
        unit: The unit of `sample.depth`; "raw" scales as `stored_unit`.
    """
    random = np.random.default_rng([seed, epoch, index])
    zoom, top, left = random.uniform(1.0, MAX_ZOOM), random.random(), random.random()
    flipped = random.random() < 0.5
    brightness, contrast, saturation = random.uniform(-COLOUR, COLOUR, 3)
    power = zoom_power(unit, stored_unit)
    sample = zoom_crop(sample, zoom=zoom, top=top, left=left, power=power)
    if flipped:
        sample = flip(sample)
    image = recolour(sample.image, brightness=brightness, contrast=contrast, saturation=saturation)
    return Sample(image, sample.segmentation, sample.depth)


def flip(sample: Sample) -> Sample:
    """Mirrors left and right; depth keeps its values."""
    return Sample(
        *(
            np.ascontiguousarray(part[:, ::-1])
            for part in (sample.image, sample.segmentation, sample.depth)
        )
    )


def zoom_crop(sample: Sample, *, zoom: float, top: float, left: float, power: int) -> Sample:
    """A crop of 1/zoom of the height and width, back at full size.

    Args:
        top, left: Position of the crop, 0 (first row or column) to 1 (last).
        power: Depth is multiplied by (width / crop width) ** power.
    """
    height, width = sample.segmentation.shape
    crop_height, crop_width = max(1, round(height / zoom)), max(1, round(width / zoom))
    y, x = round(top * (height - crop_height)), round(left * (width - crop_width))
    window = (slice(y, y + crop_height), slice(x, x + crop_width))
    depth = resize_nearest(sample.depth[window], (height, width))
    factor = np.float32((width / crop_width) ** power)
    return Sample(
        resize_bilinear(np.ascontiguousarray(sample.image[window]), (height, width)),
        resize_nearest(sample.segmentation[window], (height, width)),
        np.where(depth >= 0, depth * factor, depth),
    )


def recolour(
    image: np.ndarray, *, brightness: float, contrast: float, saturation: float
) -> np.ndarray:
    """uint8 [H, W, 3] with each of the three changed by the given share (0 changes nothing)."""
    grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    image = cv2.addWeighted(image, 1.0 + saturation, grey, -saturation, 0.0)
    levels = np.arange(256, dtype=np.float32)
    levels = (levels - 127.5) * (1.0 + contrast) + 127.5 + 255.0 * brightness
    return cv2.LUT(image, np.clip(np.rint(levels), 0, 255).astype(np.uint8))
