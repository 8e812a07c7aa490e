"""The pipeline's samples as NumPy batches, without TensorFlow."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from auxnet_keras.data.frame import Frame, Sample
from auxnet_keras.data.make_plan import make_plan
from auxnet_keras.data.plan import Plan

Batch = tuple[np.ndarray, dict[str, np.ndarray]]


class Batches:
    """Batches in a fixed order; each pass is the next epoch, and `epoch` may be set.

    Iterating decodes on several threads, one batch ahead. `len()` is the number of batches.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.epoch = 0

    @property
    def source_frames(self) -> Sequence[Frame]:
        """The frames in index order."""
        return self.plan.frames

    def __len__(self) -> int:
        return len(self.plan)

    def __iter__(self) -> Iterator[Batch]:
        epoch, self.epoch = self.epoch, self.epoch + 1
        return self._batches(epoch)

    def _batches(self, epoch: int) -> Iterator[Batch]:
        order = self.plan.order(epoch).tolist()
        size = self.plan.batch_size
        with ThreadPoolExecutor(os.cpu_count()) as pool:

            def submit(step: int) -> list[Future[Sample]]:
                chosen = order[step * size : (step + 1) * size]
                return [pool.submit(self.plan.sample, index, epoch) for index in chosen]

            ahead = submit(0)
            for step in range(len(self)):
                ready, ahead = ahead, submit(step + 1)
                yield _stack([future.result() for future in ready])


def arrays(kind: str, root: str | Path | None = None, **options: Any) -> Batches:
    """The samples of `load`, in the same order, as NumPy batches: for JAX, or without a network.

    Args:
        kind: As for `load`.
        root: As for `load`.
        **options: As for `load`.

    Returns:
        An iterable of (image uint8 [B, H, W, 3], {"segmentation": uint8 [B, H, W], int32 for more
        than 254 classes, "depth": float32 [B, H, W, 1]}); `len()` is the number of batches, `epoch`
        the number of the next pass.

    Example:
        >>> import itertools
        >>> batches = ak.data.arrays("kitti", root)
        >>> endless = (batch for _ in itertools.count() for batch in batches)
        >>> model.fit(endless, steps_per_epoch=len(batches), epochs=200, shuffle=False)
    """
    return Batches(make_plan(kind, root, **options))


def _stack(samples: list[Sample]) -> Batch:
    return np.stack([sample.image for sample in samples]), {
        "segmentation": np.stack([sample.segmentation for sample in samples]),
        "depth": np.stack([sample.depth for sample in samples]),
    }
