"""Saves and restores the state that Keras' own callbacks keep from epoch to epoch."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import keras
import numpy as np

_ATTRIBUTES: dict[type, tuple[str, ...]] = {
    keras.callbacks.EarlyStopping: ("wait", "stopped_epoch", "best", "best_epoch"),
    keras.callbacks.ModelCheckpoint: ("best",),
    keras.callbacks.ReduceLROnPlateau: ("wait", "best", "cooldown_counter"),
}
_WEIGHTS = "best_weights"  # of EarlyStopping(restore_best_weights=True)

Callbacks = Iterable[keras.callbacks.Callback]


def saved_state(callbacks: Callbacks) -> tuple[dict[str, dict[str, Any]], dict[str, np.ndarray]]:
    """The state of the callbacks: numbers for JSON and arrays, by callback."""
    numbers, arrays = {}, {}
    for name, callback, attributes in _known(callbacks):
        values = {attribute: getattr(callback, attribute) for attribute in attributes}
        numbers[name] = {
            attribute: None if value is None else float(value)
            for attribute, value in values.items()
        }
        for number, weight in enumerate(getattr(callback, _WEIGHTS, None) or []):
            arrays[f"{name}-{number:05d}"] = np.asarray(weight)
    return numbers, arrays


def restore_state(
    callbacks: Callbacks,
    numbers: Mapping[str, Mapping[str, Any]],
    arrays: Mapping[str, np.ndarray],
) -> None:
    """Restores what `saved_state` returned; a callback without a saved state starts over."""
    for name, callback, attributes in _known(callbacks):
        for attribute in attributes:
            value = numbers.get(name, {}).get(attribute)
            if value is not None:
                # Counters are integers; the best value rarely is.
                setattr(callback, attribute, value if attribute == "best" else int(value))
        weights = [arrays[key] for key in sorted(arrays) if key.startswith(f"{name}-")]
        if weights:
            callback.best_weights = weights


def _known(callbacks: Callbacks) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    counts: dict[str, int] = {}
    for callback in callbacks:
        for kind, attributes in _ATTRIBUTES.items():
            if isinstance(callback, kind):
                number = counts[kind.__name__] = counts.get(kind.__name__, 0) + 1
                yield f"{kind.__name__}_{number}", callback, attributes
