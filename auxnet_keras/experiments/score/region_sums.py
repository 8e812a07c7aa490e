"""Sums over the pixels of each class, which give the scores inside and outside its region."""

from typing import Any

import numpy as np

from auxnet_keras.data.frame import Frame
from auxnet_keras.data.readers.base import Source
from auxnet_keras.experiments.run.run import Run
from auxnet_keras.experiments.score.evaluation import converted
from auxnet_keras.metrics import confusion
from auxnet_keras.metrics.regions import Regions, iou_regions, log_l1, regions


class RegionSums:
    """One run's sums over the pixels of each class, frame by frame.

    Args:
        run: A trained run.
        source: The reader of the frames.
        ignore_void: Whether pixels of the class void are ignored.
    """

    def __init__(self, run: Run, source: Source, ignore_void: bool) -> None:
        self.names = run.info.class_names
        self.source = source
        self.ignore_void = ignore_void
        self.predict = run.predictor
        self.counts = np.zeros((len(self.names),) * 2, np.int64)
        self.log_sums = np.zeros(len(self.names))
        self.log_pixels = np.zeros(len(self.names), np.int64)

    def add(self, frame: Frame) -> None:
        """Predicts a frame at its own size and adds its pixels."""
        unit, classes = self.predict.depth_unit, len(self.names)
        sample = self.source.read(frame, unit, self.ignore_void)
        prediction = self.predict(sample.image, sample.depth)
        if prediction.classes is not None:
            self.counts += confusion.count_pairs(sample.segmentation, prediction.classes, classes)
        if prediction.depth is not None and frame.depth is not None:
            truth = sample.depth[..., 0]
            valid = truth >= 0
            metres = [
                converted(self.source, frame, values, unit, "metres")
                for values in (np.where(valid, truth, 1.0), prediction.depth)
            ]
            measured = np.where(valid, metres[0], -1.0)
            sums, pixels = log_l1(
                sample.segmentation,
                measured,
                metres[1],
                classes,
                max_depth=self.source.info.scored_metres,
            )
            self.log_sums += sums
            self.log_pixels += pixels

    def scores(self) -> dict[str, Regions]:
        """Frequency-weighted IoU and log L1 of the full image and of each class's region."""
        return {"iou": iou_regions(self.counts), "log_l1": regions(self.log_sums, self.log_pixels)}

    def mean_iou(self) -> float | None:
        """As `evaluate`; `None` without a segmentation."""
        if not self.counts.any():
            return None
        return plain(confusion.scores(self.counts, self.names)["mean_iou"])


def plain(value: Any) -> float | None:
    """A number for JSON: NaN is `None`."""
    return None if np.isnan(value) else float(value)
