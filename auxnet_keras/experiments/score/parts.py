"""Scores of parts of the images: by distance, along the borders of classes, and by class."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from auxnet_keras.data.frame import IGNORE
from auxnet_keras.metrics import confusion, depth_scores
from auxnet_keras.metrics.borders import border_band
from auxnet_keras.metrics.depth_ranges import RANGES, metric_ranges, range_edges, third_ranges

BORDER = 5
"""Width in pixels, at the image's own size, of the band on each side of a class border."""

MIN_DEPTH = 1e-3
PARTS = ("all", *RANGES, "border", "interior")

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
        self.counts = {part: np.zeros((len(names),) * 2, np.int64) for part in PARTS}
        self.sums = {part: np.zeros(depth_scores.TERMS) for part in PARTS}
        self.class_sums = np.zeros((len(names), depth_scores.TERMS))

    def add(self, maps: ImageMaps) -> None:
        """Adds the pixels of one image."""
        for part, inside in self._masks(maps).items():
            if maps.classes is not None:
                self.counts[part] += confusion.count_pairs(
                    maps.labels[inside], maps.classes[inside], len(self.names)
                )
            self.sums[part] += self._depth_sums(maps, inside)
        for c in np.unique(maps.labels[maps.labels != IGNORE]):
            if c < len(self.names) and maps.metres is not None:
                self.class_sums[c] += self._depth_sums(maps, maps.labels == c)

    def _masks(self, maps: ImageMaps) -> dict[str, np.ndarray]:
        known = maps.labels != IGNORE
        band = border_band(maps.labels, BORDER)
        masks = {"all": np.ones_like(known), "border": band, "interior": known & ~band}
        if maps.depth is None:
            return masks
        if self.in_metres is None:
            self.in_metres = maps.true_metres is not None
        if not self.in_metres:
            ranges = third_ranges(maps.depth, far_is_large=self.far_is_large)
        elif maps.true_metres is not None:
            ranges = metric_ranges(maps.true_metres, range_edges(self.farthest))
        else:  # this image alone has no calibration
            return masks
        return masks | {name: ranges == number for number, name in enumerate(RANGES)}

    def _depth_sums(self, maps: ImageMaps, inside: np.ndarray) -> np.ndarray:
        if maps.true_metres is None or maps.metres is None:
            return np.zeros(depth_scores.TERMS)
        truth = maps.true_metres
        counted = inside & np.isfinite(truth) & (truth > 0) & (truth <= self.farthest)
        said = np.clip(maps.metres[counted].astype(np.float64), MIN_DEPTH, self.farthest)
        truth = truth[counted].astype(np.float64)
        return depth_scores.sums(truth, said, np.full(said.shape, True), MIN_DEPTH)

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
        for part in PARTS:
            scores = {}
            pixels = int(self.counts[part].sum())
            if pixels:
                scores["segmentation"] = {"pixels": pixels, **segmentation(self.counts[part])}
            if self.sums[part][0]:
                scores["depth"] = _depth(self.sums[part])
            if scores:
                parts[part] = scores
        found = {"parts": parts}
        by_class = {
            name: _depth(sums)
            for name, sums in zip(self.names, self.class_sums, strict=True)
            if sums[0]
        }
        return found | ({"depth_by_class": by_class} if by_class else {})


def _depth(sums: np.ndarray) -> Scores:
    scores = {key: float(value) for key, value in depth_scores.scores(sums).items()}
    return {"pixels": int(sums[0]), **scores}
