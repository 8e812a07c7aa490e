"""Cross-entropy over labelled pixels."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from auxnet_keras.core.pixels import as_map, known_labels
from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError
from auxnet_keras.losses.base import PixelLoss

# A lower predicted probability costs as much as this one: -log(1e-7) = 16.1.
SMALLEST_PROBABILITY = 1e-7


@keras.saving.register_keras_serializable(package="auxnet_keras")
class PixelCrossEntropy(PixelLoss):
    """Cross-entropy, averaged over the labelled pixels.

    `L = sum_i a[y_i] * -log p_i[y_i] / sum_i a[y_i]` over labelled pixels i, with `p = softmax(z)`
    and class weights `a`, all 1 unless given. `per_pixel` returns `-log p_i[y_i]` and `a[y_i]`.

    With label smoothing s the target is not the label alone but `q_k = s / K`, plus `1 - s` at the
    label, and `-sum_k q_k log p_k` takes the place of `-log p[y]`: the loss stays above the entropy
    of q, and the logits finite.

    A label outside 0..K-1 counts as ignored: a compiled graph cannot refuse it, but the readers do.

    Args:
        ignore_label: Label of the pixels that do not count.
        class_weights: A weight for each class, [K], not negative.
        from_logits: Whether predictions are logits; if not, probabilities that sum to one.
        label_smoothing: The share s of the target that all classes have equally, at least 0 and
            below 1.
        name: Name of the loss.

    Inputs:
        y_true: [B, H, W] or [B, H, W, 1], class ids of any dtype.
        y_pred: [B, H, W, K], any float dtype; the loss is computed in float32.

    Raises:
        ConfigError: Labels and prediction differ in size, `class_weights` does not fit, or
            `label_smoothing` is out of range.

    Example:
        >>> loss = PixelCrossEntropy(ignore_label=255)
        >>> round(float(loss(np.array([[[0, 255]]]), np.zeros((1, 1, 2, 4)))), 4)  # log 4
        1.3863

    Reference:
        Chennupati et al., AuxNet, VISAPP 2019, section 3.2. Label smoothing: Szegedy et al.,
        Rethinking the Inception Architecture for Computer Vision, CVPR 2016, section 7.
    """

    def __init__(
        self,
        ignore_label: int = 255,
        class_weights: Sequence[float] | None = None,
        from_logits: bool = True,
        label_smoothing: float = 0.0,
        *,
        name: str | None = "pixel_cross_entropy",
    ) -> None:
        super().__init__(name)
        self.ignore_label = ignore_label
        self.class_weights = None if class_weights is None else [float(a) for a in class_weights]
        self.from_logits = from_logits
        self.label_smoothing = float(label_smoothing)
        if not all(0.0 <= a < float("inf") for a in self.class_weights or ()):
            raise ConfigError(
                "class_weights must be finite and not negative, one for each class. "
                f"Received: {self.class_weights}."
            )
        if not 0.0 <= self.label_smoothing < 1.0:
            raise ConfigError(
                f"label_smoothing must be in [0, 1). Received: {self.label_smoothing}."
            )

    def per_pixel(self, y_true: Tensor, y_pred: Tensor) -> tuple[Tensor, Tensor]:
        """Cross-entropy and class weight of every pixel, float32 [B, H, W]."""
        classes = int(y_pred.shape[-1])
        labels = ops.cast(as_map("segmentation label", y_true, y_pred), "int32")
        labelled = known_labels(labels, classes, self.ignore_label)
        # All zeros where not labelled. One-hot and not a gather, whose gradient would be a scatter.
        truth = ops.one_hot(ops.where(labelled, labels, -1), classes, dtype="float32")
        valid = ops.cast(labelled, "float32")
        scores = ops.cast(y_pred, "float32")
        if self.from_logits:
            # With the largest score at 0, a loss near 0 keeps its digits and is never negative.
            scores = scores - ops.stop_gradient(ops.max(scores, axis=-1, keepdims=True))
            log_sum = ops.log(ops.sum(ops.exp(scores), axis=-1))
            values = valid * (log_sum - ops.sum(scores * self._smoothed(truth, valid), axis=-1))
        else:
            log_probabilities = ops.log(ops.clip(scores, SMALLEST_PROBABILITY, 1.0))
            values = -ops.sum(log_probabilities * self._smoothed(truth, valid), axis=-1)
        if self.class_weights is not None:
            valid = ops.matmul(truth, self._weights_for(classes))
        return values, valid

    def _smoothed(self, truth: Tensor, valid: Tensor) -> Tensor:
        """The target distribution [B, H, W, K]; all zeros where not labelled."""
        if not self.label_smoothing:
            return truth
        everywhere = self.label_smoothing / truth.shape[-1] * valid[..., None]
        return (1.0 - self.label_smoothing) * truth + everywhere

    def _weights_for(self, classes: int) -> Tensor:
        if len(self.class_weights or ()) != classes:
            raise ConfigError(
                f"class_weights needs one weight for each of the prediction's {classes} classes. "
                f"Received: {len(self.class_weights or ())} weights, {self.class_weights}."
            )
        return ops.convert_to_tensor(self.class_weights, dtype="float32")

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "ignore_label": self.ignore_label,
            "class_weights": self.class_weights,
            "from_logits": self.from_logits,
            "label_smoothing": self.label_smoothing,
        }
