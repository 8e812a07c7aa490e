"""A frame as training uses it: which targets it shows, and from which frame."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

import numpy as np

from auxnet_keras.data.frame import Frame
from auxnet_keras.data.frame_table import has

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


@dataclass(frozen=True, eq=False)
class Examples:
    """The examples of a plan: a sequence that makes an `Example` when it is asked for one.

    Args:
        parts: A reader and its frames: the data's own, then extra data.
        main: The main task.
        kept: bool [own frames], which of them show the target of the main task; `None` for all.
        donors: int64, the example that gives each one its auxiliary target, -1 for its own;
            `None` if all show their own.
    """

    parts: tuple[tuple["Source", Sequence[Frame]], ...]
    main: str
    kept: np.ndarray | None = None
    donors: np.ndarray | None = None

    def __len__(self) -> int:
        return sum(len(frames) for _, frames in self.parts)

    def __getitem__(self, index: int) -> Example:
        index = range(len(self))[index]
        source, frames, place = self._place(index)
        donor = -1 if self.donors is None else int(self.donors[index])
        return Example(source, frames[place], self._withheld(index), None if donor < 0 else donor)

    def __iter__(self) -> Iterator[Example]:
        return (self[index] for index in range(len(self)))

    @property
    def frames(self) -> Sequence[Frame]:
        """The frames, in the order of their index."""
        return self.parts[0][1] if len(self.parts) == 1 else _Joined(self)

    def frame(self, index: int) -> Frame:
        """A single frame."""
        _, frames, place = self._place(index)
        return frames[place]

    def choices(self) -> Iterator[tuple[str | None, int | None]]:
        """The withheld task and the donor of each example."""
        donors = None if self.donors is None else self.donors.tolist()
        for index in range(len(self)):
            donor = -1 if donors is None else donors[index]
            yield self._withheld(index), None if donor < 0 else donor

    def showing(self, task: str) -> np.ndarray:
        """Bool [examples]: which of them show a target of the task."""
        shown = np.concatenate([has(frames, TARGETS[task]) for _, frames in self.parts])
        if self.kept is not None and task == self.main:
            shown[: len(self.kept)] &= self.kept
        return shown

    def _place(self, index: int) -> tuple["Source", Sequence[Frame], int]:
        source, frames = self.parts[0]
        if index < len(frames):
            return source, frames, index
        return *self.parts[1], index - len(frames)

    def _withheld(self, index: int) -> str | None:
        if self.kept is None or index >= len(self.kept) or self.kept[index]:
            return None
        return self.main


class _Joined(Sequence[Frame]):
    """The frames of examples of several readers."""

    def __init__(self, examples: Examples) -> None:
        self._examples = examples

    def __len__(self) -> int:
        return len(self._examples)

    @overload
    def __getitem__(self, index: int) -> Frame: ...
    @overload
    def __getitem__(self, index: slice) -> list[Frame]: ...
    def __getitem__(self, index: int | slice) -> Frame | list[Frame]:
        places = range(len(self))[index]
        if isinstance(places, int):
            return self._examples.frame(places)
        return [self._examples.frame(place) for place in places]
