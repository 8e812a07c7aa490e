"""The order of a pass: the frames of each batch, as a pure function of (seed, epoch, step)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

_EXTRA = 1  # keeps the stream of the extra frames apart from that of the labelled ones


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


@dataclass(frozen=True)
class OnePass:
    """Every frame once.

    Args:
        indices: The frames, in the order of an unshuffled pass.
        batch_size: Frames per batch.
        seed: Seed of the shuffled order.
        shuffle: Whether every pass has its own random order.
        keep_partial: Whether to keep a last, smaller batch.
    """

    indices: Sequence[int]
    batch_size: int
    seed: int
    shuffle: bool
    keep_partial: bool

    @property
    def batches(self) -> int:
        whole, rest = divmod(len(self.indices), self.batch_size)
        return whole + (1 if rest and self.keep_partial else 0)

    @property
    def samples(self) -> int:
        return min(len(self.indices), self.batches * self.batch_size)

    def order(self, epoch: int) -> np.ndarray:
        order = np.asarray(self.indices, np.int64)
        if self.shuffle:
            order = order[np.random.default_rng([self.seed, epoch]).permutation(len(order))]
        return order[: self.samples]


@dataclass(frozen=True)
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

    labelled: Sequence[int]
    extra: Sequence[int]
    batch_size: int
    extra_in_batch: int
    seed: int

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
        batches = np.asarray(self.labelled, np.int64)[chosen].reshape(shape)
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
        return np.asarray(self.extra, np.int64)[endless[start : start + count]]


def extra_in_batch(share: float, batch_size: int) -> int:
    """Extra frames per batch: share * batch_size, rounded; at least one of each kind.

    Args:
        share: 0 (none) or more, and below 1.
        batch_size: Two or more, if the share is not 0.
    """
    if share == 0:
        return 0
    return min(max(1, math.floor(share * batch_size + 0.5)), batch_size - 1)
