"""Depth scores of an epoch, over all of its pixels."""

from typing import Any

import keras
from keras import ops

from auxnet_keras.core.pixels import as_map, valid_depth
from auxnet_keras.core.types import Tensor
from auxnet_keras.metrics.depth_scores import TERMS, scores, sums


@keras.saving.register_keras_serializable(package="auxnet_keras")
class DepthMetrics(keras.metrics.Metric):
    """abs_rel, sq_rel, rmse, rmse_log, log10, silog, delta_1..3 and mae, in the target's unit.

    Formulas as in `metrics.depth_scores.scores`, over all pixels since the last reset
    (published numbers are means over images at their own size: `image_scores`). A pixel counts as
    measured if its target is finite and >= 0. A target of 0, the disparity of infinity, counts for
    mae and rmse but not for ratios and logarithms, in which predictions are at least `min_depth`.

    Args:
        prefix: Prefix of every key; Keras logs the entries of a dict without the output's name.
        min_depth: Lower clip of predictions in ratios and logarithms, in the target's unit.
        name: Name of the metric.

    Inputs:
        y_true: [B, H, W] or [B, H, W, 1], negative where there is no depth.
        y_pred: [B, H, W, 1].

    Raises:
        ConfigError: Target and prediction differ in size.

    Example:
        >>> metric = DepthMetrics()
        >>> metric.update_state(np.array([[[2.0, -1.0]]]), np.full((1, 1, 2, 1), 3.0))
        >>> float(metric.result()["depth_abs_rel"])
        0.5
    """

    def __init__(
        self, prefix: str = "depth_", min_depth: float = 1e-3, *, name: str = "depth"
    ) -> None:
        super().__init__(name=name, dtype="float32")
        self.prefix = prefix
        self.min_depth = min_depth
        self.sums = self.add_variable((TERMS,), "zeros", name="sums")

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor = None) -> None:
        """Adds a batch; `sample_weight` is ignored: every measured pixel counts once."""
        truth = ops.cast(as_map("depth target", y_true, y_pred), "float32")
        prediction = ops.cast(as_map("depth prediction", y_pred, y_pred), "float32")
        batch = sums(truth, prediction, valid_depth(truth), self.min_depth, xp=ops)
        self.sums.assign(self.sums + batch)

    def result(self) -> dict[str, Tensor]:
        """Scalars, float32; NaN where nothing was measured."""
        values = scores(ops.convert_to_tensor(self.sums), xp=ops)
        return {self.prefix + key: value for key, value in values.items()}

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "prefix": self.prefix, "min_depth": self.min_depth}
