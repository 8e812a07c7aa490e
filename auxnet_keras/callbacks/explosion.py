"""Warns once about weights and losses that grow out of bounds, while they are still finite."""

import logging
from collections.abc import Mapping

logger = logging.getLogger("auxnet_keras")

LARGEST_GROWTH = 1e6
"""A weight is reported above this multiple of its initial value (of 1 if that is larger)."""

LARGEST_LOSS = 1e12


class Explosion:
    """Checks logs for weights and losses out of bounds; reports each of them once.

    Args:
        start: Log name to the weight before training; 1 for names that are missing.
    """

    def __init__(self, start: Mapping[str, float]) -> None:
        self._start = start
        self._reported: set[str] = set()

    def newly_exceeded(self, logs: Mapping[str, float]) -> dict[str, float]:
        """The entries of `logs` that exceed their bound for the first time."""
        found = {name: v for name, v in logs.items() if abs(v) > self._bound(name)}
        new = {name: value for name, value in found.items() if name not in self._reported}
        self._reported.update(new)
        return new

    def report(self, exceeded: Mapping[str, float], where: str) -> None:
        """Logs one warning per entry; `where` is part of its text."""
        for name, value in exceeded.items():
            logger.warning(
                "%s is %.3g %s, above its bound of %.3g: the scale of a task's loss, its unit or "
                "the learning rate is probably far too large",
                name,
                value,
                where,
                self._bound(name),
            )

    def _bound(self, name: str) -> float:
        if name == "loss":
            return LARGEST_LOSS
        if name.startswith(("weight_", "class_weight_")):
            return LARGEST_GROWTH * max(1.0, abs(self._start.get(name, 1.0)))
        return float("inf")
