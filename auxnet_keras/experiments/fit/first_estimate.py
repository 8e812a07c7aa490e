"""The first estimate of how long a training takes, below what was announced at its start."""

from collections.abc import Mapping

import keras

from auxnet_keras.callbacks.epoch_clock import TimeLeft
from auxnet_keras.callbacks.trained_batches import TrainedBatches
from auxnet_keras.core.duration import duration
from auxnet_keras.experiments.run.log import logger

STEPS = 5
"""Steps to measure; the first of them, which waits for the compilation, does not count."""


class FirstEstimate(keras.callbacks.Callback):
    """Logs the time that all steps will take, once the first few have been measured.

    The progress line has the time left from then on; this line stays, also in log.txt.

    Args:
        what: The steps of this `fit`, in words.
    """

    def __init__(self, what: str = "all steps") -> None:
        super().__init__()
        self._what = what

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        self._time_left = TimeLeft(self.params["epochs"])
        self._batches = 0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        steps = self.params.get("steps")
        if isinstance(getattr(self.model, "train_function", None), TrainedBatches):
            return  # a batch of a resumed epoch, which takes no time
        if not steps or self._batches >= STEPS:
            return
        self._batches += 1
        left = self._time_left.seconds(self._epoch + min(batch + 1, steps) / steps)
        if self._batches == STEPS and left is not None:
            logger.info(
                "%-11s about %s for %s, without validation",
                "time",
                duration(left),
                self._what,
                extra={"indent": 12},
            )
