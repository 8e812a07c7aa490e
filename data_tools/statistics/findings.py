"""What is known about a data set once it has been counted."""

from dataclasses import asdict, dataclass, field
from typing import Any

from auxnet_keras.data.frame import DatasetInfo
from data_tools.statistics.drift import Drift
from data_tools.statistics.split_statistics import SplitStatistics


@dataclass(frozen=True)
class Findings:
    """Everything `statistics` measures in one data set.

    Weights and bins are measured on the training split alone: what is chosen by a look at the
    validation data makes its scores better than they are.

    Args:
        target: What was looked at.
        info: The data set's classes, colours and depth unit.
        splits: "train" and "val".
        class_weights: "median_frequency" and "enet" to a weight for each class, in the order that
            `losses.PixelCrossEntropy(class_weights=...)` takes; empty without a label.
        depth_bins: "quantile" and "log" to edges for `weighting.ClassWiseWeighting(depth_bins=...)`
            in `info.depth_unit`; without a rule for which there are too few depths.
        width: That disparities are in pixels of; `None` is the files' own.
        histogram_edges: Of the depth histograms, one more than bins, in equal ratios; what lies
            outside belongs to the outer bins. Empty without depths.
        drift: How training and validation differ.
        unreadable: Files that could not be read.
    """

    target: str
    info: DatasetInfo = field(repr=False)
    splits: dict[str, SplitStatistics]
    class_weights: dict[str, tuple[float, ...]]
    depth_bins: dict[str, tuple[float, ...]]
    width: int | None
    histogram_edges: tuple[float, ...] = field(repr=False)
    drift: Drift
    unreadable: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """All of it, for a file; what is not known is null."""
        content = {name: value for name, value in vars(self).items() if name != "info"}
        return {
            **content,
            "classes": self.info.class_names,
            "depth_unit": self.info.depth_unit,
            "splits": {split: asdict(one) for split, one in self.splits.items()},
            "drift": asdict(self.drift),
        }
