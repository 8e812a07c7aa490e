"""Optimizers and schedules as short text: `adamw:weight_decay=0.05,clip=1`, `cosine:warmup=500`.

The syntax is that of weightings; see `signature_text`. Nothing here needs Keras.
"""

from typing import Any

from auxnet_keras.core.catalogue import Catalogue
from auxnet_keras.experiments.config import signature_text
from auxnet_keras.optimizers.catalogue import OPTIMIZERS
from auxnet_keras.optimizers.schedules.catalogue import SCHEDULES


def optimizer(spec: str) -> Any:
    """The optimizer a text names, an instance of its class in the catalogue.

    Raises:
        ConfigError: An unknown optimizer or parameter, or a value of the wrong type or out of
            range.
    """
    return _built(OPTIMIZERS, spec)


def schedule(spec: str) -> Any:
    """The schedule a text names, an instance of its class in the catalogue.

    Raises:
        ConfigError: As `optimizer`.
    """
    return _built(SCHEDULES, spec)


def needs_whole_run(spec: str) -> bool:
    """Whether a schedule depends on the number of steps of the run."""
    return SCHEDULES.find(spec.strip().partition(":")[0]).whole_run


def _built(catalogue: Catalogue[Any], spec: str) -> Any:
    name, _, text = spec.strip().partition(":")
    entry = catalogue.find(name)
    return entry.constructor(**signature_text.read(name, entry, text))
