"""The class of a pixel in the auxiliary task: its label, or the bin of its true depth."""

import itertools
from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from auxnet_keras.core.pixels import as_map, known_labels, valid_depth
from auxnet_keras.core.types import Tensor
from auxnet_keras.data.bin_presets import preset_bins
from auxnet_keras.errors import ConfigError


class SemanticClasses:
    """The class ids of a segmentation.

    Args:
        names: One name per class.
        ignore_label: The id that is neither a class nor an error.
    """

    def __init__(self, names: Sequence[str], ignore_label: int) -> None:
        self.names = tuple(names)
        self.ignore_label = ignore_label

    def of(self, target: Tensor, like: Tensor) -> tuple[Tensor, Tensor]:
        """Ids int32 [B, H, W], `len(names)` where there is no class, and the number of errors.

        Args:
            target: The target from the data set.
            like: A map of the expected size.
        """
        labels = ops.cast(as_map("label of the auxiliary task", target, like), "int32")
        known = known_labels(labels, len(self.names), self.ignore_label)
        stray = ops.logical_not(ops.logical_or(known, labels == self.ignore_label))
        return ops.where(known, labels, len(self.names)), ops.sum(ops.cast(stray, "float32"))


class DepthClasses:
    """Bins of the true depth: [0, e_1), [e_1, e_2), ..., [e_E, infinity).

    Args:
        edges: E increasing numbers >= 0 in the target's unit.
    """

    def __init__(self, edges: np.ndarray) -> None:
        self.edges = edges
        self.names = bin_names(edges)

    def of(self, target: Tensor, like: Tensor) -> tuple[Tensor, Tensor]:
        """As `SemanticClasses.of`; no depth counts as an error."""
        depth = ops.cast(as_map("target of the auxiliary task", target, like), "float32")
        measured = valid_depth(depth)
        bins = ops.digitize(ops.where(measured, depth, 0.0), self.edges.tolist())
        return ops.where(measured, ops.cast(bins, "int32"), len(self.names)), ops.zeros(())


# Edges between bins, or the name of a preset.
Bins = str | Sequence[float] | np.ndarray


def bin_edges(depth_bins: Bins | None, width: int | None = None) -> np.ndarray:
    """The edges between bins, float32 [E].

    Args:
        depth_bins: Edges, or the name of a preset with or without a unit: "vkitti:inverse_depth".
        width: Width of the network's maps [px], needed for a preset in disparity.

    Raises:
        ConfigError: No edges, or edges that are not finite, >= 0 and increasing (float32).
    """
    if isinstance(depth_bins, str):
        name, _, unit = depth_bins.partition(":")
        depth_bins = preset_bins(name, unit or None, width=width)
    try:
        edges = np.asarray(depth_bins, np.float32)
    except (TypeError, ValueError):
        edges = np.empty(0, np.float32)
    if edges.ndim != 1 or not edges.size or not np.isfinite(edges).all():
        raise ConfigError(
            "depth_bins must be the finite edges between the bins, at least one, in the target's "
            "unit, for example [5, 10, 20]. ak.data.depth_bins measures them. "
            f"Received: {depth_bins!r}."
        )
    if edges[0] < 0 or (np.diff(edges) <= 0).any():
        raise ConfigError(
            "depth_bins must be >= 0 and increase: E edges make E + 1 bins, the first one below "
            f"the first edge and the last one above the last edge. Received: {depth_bins!r}."
        )
    return edges


def bin_names(edges: np.ndarray) -> tuple[str, ...]:
    """`depth_0-5`, `depth_5-10`, `depth_10-inf`, with enough digits to distinguish the edges."""
    for digits in range(3, 10):  # 9 digits distinguish any two float32
        numbers = [
            np.format_float_positional(edge, digits, fractional=False, trim="-") for edge in edges
        ]
        if len(set(numbers)) == len(numbers):
            break
    ends = ["0", *numbers, "inf"]
    return tuple(f"depth_{a}-{b}" for a, b in itertools.pairwise(ends))


def auxiliary_classes(
    model: keras.Model, task: str, num_classes: int | None, depth_bins: Bins | None
) -> SemanticClasses | DepthClasses:
    """The classes of an auxiliary task of `model`.

    An output with one channel is a depth; any other is a segmentation.

    Raises:
        ConfigError: Depth without bins; invalid edges; `num_classes` does not match.
    """
    output = model.output[task]
    channels = output.shape[-1]
    classes: SemanticClasses | DepthClasses
    if channels == 1:
        if depth_bins is None:
            raise ConfigError(
                f"The classes of the auxiliary task {task!r} are bins of the true depth. Pass "
                "depth_bins=ak.data.depth_bins(train, 10), your own edges in the target's unit, or "
                "'vkitti', 'nyuv2' or 'cityscapes'. Received: depth_bins=None."
            )
        width = output.shape[2]
        edges = bin_edges(depth_bins, width)
        if width is None and (edges != bin_edges(depth_bins, 1)).any():
            raise ConfigError(
                "A preset of edges in pixels of disparity depends on the image width, but this "
                "network takes images of any width. Pass your own edges, or build the network with "
                f"a fixed input_shape. Received: depth_bins={depth_bins!r}, width None."
            )
        classes = DepthClasses(edges)
        source = f"the edges in depth_bins make {len(classes.names)} bins"
    else:
        names = model.class_names if task == "segmentation" else [str(c) for c in range(channels)]
        classes = SemanticClasses(names, getattr(model.loss[task], "ignore_label", 255))
        source = f"the output {task!r} has {channels} channels"
    if num_classes not in (None, len(classes.names)):
        raise ConfigError(
            f"num_classes does not match the auxiliary task: {source}. Leave num_classes out, or "
            f"pass {len(classes.names)}. Received: num_classes={num_classes}."
        )
    return classes
