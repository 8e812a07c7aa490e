"""How long an epoch takes, how many images a second it trains on, and how long is left."""

import time

import keras
from keras import ops


class EpochClock:
    """Times one epoch at a time, training apart from validation.

    Attributes:
        images: Images trained on in this epoch up to the last look; 0 if unknown.
    """

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """A new epoch begins."""
        self.images = 0
        self._training_seconds = 0.0
        self._training = True
        self._began = time.perf_counter()

    def look(self, model: keras.Model) -> None:
        """Takes the training time and the images of `model` so far."""
        if self._training:
            self._training_seconds = self.seconds
            self.images = _images_seen(model)

    def stop_training(self, model: keras.Model) -> None:
        """The last look: what follows is validation, or the next epoch."""
        self.look(model)
        self._training = False

    @property
    def seconds(self) -> float:
        """Since the epoch began, validation included."""
        return time.perf_counter() - self._began

    @property
    def images_per_second(self) -> float:
        """Of training; 0 if unknown."""
        return self.images / self._training_seconds if self._training_seconds else 0.0


class TimeLeft:
    """Estimates when the last of `epochs` epochs will end, from the pace since the first batch.

    The first batch itself does not count: it waits for the step to be compiled.
    """

    def __init__(self, epochs: int) -> None:
        self._epochs = epochs
        self._origin: tuple[float, float] | None = None

    def seconds(self, position: float) -> float | None:
        """Args: position, epochs done (2.5 is half of the third). Returns `None` if too early."""
        now = time.perf_counter()
        if self._origin is None:
            self._origin = (now, position)
        began, first = self._origin
        if position <= first:
            return None
        return (now - began) / (position - first) * (self._epochs - position)


def _images_seen(model: keras.Model) -> int:
    # Callbacks are told neither the batch size nor that a last batch is smaller. The mean that
    # Keras logs as `loss` is weighted by images, so its count is their number in this epoch. (On
    # JAX it reaches the host only when the epoch ends.)
    for metric in model.metrics:
        if metric.name == "loss" and isinstance(metric, keras.metrics.Mean):
            return int(ops.convert_to_numpy(metric.count))
    return 0
