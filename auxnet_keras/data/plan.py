"""Every sample and every batch of a run, by index and step."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from auxnet_keras.data.augment import augment as augmented
from auxnet_keras.data.cache import Cache
from auxnet_keras.data.contents import Contents
from auxnet_keras.data.example import TARGETS, Examples
from auxnet_keras.data.fingerprint import digest, digest_of_all
from auxnet_keras.data.frame import IGNORE, INVALID, Frame, Sample
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.resize import Size
from auxnet_keras.data.sampling import OnePass, Sampling
from auxnet_keras.errors import DataError


@dataclass(frozen=True)
class Plan:
    """Every sample and every batch of a run, as pure functions of (seed, epoch, index or step)."""

    source: Source
    examples: Examples
    size: Size
    batch_size: int
    seed: int
    depth_unit: str
    ignore_void: bool
    augment: bool
    main: str
    sampling: Sampling
    cache: Cache | None

    def __len__(self) -> int:
        """Batches in a pass."""
        return self.sampling.batches

    @property
    def frames(self) -> Sequence[Frame]:
        """The frames in the order of their index; frames of extra data come last."""
        return self.examples.frames

    @property
    def auxiliary(self) -> str:
        """The auxiliary task."""
        return next(task for task in TARGETS if task != self.main)

    def indices_with(self, task: str) -> list[int]:
        """Indices of the examples that show a target of the task."""
        return np.flatnonzero(self.examples.showing(task)).tolist()

    def order(self, epoch: int) -> np.ndarray:
        """int64: the frames' indices in the order of a pass, without the dropped batch."""
        return self.sampling.order(epoch)

    def auxiliary_pass(self) -> "Plan":
        """The same frames and cache in other passes: over all that have the auxiliary target."""
        indices = np.flatnonzero(self.examples.showing(self.auxiliary))
        if len(indices) < self.batch_size:
            raise DataError(
                f"The training split has fewer frames with {self.auxiliary} than one batch needs. "
                f"Expected at least {self.batch_size}; lower batch_size. "
                f"Received: {len(indices)} frames with {self.auxiliary}."
            )
        every = OnePass(indices, self.batch_size, self.seed, shuffle=True, keep_partial=False)
        return dataclasses.replace(self, sampling=every)

    @cached_property
    def contents(self) -> Contents:
        """The files of the data's own frames."""
        return Contents(*self.examples.parts[0])

    @cached_property
    def extra_contents(self) -> Contents | None:
        """The files of the extra data."""
        parts = self.examples.parts
        return Contents(*parts[1]) if len(parts) > 1 else None

    def identity(self) -> dict[str, Any]:
        """What decides every batch of every pass, as JSON: equal plans give equal batches."""
        extra = self.extra_contents
        shown = digest_of_all(self.examples.choices())
        counts = [f"{int(self.examples.showing(task).sum())} of {task}" for task in TARGETS]
        return {
            "data": self.contents.facts,
            "extra data": None if extra is None else extra.facts,
            "size": f"{self.size[0]}x{self.size[1]}",
            "batch_size": str(self.batch_size),
            "seed": str(self.seed),
            "depth_unit": self.depth_unit,
            "ignore_void": str(self.ignore_void),
            "augment": str(self.augment),
            "targets": f"{', '.join(counts)}, {shown}",
            "batches": f"{len(self)} of {type(self.sampling).__name__}, {digest(self.sampling)}",
        }

    def sample(self, index: int, epoch: int) -> Sample:
        """A frame, decoded, resized and, if requested, augmented."""
        sample = self.unaugmented(index)
        if not self.augment:
            return sample
        return augmented(
            sample,
            seed=self.seed,
            epoch=epoch,
            index=index,
            unit=self.depth_unit,
            stored_unit=self.examples[index].source.encoding.unit,
        )

    def unaugmented(self, index: int) -> Sample:
        """A frame with the targets that it shows, decoded and resized."""
        example, sample = self.examples[index], self._whole(index)
        changes: dict[str, np.ndarray] = {}
        if example.withheld is not None:
            nothing = INVALID if example.withheld == "depth" else IGNORE
            changes[example.withheld] = np.full_like(getattr(sample, example.withheld), nothing)
        if example.donor is not None:
            changes[self.auxiliary] = getattr(self._whole(example.donor), self.auxiliary)
        return dataclasses.replace(sample, **changes) if changes else sample

    def _whole(self, index: int) -> Sample:
        """A frame with all its targets: runs with other label budgets share the cached sample."""
        sample = self.cache.get(index) if self.cache else None
        if sample is None:
            example = self.examples[index]
            sample = example.source.read(
                example.frame, self.depth_unit, self.ignore_void, self.size
            )
            if self.cache:
                self.cache.put(index, sample)
        dtype = self.source.info.label_dtype
        if sample.segmentation.dtype != dtype:  # of extra data, without a label
            sample = dataclasses.replace(sample, segmentation=sample.segmentation.astype(dtype))
        return sample
