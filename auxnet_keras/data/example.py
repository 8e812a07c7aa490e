"""A frame as it trains: whose targets it has."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auxnet_keras.data.frame import Frame

if TYPE_CHECKING:
    from auxnet_keras.data.readers.base import Source

TARGETS = {"segmentation": "label", "depth": "depth"}
"""Task -> the file of a frame that holds its target."""


@dataclass(frozen=True, slots=True)
class Example:
    """One index of a plan.

    Args:
        source: Reads the frame.
        frame: Its files.
        withheld: The task whose target it has and does not show; `None` for none.
        donor: The index of the example whose auxiliary target it shows instead; `None` for its own.
    """

    source: "Source"
    frame: Frame
    withheld: str | None = None
    donor: int | None = None

    def has(self, task: str) -> bool:
        """Whether it shows a target of the task."""
        return task != self.withheld and getattr(self.frame, TARGETS[task]) is not None
