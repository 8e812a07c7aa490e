"""Segmentation scores of an epoch, accumulated in one confusion matrix."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from auxnet_keras.core.pixels import as_map, known_labels
from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError
from auxnet_keras.metrics.confusion import scores

# Counts are kept as high * CARRY + low. float32 alone would lose single pixels beyond 2^24, int32
# overflows after a thousand Cityscapes images, and int64 does not exist on every backend.
CARRY = 2.0**20


@keras.saving.register_keras_serializable(package="auxnet_keras")
class SegmentationMetrics(keras.metrics.Metric):
    """IoU of every class, mean, frequency-weighted and micro IoU, pixel and mean class accuracy.

    Formulas as in `metrics.confusion.scores`, applied to the confusion matrix of all
    labelled pixels since the last reset. Pixels with the ignore label or an id outside the classes
    never count. Counts are exact up to 2^44 pixels, as long as no batch has more than 2^23 pixels
    of one class that are predicted as the same class.

    Keras logs the entries of a dict-valued result without the output's name, so the keys start with
    `prefix`: `segmentation_mean_iou`, `segmentation_iou_road`, ...

    Args:
        class_names: Names of the K classes, in the order of their ids.
        ignore_label: Label of the pixels that do not count.
        prefix: Prefix of every key.
        name: Name of the metric.

    Inputs:
        y_true: [B, H, W] or [B, H, W, 1], class ids of any dtype.
        y_pred: [B, H, W, K], logits or probabilities; the largest one decides the class.

    Raises:
        ConfigError: Names are not unique, or predictions or labels do not fit.

    Example:
        >>> metric = SegmentationMetrics(["road", "car"])
        >>> metric.update_state(np.array([[[0, 1, 255]]]), np.eye(2)[[[[0, 0, 1]]]])
        >>> float(metric.result()["segmentation_iou_road"])
        0.5
    """

    def __init__(
        self,
        class_names: Sequence[str],
        ignore_label: int = 255,
        *,
        prefix: str = "segmentation_",
        name: str = "segmentation",
    ) -> None:
        super().__init__(name=name, dtype="float32")
        self.class_names = tuple(class_names)
        if not self.class_names or len(set(self.class_names)) < len(self.class_names):
            raise ConfigError(
                "SegmentationMetrics needs unique class names, because they become log keys. "
                f"Received: {list(class_names)}."
            )
        self.ignore_label = ignore_label
        self.prefix = prefix
        classes = len(self.class_names)
        self.counts = self.add_variable((2, classes, classes), "zeros", name="low_high")

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor = None) -> None:
        """Counts a batch; `sample_weight` is ignored: a confusion matrix counts pixels."""
        classes = len(self.class_names)
        if y_pred.shape[-1] != classes:
            raise ConfigError(
                f"SegmentationMetrics has {classes} class names, so it needs {classes} channels. "
                f"Received: predictions of shape {list(y_pred.shape)}."
            )
        labels = ops.cast(as_map("segmentation label", y_true, y_pred), "int32")
        counted = known_labels(labels, classes, self.ignore_label)
        pair = ops.where(counted, labels * classes + ops.argmax(y_pred, axis=-1), 0)
        batch = ops.segment_sum(
            ops.reshape(ops.cast(counted, "float32"), (-1,)),
            ops.reshape(pair, (-1,)),
            num_segments=classes**2,
        )
        low = self.counts[0] + ops.reshape(batch, (classes, classes))
        carry = ops.floor(low / CARRY)
        self.counts.assign(ops.stack([low - carry * CARRY, self.counts[1] + carry]))

    def result(self) -> dict[str, Tensor]:
        """Scalars, float32; NaN for scores without a pixel."""
        confusion = self.counts[1] * CARRY + self.counts[0]
        values = scores(confusion, self.class_names, xp=ops)
        return {self.prefix + key: value for key, value in values.items()}

    def confusion(self) -> np.ndarray:
        """The confusion matrix so far, int64 [K, K], rows truth."""
        low, high = ops.convert_to_numpy(self.counts).astype(np.int64)
        return high * int(CARRY) + low

    def get_config(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "class_names": list(self.class_names),
            "ignore_label": self.ignore_label,
            "prefix": self.prefix,
        }
