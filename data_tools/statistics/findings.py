"""The results of counting a data set."""

from dataclasses import asdict, dataclass, field
from typing import Any

from auxnet_keras.data.frame import DatasetInfo
from data_tools.statistics.drift import Drift
from data_tools.statistics.split_statistics import SplitStatistics


@dataclass(frozen=True)
class Findings:
    """Everything `statistics` measures in one data set.

    Weights and bins are measured on the training split only: choosing them with the validation
    data would bias its scores.

    Args:
        target: The `KIND:ROOT` that was measured.
        info: The data set's classes, colours and depth unit.
        splits: "train" and "val".
        class_weights: "median_frequency" and "enet" to a weight for each class, in the order that
            `losses.PixelCrossEntropy(class_weights=...)` takes; empty without a label.
        depth_bins: "quantile" and "log" to edges for `weighting.ClassWiseWeighting(depth_bins=...)`
            in `info.depth_unit`; a rule is missing if there are too few depths for it.
        width: The image width that disparities refer to; `None` is the files' own.
        histogram_edges: Edges of the depth histograms, one more than bins, in equal ratios; depths
            outside count in the outer bins. Empty without depths.
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
        """All results as JSON values; unknown ones are null."""
        content = {name: value for name, value in vars(self).items() if name != "info"}
        return {
            **content,
            "classes": self.info.class_names,
            "depth_unit": self.info.depth_unit,
            "splits": {split: asdict(one) for split, one in self.splits.items()},
            "drift": asdict(self.drift),
        }
