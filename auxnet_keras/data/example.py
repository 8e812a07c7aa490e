"""A frame as training uses it: which targets it shows, and from which frame."""

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
        source: The frame's reader.
        frame: Its files.
        withheld: The task with a target that it does not show; `None` if it shows all.
        donor: The index of the example that gives its auxiliary target; `None` for its own target.
    """

    source: "Source"
    frame: Frame
    withheld: str | None = None
    donor: int | None = None

    def has(self, task: str) -> bool:
        """Whether it shows a target of the task."""
        return task != self.withheld and getattr(self.frame, TARGETS[task]) is not None
