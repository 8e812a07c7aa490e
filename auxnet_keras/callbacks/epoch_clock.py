"""The duration of an epoch, its training images per second, and the time left."""

import time

import keras
from keras import ops

from auxnet_keras.core.step_state import refresh


class EpochClock:
    """Times one epoch at a time, training separately from validation.

    Attributes:
        images: Images trained on in this epoch at the last `refresh`; 0 if unknown.
    """

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Starts a new epoch."""
        self.images = 0
        self._training_seconds = 0.0
        self._training = True
        self._began = time.perf_counter()

    def refresh(self, model: keras.Model) -> None:
        """Reads the training time and the number of images of `model` so far."""
        if self._training:
            self._training_seconds = self.seconds
            self.images = _images_seen(model)

    def stop_training(self, model: keras.Model) -> None:
        """Refreshes for the last time, before validation or the next epoch."""
        self.refresh(model)
        self._training = False

    @property
    def seconds(self) -> float:
        """Seconds since the epoch began, validation included."""
        return time.perf_counter() - self._began

    @property
    def images_per_second(self) -> float:
        """Training images per second; 0 if unknown."""
        return self.images / self._training_seconds if self._training_seconds else 0.0


class TimeLeft:
    """Estimates when the last of `epochs` epochs ends, from the pace since the first batch.

    The first batch itself does not count: it waits for the step to compile.
    """

    def __init__(self, epochs: int) -> None:
        self._epochs = epochs
        self._origin: tuple[float, float] | None = None

    def seconds(self, position: float) -> float | None:
        """Seconds left at `position` in epochs (2.5: halfway through the third), or `None`."""
        now = time.perf_counter()
        if self._origin is None:
            self._origin = (now, position)
        began, first = self._origin
        if position <= first:
            return None
        return (now - began) / (position - first) * (self._epochs - position)


def _images_seen(model: keras.Model) -> int:
    # Keras passes callbacks neither the batch size nor the size of a smaller last batch. The mean
    # that it logs as `loss` is weighted by images, so its count is the number of images in this
    # epoch.
    for metric in model.metrics:
        if metric.name == "loss" and isinstance(metric, keras.metrics.Mean):
            refresh(model, [metric.count])
            return int(ops.convert_to_numpy(metric.count))
    return 0
