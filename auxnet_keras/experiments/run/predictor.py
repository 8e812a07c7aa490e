"""Applies a trained network to images of any size: resizes the input, and the output back."""

import dataclasses
import functools
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from auxnet_keras.data.resize import resize_bilinear, resize_nearest
from auxnet_keras.errors import ConfigError
from auxnet_keras.training.probabilities import gives_probabilities

if TYPE_CHECKING:
    from auxnet_keras.models import AuxiliaryModel

_CHANNELS = 128  # OpenCV resizes no more at once


@dataclasses.dataclass(frozen=True)
class Prediction:
    """What a network predicts for one image.

    Attributes:
        classes: uint8 [H, W], uint16 for more than 256 classes, or `None` for a network without
            segmentation.
        depth: float32 [H, W] in the unit the network was trained in (disparity in pixels of the
            image's own width), or `None` for a network without depth.
        confidence: float32 [H, W], the probability of the predicted class, or `None` if it was not
            requested or the network has no segmentation.
    """

    classes: np.ndarray | None
    depth: np.ndarray | None
    confidence: np.ndarray | None = None


class Predictor:
    """Calls a network on images of any size.

    Args:
        model: The network; its input size is fixed.
        depth_unit: The unit of its depth.
    """

    def __init__(self, model: "AuxiliaryModel", depth_unit: str) -> None:
        self.model = model
        self.depth_unit = depth_unit
        image = next(tensor for tensor in model.inputs if tensor.shape[-1] == 3)
        self.size = (int(image.shape[1]), int(image.shape[2]))
        self.needs_depth = len(model.inputs) == 2

    @property
    def tasks(self) -> tuple[str, ...]:
        """What it predicts: `segmentation`, `depth` or both."""
        return tuple(task for task in ("segmentation", "depth") if task in self.model.output)

    def __call__(
        self, image: np.ndarray, depth: np.ndarray | None = None, *, confidence: bool = False
    ) -> Prediction:
        """Predicts one image.

        Args:
            image: uint8 [H, W, 3], RGB, any size.
            depth: float32 [H, W] or [H, W, 1], -1 = invalid: the second input of FuseNet.
            confidence: Whether to compute the confidence, too.

        Raises:
            ConfigError: FuseNet without depth.
        """
        # Without rounding to whole grey values, as in the exported network.
        batch: Any = resize_bilinear(image.astype(np.float32), self.size)[None]
        if self.needs_depth:
            if depth is None:
                raise ConfigError(
                    f"{self.model.name} needs depth as a second input; give a depth map with "
                    "every image. Received: only an image."
                )
            batch = {
                "image": batch,
                "depth": resize_nearest(depth, self.size)[None].reshape(1, *self.size, 1),
            }
        outputs = self.model.predict_on_batch(batch)
        depth = self._depth(outputs, image.shape[:2])
        if "segmentation" not in outputs:
            return Prediction(None, depth)
        # As in the exported network: resize the scores, then take the largest.
        scores = _enlarged(outputs["segmentation"][0], image.shape[:2])
        classes = scores.argmax(axis=-1).astype(np.uint8 if scores.shape[-1] <= 256 else np.uint16)
        return Prediction(classes, depth, self._confidence(scores) if confidence else None)

    @functools.cached_property
    def _gives_probabilities(self) -> bool:
        return gives_probabilities(self.model, "segmentation")

    def _confidence(self, scores: np.ndarray) -> np.ndarray:
        """The largest probability of every pixel; of logits z, `1 / sum exp(z - max z)`."""
        scores = scores.astype(np.float32)
        largest = scores.max(axis=-1)
        if self._gives_probabilities:
            return largest
        return 1.0 / np.exp(scores - largest[..., None]).sum(axis=-1)

    def _depth(self, outputs: dict[str, np.ndarray], size: tuple[int, ...]) -> Any:
        if "depth" not in outputs:
            return None
        depth = outputs["depth"][0, ..., 0].astype(np.float32)
        if self.depth_unit == "disparity_px":  # counted in pixels of the image's width
            depth = depth * np.float32(size[1] / self.size[1])
        return _enlarged(depth, size)


def _enlarged(values: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    if values.ndim == 2 or values.shape[-1] <= _CHANNELS:
        large = cv2.resize(values, (size[1], size[0]), interpolation=cv2.INTER_LINEAR)
        return large.reshape(*size, *values.shape[2:])  # OpenCV drops a single channel
    parts = np.split(values, range(_CHANNELS, values.shape[-1], _CHANNELS), axis=-1)
    return np.concatenate([_enlarged(part, size) for part in parts], axis=-1)
