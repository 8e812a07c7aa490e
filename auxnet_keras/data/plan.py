"""What `load` and `arrays` share: checked settings, frames, samples by index, and their order."""

import hashlib
import logging
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from auxnet_keras.core.whole_numbers import check_whole
from auxnet_keras.data.augment import augment as augmented
from auxnet_keras.data.cache import Cache, open_cache
from auxnet_keras.data.frame import Frame, Sample
from auxnet_keras.data.readers import catalogue as registry
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.resize import Size, check_size
from auxnet_keras.data.units import check_unit
from auxnet_keras.errors import DataError, unknown

logger = logging.getLogger("auxnet_keras")
_MOST_WARNINGS = 10  # further paths are logged as information, and counted
_TARGETS = {"segmentation": "label", "depth": "depth"}


@dataclass(frozen=True)
class Plan:
    """Every sample and every batch of a run, as pure functions of (seed, epoch, index or step)."""

    source: Source
    frames: list[Frame]
    size: Size
    batch_size: int
    seed: int
    depth_unit: str
    ignore_void: bool
    augment: bool
    shuffle: bool
    keep_partial: bool
    cache: Cache | None

    def __len__(self) -> int:
        """Batches in a pass."""
        whole, rest = divmod(len(self.frames), self.batch_size)
        return whole + (1 if rest and self.keep_partial else 0)

    def order(self, epoch: int) -> np.ndarray:
        """int64: the frames' indices of a pass, in order, the dropped batch left out."""
        count = len(self.frames)
        if self.shuffle:
            order = np.random.default_rng([self.seed, epoch]).permutation(count)
        else:
            order = np.arange(count)
        return order[: len(self) * self.batch_size].astype(np.int64)

    def identity(self) -> dict[str, str]:
        """What decides every batch of every pass, in words: equal plans give equal batches."""
        frames = f"{len(self.frames)} frames, {fingerprint(self.frames)}"
        return {
            "data": f"{self.source.signature}, {frames}",
            "size": f"{self.size[0]}x{self.size[1]}",
            "batch_size": str(self.batch_size),
            "seed": str(self.seed),
            "depth_unit": self.depth_unit,
            "ignore_void": str(self.ignore_void),
            "augment": str(self.augment),
            "shuffle": str(self.shuffle),
        }

    def sample(self, index: int, epoch: int) -> Sample:
        """A frame decoded, resized and, if asked for, augmented."""
        sample = self.cache.get(index) if self.cache else None
        if sample is None:
            sample = self.source.read(
                self.frames[index], self.depth_unit, self.ignore_void, self.size
            )
            if self.cache:
                self.cache.put(index, sample)
        if not self.augment:
            return sample
        return augmented(
            sample,
            seed=self.seed,
            epoch=epoch,
            index=index,
            unit=self.depth_unit,
            stored_unit=self.source.encoding.unit,
        )


def fingerprint(frames: Sequence[Frame]) -> str:
    """SHA-256 over the names of all frames and the sizes of their files.

    Of their sizes only: reading tens of thousands of files would delay every start by minutes.
    """
    digest = hashlib.sha256()
    for frame in frames:
        files = (frame.image, frame.label, frame.depth)
        sizes = [None if path is None else _size(path) for path in files]
        digest.update(repr((frame.name, sizes)).encode())
    return digest.hexdigest()


def _size(path: Path) -> int | None:
    """Bytes, from one look at the file; `None` where there is none."""
    try:
        state = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return state.st_size if stat.S_ISREG(state.st_mode) else None


def make_plan(
    kind: str,
    root: str | Path | None = None,
    *,
    split: str = "train",
    size: Size = (224, 384),
    batch_size: int = 8,
    seed: int = 0,
    depth_unit: str | None = None,
    ignore_void: bool = True,
    augment: bool = False,
    cache: str | Path | None = None,
    shuffle: bool | None = None,
    limit: int | None = None,
    main: str = "segmentation",
) -> Plan:
    """Checks the settings of `load`, finds the frames and reports what they lack."""
    size = check_size(size)
    check_whole("batch_size", batch_size, least=1)
    check_whole("seed", seed, least=0)
    source = registry.source(kind, root)
    unit = check_unit(depth_unit or source.info.depth_unit)
    frames = source.frames(split, seed, limit)
    _check_target(source, frames, split, main)
    training = split == "train"
    if training and len(frames) < batch_size:
        raise DataError(
            f"The training split of {source.root} is smaller than one batch. Expected at least "
            f"{batch_size} frames (a last partial batch of training is dropped); lower batch_size. "
            f"Received: {len(frames)} frames."
        )
    _warn(source, frames)
    # Samples are decoded on threads of the pipeline's own. OpenCV's would stand in their way, and
    # where it may use some it keeps memory of every thread that has called it and ended.
    cv2.setNumThreads(1)
    key = partial(_cache_key, source, frames, size, unit, ignore_void)
    return Plan(
        source=source,
        frames=frames,
        size=size,
        batch_size=batch_size,
        seed=seed,
        depth_unit=unit,
        ignore_void=ignore_void,
        augment=augment,
        shuffle=training if shuffle is None else shuffle,
        keep_partial=not training,
        cache=open_cache(cache, size, key),
    )


def _check_target(source: Source, frames: list[Frame], split: str, main: str) -> None:
    if not frames:
        raise DataError(
            f"The split {split!r} of {source.root} is empty. Expected frames; add some: "
            "`auxnet data verify` shows what is there. "
            f"Received: {len(source.frames('all'))} frames in all."
        )
    if main not in _TARGETS:
        raise unknown("main task", main, _TARGETS)
    what = _TARGETS[main]
    if all(getattr(frame, what) is None for frame in frames):
        place = source.label_place if what == "label" else source.depth_place
        raise DataError(
            f"No frame of the split {split!r} in {source.root} has a {what}. Expected {what} files "
            f"in {place}, named as the images are; without them {main} cannot train. "
            f"Received: {len(frames)} frames without {what}."
        )


def _warn(source: Source, frames: list[Frame]) -> None:
    for what, place in (("label", source.label_place), ("depth", source.depth_place)):
        lacking = [frame for frame in frames if getattr(frame, what) is None]
        for number, frame in enumerate(lacking):
            level = logging.WARNING if number < _MOST_WARNINGS else logging.INFO
            logger.log(level, "%s: no %s file in %s; trains without", frame.image, what, place)
        if len(lacking) > _MOST_WARNINGS:
            rest = len(lacking) - _MOST_WARNINGS
            logger.warning("%s: %d more frames without %s", source.root, rest, what)


def _cache_key(
    source: Source, frames: list[Frame], size: Size, unit: str, ignore_void: bool, index: int
) -> str:
    """Text that changes whenever the decoded sample could."""
    files = []
    for path in source.files(frames[index]):
        try:
            state = path.stat()
            files.append((str(path.resolve()), state.st_size, state.st_mtime_ns))
        except OSError:
            files.append((str(path), -1, -1))
    # The name, too: one file may hold all frames.
    return repr((source.signature, frames[index].name, size, unit, ignore_void, files))
