"""The order of a pass: the frames of each batch, as a pure function of (seed, epoch, step)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol

import numpy as np

_EXTRA = 1  # keeps the stream of the extra frames apart from that of the labelled ones


Indices = Sequence[int] | np.ndarray
"""Of frames; a range or an array takes no memory for each number of its own."""


class Sampling(Protocol):
    """The order of the frames in every pass."""

    @property
    def batches(self) -> int:
        """Batches in a pass."""

    @property
    def samples(self) -> int:
        """Frames in a pass, without a dropped batch."""

    def order(self, epoch: int) -> np.ndarray:
        """int64 [samples], indices of frames, batch after batch."""


@dataclass(frozen=True, repr=False)
class OnePass:
    """Every frame once.

    Args:
        indices: The frames, in the order of an unshuffled pass.
        batch_size: Frames per batch.
        seed: Seed of the shuffled order.
        shuffle: Whether every pass has its own random order.
        keep_partial: Whether to keep a last, smaller batch.
    """

    indices: Indices
    batch_size: int
    seed: int
    shuffle: bool
    keep_partial: bool

    def __repr__(self) -> str:
        return _all_of(self)

    @property
    def batches(self) -> int:
        whole, rest = divmod(len(self.indices), self.batch_size)
        return whole + (1 if rest and self.keep_partial else 0)

    @property
    def samples(self) -> int:
        return min(len(self.indices), self.batches * self.batch_size)

    def order(self, epoch: int) -> np.ndarray:
        order = _array(self.indices)
        if self.shuffle:
            order = order[np.random.default_rng([self.seed, epoch]).permutation(len(order))]
        return order[: self.samples]


@dataclass(frozen=True, repr=False)
class MixedPass:
    """Every labelled frame once, and a fixed number of extra frames in each batch.

    The extra frames cycle across passes: none repeats before all have been seen. A frame's position
    in its batch is random, so that replicas share both kinds.

    Args:
        labelled: Frames with the main target.
        extra: Frames without it.
        batch_size: Frames per batch, of both kinds.
        extra_in_batch: Number of extra frames among them.
        seed: Seed of the order.
    """

    labelled: Indices
    extra: Indices
    batch_size: int
    extra_in_batch: int
    seed: int

    def __repr__(self) -> str:
        return _all_of(self)

    @property
    def batches(self) -> int:
        return len(self.labelled) // (self.batch_size - self.extra_in_batch)

    @property
    def samples(self) -> int:
        return self.batches * self.batch_size

    def order(self, epoch: int) -> np.ndarray:
        generator = np.random.default_rng([self.seed, epoch])
        shape = (self.batches, self.batch_size - self.extra_in_batch)
        chosen = generator.permutation(len(self.labelled))[: math.prod(shape)]
        batches = _array(self.labelled)[chosen].reshape(shape)
        if self.extra_in_batch:
            extra = self._extra(epoch).reshape(self.batches, self.extra_in_batch)
            batches = generator.permuted(np.concatenate([batches, extra], axis=1), axis=1)
        return batches.ravel()

    def _extra(self, epoch: int) -> np.ndarray:
        """The extra frames of a pass: its section of consecutive shuffled rounds."""
        count, size = self.batches * self.extra_in_batch, len(self.extra)
        first, start = divmod(epoch * count, size)
        rounds = range(first, first + math.ceil((start + count) / size))
        endless = np.concatenate(
            [np.random.default_rng([self.seed, turn, _EXTRA]).permutation(size) for turn in rounds]
        )
        return _array(self.extra)[endless[start : start + count]]


def _array(indices: Indices) -> np.ndarray:
    """int64, as an array; a range is not counted in Python."""
    if isinstance(indices, range):
        return np.arange(indices.start, indices.stop, indices.step, dtype=np.int64)
    return np.asarray(indices, np.int64)


def _all_of(sampling: Any) -> str:
    """The text that identifies a sampling: NumPy would leave out what is in the middle."""
    values = {field.name: getattr(sampling, field.name) for field in fields(sampling)}
    shown = ", ".join(
        f"{name}={value.tolist() if isinstance(value, np.ndarray) else value!r}"
        for name, value in values.items()
    )
    return f"{type(sampling).__name__}({shown})"


def extra_in_batch(share: float, batch_size: int) -> int:
    """Extra frames per batch: share * batch_size, rounded; at least one of each kind.

    Args:
        share: 0 (none) or more, and below 1.
        batch_size: Two or more, if the share is not 0.
    """
    if share == 0:
        return 0
    return min(max(1, math.floor(share * batch_size + 0.5)), batch_size - 1)
