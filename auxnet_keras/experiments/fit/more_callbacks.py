"""Checks the callbacks that a caller adds to a run's own."""

from collections.abc import Sequence
from typing import Any

from auxnet_keras.errors import ConfigError, shown
from auxnet_keras.experiments.config.run_config import RunConfig


def check_callbacks(config: RunConfig, callbacks: Sequence[Any]) -> None:
    """Refuses what is no callback, and one that fails in the middle of this run.

    Raises:
        ConfigError: Not a list of callbacks; or one that sets the learning rate, which a schedule
            already determines.
    """
    if isinstance(callbacks, Sequence) and not callbacks:
        return  # without importing Keras
    import keras

    kind = keras.callbacks.Callback
    if not isinstance(callbacks, Sequence) or not all(isinstance(one, kind) for one in callbacks):
        raise ConfigError(
            "callbacks must be a list of instances of keras.callbacks.Callback, such as "
            f"callbacks=[keras.callbacks.TerminateOnNaN()]. Received: {shown(callbacks)}."
        )
    setting = (keras.callbacks.ReduceLROnPlateau, keras.callbacks.LearningRateScheduler)
    both = [type(one).__name__ for one in callbacks if isinstance(one, setting)]
    if both and (config.schedule != "constant" or config.learning_rate_drops is not None):
        name = "learning_rate_drops" if config.learning_rate_drops else "schedule"
        raise ConfigError(
            f"{both[0]} sets the learning rate, which the setting {name} already does; leave one "
            f"out. Received: {name}={getattr(config, name)!r}."
        )
