"""Few labels: which training frames keep the target of the main task."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from auxnet_keras.data.frame import Frame
from auxnet_keras.data.frame_table import has
from auxnet_keras.data.readers.base import Source
from auxnet_keras.errors import ConfigError

MAX_LABELS_READ = 512
"""Maximum number of label files read for their classes: seconds, whatever the data set."""

_SHARE = 1e-4  # of a label's pixels; fewer would vanish at the network's size
_LABELS = 1  # keeps this stream of random numbers apart from that of `limit`

_classes_seen: dict[tuple[Any, ...], frozenset[int]] = {}


def kept_frames(
    source: Source, frames: Sequence[Frame], task: str, count: int, seed: int
) -> list[int]:
    """Chooses the frames that keep their target.

    They are the first `count` of an order that does not depend on `count`, so that a larger budget
    includes all frames of a smaller one. The order is a random permutation, except that frames
    which together show every class come first: each time the one with the most classes that are
    still missing. Classes are read from the first `MAX_LABELS_READ` labels of the permutation.
    Depth has no classes, so its order is the permutation itself.

    Args:
        source: The reader of the labels.
        frames: The frames of the training split.
        task: The task that keeps its target, "segmentation" or "depth".
        count: Number of frames that keep it.
        seed: Seed of the permutation.

    Returns:
        Indices of `frames`, increasing.

    Raises:
        ConfigError: `count` exceeds the frames with a target.
        DataError: A damaged label file.
    """
    what = "label" if task == "segmentation" else "depth"
    own = np.flatnonzero(has(frames, what))
    if count > len(own):
        raise ConfigError(
            f"labels must be at most {len(own)}, the number of training frames with a {what} in "
            f"{source.place}; set fewer, or leave out labels to keep all. "
            f"Received: labels={count}."
        )
    order = own[np.random.default_rng([seed, _LABELS]).permutation(len(own))]
    if task == "segmentation" and count < len(own):
        order = _all_classes_first(order, source, frames)
    return np.sort(order[:count]).tolist()


def _all_classes_first(order: np.ndarray, source: Source, frames: Sequence[Frame]) -> np.ndarray:
    first_labels = order[:MAX_LABELS_READ].tolist()
    with ThreadPoolExecutor() as pool:
        found = list(pool.map(lambda index: _classes(source, frames[index]), first_labels))
    classes = dict(zip(first_labels, found, strict=True))
    missing = set().union(*found)
    first: list[int] = []
    while missing:
        best = max(
            first_labels, key=lambda index: len(classes[index] & missing)
        )  # the first of equals
        first.append(best)
        missing -= classes[best]
    return np.concatenate([np.array(first, np.int64), order[~np.isin(order, first)]])


def _classes(source: Source, frame: Frame) -> frozenset[int]:
    """The classes of a frame except void; reads each file once per process."""
    path = Path(str(frame.label))
    # A label inside another file, as in NYU-v2, has no times of its own.
    state = path.stat() if path.is_file() else None
    stamp = (state.st_mtime_ns, state.st_ctime_ns) if state else source.content_keys(frame)
    key = (source.signature, str(source.root.resolve()), frame.name, stamp)
    if key not in _classes_seen:
        ids = source.label(frame, path)
        numbers, pixels = np.unique(ids, return_counts=True)
        seen = numbers[(numbers != source.info.ignore_label) & (pixels >= _SHARE * ids.size)]
        _classes_seen[key] = frozenset(seen.tolist())
    return _classes_seen[key]
