"""The defaults of `AuxiliaryModel.compile`: the paper's losses and metrics."""

from collections.abc import Mapping
from typing import Any

import keras

from auxnet_keras.errors import ConfigError
from auxnet_keras.losses.cross_entropy import PixelCrossEntropy
from auxnet_keras.losses.depth_l1 import DepthL1
from auxnet_keras.metrics import DepthMetrics, SegmentationMetrics
from auxnet_keras.training.probabilities import gives_probabilities


def default_losses(model: keras.Model) -> dict[str, Any]:
    """Cross-entropy for the output keyed `segmentation`, L1 for the one keyed `depth`.

    Raises:
        ConfigError: An output with another key has no default loss.
    """
    losses: dict[str, Any] = {}
    for task in (*model.tasks, *(key for key in model.output_names if key not in model.tasks)):
        if task == "segmentation":
            losses[task] = PixelCrossEntropy(from_logits=not gives_probabilities(model, task))
        elif task == "depth":
            losses[task] = DepthL1()
        else:
            raise ConfigError(
                "Only outputs keyed 'segmentation' and 'depth' have default losses. Pass compile "
                f"loss={{{task!r}: ...}} with a loss for every output. Received: {task!r}."
            )
    return losses


def default_metrics(model: keras.Model, losses: Mapping[str, Any]) -> dict[str, Any]:
    """IoU and accuracy for `segmentation`, the usual errors for `depth`, none for other tasks."""
    metrics: dict[str, Any] = {}
    if "segmentation" in losses:
        ignore_label = getattr(losses["segmentation"], "ignore_label", 255)
        metrics["segmentation"] = [SegmentationMetrics(model.class_names, ignore_label)]
    if "depth" in losses:
        metrics["depth"] = [DepthMetrics()]
    return metrics
