"""Skips the batches of an epoch that a killed run had already trained on."""

from collections.abc import Iterator
from typing import Any

import keras


class TrainedBatches:
    """Replaces `model.train_function` until the batch after the first `count` begins.

    Callbacks recognise a skipped batch by it, at its end too. The batches are taken from the
    iterator, so that Keras counts them and the epoch keeps its length; `ak.data` returns blank
    ones, which cost no decoding. The logs come from the restored state.

    Args:
        model: Model with a `train_function`.
        count: Number of batches to skip, at least 1.
    """

    def __init__(self, model: keras.Model, count: int) -> None:
        self._model = model
        self._real = model.train_function
        self._left = count
        model.train_function = self

    def __call__(self, *arguments: Any) -> Any:
        """As the function that it replaces.

        Args:
            *arguments: An iterator; of PyTorch a list of batches; of JAX the state and an iterator.
        """
        if self._left == 0:
            self._model.train_function = self._real
            return self._real(*arguments)
        *state, batches = arguments
        taken = min(self._model.steps_per_execution, self._left)
        if isinstance(batches, Iterator):
            for _ in range(taken):
                next(batches)
        self._left -= taken
        if not state:
            return self._model.get_metrics_result()
        metrics = self._model.metrics_variables
        with keras.StatelessScope(zip(metrics, state[0][-1], strict=True)):
            return self._model.get_metrics_result(), state[0]
