"""Loss weights and losses that grow beyond all measure, told once while they are still numbers."""

import logging
from collections.abc import Mapping

logger = logging.getLogger("auxnet_keras")

LARGEST_GROWTH = 1e6
"""Times its start, or 1 if that is more: a weight beyond it is reported."""

LARGEST_LOSS = 1e12


class Explosion:
    """Looks at logs for weights and losses beyond bounds; each is reported once.

    Args:
        start: Log name to the weight before training; 1 for what is not there.
    """

    def __init__(self, start: Mapping[str, float]) -> None:
        self._start = start
        self._told: set[str] = set()

    def beyond(self, logs: Mapping[str, float]) -> dict[str, float]:
        """Those among `logs` that are beyond their bound for the first time."""
        found = {name: v for name, v in logs.items() if abs(v) > self._bound(name)}
        new = {name: value for name, value in found.items() if name not in self._told}
        self._told.update(new)
        return new

    def report(self, beyond: Mapping[str, float], where: str) -> None:
        """One warning for each; `where` ends the sentence."""
        for name, value in beyond.items():
            logger.warning(
                "%s is %.3g %s, beyond %.3g: a task's loss, its unit or the learning rate is "
                "probably far too large",
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
