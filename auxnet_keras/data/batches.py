"""Batches: what `ak.data.load` returns where there is no tf.data."""

import functools
import itertools
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras.src.trainers.data_adapters.data_adapter import DataAdapter

from auxnet_keras.data.frame import IGNORE, INVALID, Frame
from auxnet_keras.data.make_plan import make_plan
from auxnet_keras.data.plan import Plan
from auxnet_keras.data.working_threads import THREADS, WorkingThreads
from auxnet_keras.errors import ConfigError

_AHEAD = 2
"""Batches that are decoded while the consumer has one; more if they are smaller than the threads
are many."""

Batch = tuple[Any, dict[str, np.ndarray]]


class Counter:
    """A whole number that may be assigned, like the `tf.Variable`s of a tf.data pipeline."""

    def __init__(self) -> None:
        self._value = 0

    def assign(self, value: int) -> None:
        """Sets the number."""
        self._value = int(value)

    def __int__(self) -> int:
        return self._value

    def __repr__(self) -> str:
        return str(self._value)


class Batches(keras.utils.PyDataset, DataAdapter):
    """Batches in a fixed order, decoded on threads ahead of the consumer; for `fit` on any backend.

    Each pass, over the data set or of `fit` and `evaluate`, is the next epoch. Passes that overlap
    are independent. `fit(shuffle=...)` changes nothing: Keras takes a `DataAdapter` as it is, while
    it would ask a mere `PyDataset` for its batches in another order.

    Args:
        plan: The order and the samples.
        part: (index, count): this process yields the index-th of `count` blocks of rows of every
            batch, and reads only their frames.
        depth_input: Whether depth is a second input instead of a target.
        whole: Whether blank frames, which no loss or metric counts, complete a last, smaller
            batch; they always do if there are several parts.

    Attributes:
        plan: As given.
        epoch: Number of the next pass; may be assigned.
        start: How many of its first batches are blank; may be assigned.

    Raises:
        ConfigError: Some batches cannot be divided into equal parts.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        part: tuple[int, int] = (0, 1),
        depth_input: bool = False,
        whole: bool = False,
    ) -> None:
        super().__init__()
        self.plan = plan
        self.epoch, self.start = Counter(), Counter()
        self.depth_input = depth_input
        self.whole = whole
        self.part = part

    @property
    def part(self) -> tuple[int, int]:
        """(index, count): the share of every batch that this process yields."""
        return self._part

    @part.setter
    def part(self, part: tuple[int, int]) -> None:
        if self.plan.batch_size % part[1]:
            raise ConfigError(
                f"{part[1]} processes share every batch in equal parts. Choose a batch_size that "
                f"is a multiple of {part[1]}. Received: batch_size={self.plan.batch_size}."
            )
        self._part = part

    @property
    def source_frames(self) -> Sequence[Frame]:
        """The frames in index order."""
        return self.plan.frames

    @property
    def element_spec(self) -> Any:
        """The shapes and types of a batch."""
        height, width = self.plan.size
        return self._arranged(
            keras.InputSpec(dtype="uint8", shape=(None, height, width, 3)),
            keras.InputSpec(dtype=self._label_dtype.name, shape=(None, height, width)),
            keras.InputSpec(dtype="float32", shape=(None, height, width, 1)),
        )

    def with_depth_input(self) -> "Batches":
        """The same passes, with depth as a second input instead of a target."""
        fused = Batches(self.plan, part=self.part, depth_input=True, whole=self.whole)
        fused.epoch, fused.start = self.epoch, self.start
        return fused

    def of_all_processes(self) -> "Batches":
        """The next passes with the rows of all processes, for what each must measure alike."""
        every = Batches(self.plan, depth_input=self.depth_input)
        every.epoch.assign(int(self.epoch))
        return every

    def __len__(self) -> int:
        return len(self.plan)

    def __getitem__(self, step: int) -> Batch:
        """Batch `step` of the next pass, which this does not begin."""
        epoch, step = int(self.epoch), range(len(self))[step]
        threads = WorkingThreads()
        batch, jobs = self._begun(threads, self.plan.order(epoch), step, epoch)
        for job in jobs:
            threads.wait(job)
        return batch

    def __iter__(self) -> Iterator[Batch]:
        epoch, blank = int(self.epoch), int(self.start)
        self.epoch.assign(epoch + 1)
        self.start.assign(0)
        order = self.plan.order(epoch).copy()
        order[: blank * self.plan.batch_size] = -1
        threads, steps = WorkingThreads(), iter(range(len(self)))
        begin = functools.partial(self._begun, threads, order, epoch=epoch)
        rows = self.plan.batch_size // self.part[1]
        ahead = deque(map(begin, itertools.islice(steps, max(_AHEAD, -(-THREADS // rows)))))
        try:
            while ahead:
                ahead.extend(map(begin, itertools.islice(steps, 1)))
                batch, jobs = ahead.popleft()
                for job in jobs:
                    threads.wait(job)
                yield batch
        finally:
            threads.drop()

    def _begun(
        self, threads: WorkingThreads, order: np.ndarray, step: int, epoch: int
    ) -> tuple[Batch, list["Future[None]"]]:
        """A batch, and the jobs that fill those of its rows that are not blank."""
        indices = self._own(order, step)
        count, size, blank = len(indices), self.plan.size, indices < 0
        image = np.empty((count, *size, 3), np.uint8)
        segmentation = np.empty((count, *size), self._label_dtype)
        depth = np.empty((count, *size, 1), np.float32)
        image[blank], segmentation[blank], depth[blank] = 0, IGNORE, INVALID

        def fill(row: int, index: int) -> None:
            sample = self.plan.sample(index, epoch)
            image[row] = sample.image
            segmentation[row] = sample.segmentation
            depth[row] = sample.depth

        jobs = [
            threads.submit(functools.partial(fill, row, index))
            for row, index in enumerate(indices.tolist())
            if index >= 0
        ]
        return self._arranged(image, segmentation, depth), jobs

    def _own(self, order: np.ndarray, step: int) -> np.ndarray:
        """int64: the frames of this process in a batch; -1 is a blank one."""
        size, (index, count) = self.plan.batch_size, self.part
        frames = order[step * size : (step + 1) * size]
        if count == 1 and not self.whole:
            return frames
        whole = np.concatenate([frames, np.full(size - len(frames), -1)])
        return np.split(whole, count)[index]

    def _arranged(self, image: Any, segmentation: Any, depth: Any) -> Any:
        if self.depth_input:
            return {"image": image, "depth": depth}, {"segmentation": segmentation}
        return image, {"segmentation": segmentation, "depth": depth}

    @property
    def _label_dtype(self) -> np.dtype:
        return np.dtype(self.plan.source.info.label_dtype)

    # --- What Keras asks of its data --------------------------------------------------------

    @property
    def num_batches(self) -> int:
        """Batches in a pass."""
        return len(self)

    @property
    def batch_size(self) -> int:
        """Rows of a batch of all processes together."""
        return self.plan.batch_size

    def get_numpy_iterator(self) -> Iterator[Batch]:
        """A pass."""
        return iter(self)

    def get_jax_iterator(self) -> Iterator[Batch]:
        """A pass."""
        return iter(self)

    def get_torch_dataloader(self) -> Iterator[Any]:
        """A pass, as tensors of PyTorch."""
        for batch in self:
            yield keras.tree.map_structure(keras.ops.convert_to_tensor, batch)

    def get_tf_dataset(self) -> Any:
        """A tf.data.Dataset whose every iteration is a pass."""
        import tensorflow as tf

        spec = keras.tree.map_structure(
            lambda part: tf.TensorSpec(part.shape, part.dtype), self.element_spec
        )
        dataset = tf.data.Dataset.from_generator(lambda: iter(self), output_signature=spec)
        return dataset.apply(tf.data.experimental.assert_cardinality(len(self)))


def arrays(kind: str, root: str | Path | None = None, **options: Any) -> Batches:
    """The samples of `load`, in the same order, as NumPy batches on every backend.

    Args:
        kind: As for `load`.
        root: As for `load`.
        **options: As for `load`.

    Returns:
        A `keras.utils.PyDataset` of (image uint8 [B, H, W, 3], {"segmentation": uint8 [B, H, W],
        int32 for more than 254 classes, "depth": float32 [B, H, W, 1]}), with the attributes of
        what `load` returns. `len()` is the number of batches.

    Example:
        >>> batches = ak.data.arrays("kitti", root)
        >>> image, targets = next(iter(batches))
        >>> model.fit(batches, epochs=200)
    """
    return Batches(make_plan(kind, root, **options))
