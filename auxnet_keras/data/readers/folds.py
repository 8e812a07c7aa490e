"""Parts of a data set for cross-validation; importing this needs no NumPy."""

import itertools
from collections.abc import Callable
from typing import TypeVar

from auxnet_keras.errors import DataError

Member = TypeVar("Member")

FOLDS = 5
"""The number of parts; each validates once."""


def in_folds(frames: list[Member], group: Callable[[Member], str]) -> list[list[Member]]:
    """Five parts for cross-validation.

    Whole groups are dealt out in the order of their names. Frames without a group form equal
    stretches instead, so that only their borders touch.

    Args:
        frames: All frames, or their numbers, sorted by name.
        group: What must stay together; empty if the data set has no groups.

    Raises:
        DataError: Fewer than five groups or frames.
    """
    groups = sorted({group(frame) for frame in frames})
    if groups == [""] and len(frames) >= FOLDS:
        ends = [round(n * len(frames) / FOLDS) for n in range(FOLDS + 1)]
        return [frames[begin:end] for begin, end in itertools.pairwise(ends)]
    if len(groups) < FOLDS:
        found = f"{len(frames)} frames" if groups == [""] else f"{len(groups)} sequences"
        raise DataError(
            f"Too few frames to cross-validate. Expected at least {FOLDS} sequences, which stay "
            f"together, or {FOLDS} frames without sequences; leave out the fold to use the data "
            f"set's own split. Received: {found}."
        )
    part = {name: number % FOLDS for number, name in enumerate(groups)}
    return [[frame for frame in frames if part[group(frame)] == n] for n in range(FOLDS)]
