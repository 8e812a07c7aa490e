"""Scores of parts of the images: by distance, along the borders of classes, and by class."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from auxnet_keras.data.frame import IGNORE
from auxnet_keras.metrics import depth_scores
from auxnet_keras.metrics.borders import border_band
from auxnet_keras.metrics.depth_ranges import RANGES, metric_ranges, range_edges, third_ranges

BORDER = 5
"""Width in pixels, at the image's own size, of the band on each side of a class border."""

MIN_DEPTH = 1e-3
_RANGES, _SIDES = len(RANGES) + 1, 3
_BAND, _INSIDE = 0, 1
_EVERY = slice(None)
_PARTS: dict[str, tuple[slice, slice]] = {
    "all": (_EVERY, _EVERY),
    **{name: (slice(number, number + 1), _EVERY) for number, name in enumerate(RANGES)},
    "border": (_EVERY, slice(_BAND, _BAND + 1)),
    "interior": (_EVERY, slice(_INSIDE, _INSIDE + 1)),
}
PARTS = tuple(_PARTS)
"""The names of the parts, in their order."""

Scores = dict[str, float | None]


@dataclasses.dataclass(frozen=True)
class ImageMaps:
    """The maps of one image that parts are scored on, [H, W] each.

    Attributes:
        labels: True class ids, 255 = ignore.
        classes: Predicted class ids, or `None`.
        true_metres: True depth, -1 = invalid, or `None` where metres are unknown.
        metres: Predicted depth, or `None`.
        depth: True depth in any unit, -1 = invalid, or `None` without a depth file.
    """

    labels: np.ndarray
    classes: np.ndarray | None
    true_metres: np.ndarray | None
    metres: np.ndarray | None
    depth: np.ndarray | None


class Parts:
    """Sums over the pixels of each part, image by image.

    Every pixel is in one cell: of a range (near, middle, far, none) and a side (near a border of
    classes, inside a class, without a label). The sums of a part are those of its cells.

    Args:
        names: Names of the classes.
        farthest: Largest depth that is scored, in metres.
        far_is_large: Whether a larger value of `ImageMaps.depth` is farther away.
    """

    def __init__(self, names: tuple[str, ...], farthest: float, *, far_is_large: bool) -> None:
        self.names = names
        self.farthest = farthest
        self.far_is_large = far_is_large
        self.in_metres: bool | None = None  # as the first image with depth says
        classes = len(names)
        self.counts = np.zeros((_RANGES, _SIDES, classes, classes), np.int64)
        # The last class is of pixels without a label.
        self.sums = np.zeros((_RANGES, _SIDES, classes + 1, depth_scores.TERMS))

    def add(self, maps: ImageMaps) -> None:
        """Adds the pixels of one image."""
        classes = len(self.names)
        labels = maps.labels.astype(np.int64)
        labels[(labels == IGNORE) | (labels >= classes)] = classes
        cells = self._cells(maps, labels < classes)
        if maps.classes is not None:
            known = labels < classes
            pairs = (cells[known] * classes + labels[known]) * classes + maps.classes[known]
            self.counts += np.bincount(pairs, minlength=self.counts.size).reshape(self.counts.shape)
        if maps.metres is not None and maps.true_metres is not None:
            truth = maps.true_metres
            counted = np.isfinite(truth) & (truth > 0) & (truth <= self.farthest)
            said = np.clip(maps.metres[counted].astype(np.float64), MIN_DEPTH, self.farthest)
            true = truth[counted].astype(np.float64)
            keys = cells[counted] * (classes + 1) + labels[counted]
            each = depth_scores.terms(true, said, np.full(said.shape, True), MIN_DEPTH)
            shape = self.sums.shape[:-1]
            for number, term in enumerate(each):
                found = np.bincount(keys, weights=term, minlength=self.sums[..., 0].size)
                self.sums[..., number] += found.reshape(shape)

    def _cells(self, maps: ImageMaps, known: np.ndarray) -> np.ndarray:
        """int64 [H, W]: the number of each pixel's cell."""
        sides = np.where(border_band(maps.labels, BORDER), _BAND, np.where(known, _INSIDE, 2))
        ranges = np.full(sides.shape, -1, np.int8)
        if maps.depth is not None:
            if self.in_metres is None:
                self.in_metres = maps.true_metres is not None
            if not self.in_metres:
                ranges = third_ranges(maps.depth, far_is_large=self.far_is_large)
            elif maps.true_metres is not None:  # else this image alone has no calibration
                ranges = metric_ranges(maps.true_metres, range_edges(self.farthest))
        return np.where(ranges < 0, len(RANGES), ranges).astype(np.int64) * _SIDES + sides

    def results(self, segmentation: Callable[[np.ndarray], Scores]) -> dict[str, Any]:
        """What was found: `parts` and, with depth and classes, `depth_by_class`.

        Args:
            segmentation: Turns a confusion matrix into scores.
        """
        parts: dict[str, Any] = {}
        if self.in_metres is not None:
            edges = [0.0, *range_edges(self.farthest)] if self.in_metres else None
            parts["ranges"] = {"unit": "metres" if edges else "thirds of an image", "edges": edges}
        parts["border_px"] = BORDER
        for part, cells in _PARTS.items():
            counts, sums = self.counts[cells].sum(axis=(0, 1)), self.sums[cells].sum(axis=(0, 1, 2))
            scores = {}
            if counts.any():
                scores["segmentation"] = {"pixels": int(counts.sum()), **segmentation(counts)}
            if sums[0]:
                scores["depth"] = _depth(sums)
            if scores:
                parts[part] = scores
        of_class = self.sums.sum(axis=(0, 1))
        by_class = {
            name: _depth(sums)
            for name, sums in zip(self.names, of_class[:-1], strict=True)
            if sums[0]
        }
        return {"parts": parts} | ({"depth_by_class": by_class} if by_class else {})


def _depth(sums: np.ndarray) -> Scores:
    scores = {key: float(value) for key, value in depth_scores.scores(sums).items()}
    return {"pixels": int(sums[0]), **scores}
