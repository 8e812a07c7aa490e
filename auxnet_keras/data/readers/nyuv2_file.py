"""NYU-v2's two MATLAB files: the labelled frames (7.3, which is HDF5) and the split (5)."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from auxnet_keras.data.files import png
from auxnet_keras.data.files.listing import contents
from auxnet_keras.data.readers.matlab5 import read_matlab5
from auxnet_keras.data.readers.nyuv2_labels import OBJECTS
from auxnet_keras.errors import DataError

LABELED = "nyu_depth_v2_labeled.mat"
SPLITS = "splits.mat"

_PARTS = {"images": (np.uint8, 4), "depths": (np.float32, 3), "labels": (np.uint16, 3)}
_CHUNKS = 1 << 25  # bytes of decompressed chunks to keep: a chunk holds consecutive frames


class LabeledFile:
    """The labelled frames, read one at a time and never as a whole.

    MATLAB stores columns first, so HDF5 sees every axis reversed: images [N, 3, W, H], depths and
    labels [N, W, H]. Threads may share an object; a forked process opens the file again.
    """

    def __init__(self, root: Path) -> None:
        self.path = root / LABELED
        if not self.path.is_file():
            raise DataError(
                f"No {LABELED} in {root}. Expected NYU-v2's labelled file (2.97 GB, from "
                "cs.nyu.edu/~fergus/datasets/nyu_depth_v2.html); give the folder that holds it. "
                f"Received: {contents(root)}."
            )
        self._opened: tuple[int, h5py.File, dict[str, Any]] | None = None
        self._opening = threading.Lock()
        self._open()

    def __len__(self) -> int:
        return len(self._open()[1]["images"])

    def image(self, index: int) -> np.ndarray:
        """uint8 [H, W, 3], RGB."""
        return self._read("images", index).transpose(2, 1, 0)

    def depth(self, index: int) -> np.ndarray:
        """float32 [H, W], metres, without holes: NYU's `depths`."""
        return self._read("depths", index).T

    def labels(self, index: int) -> np.ndarray:
        """uint16 [H, W], 0 to 894."""
        return self._read("labels", index).T

    def names(self) -> list[str]:
        """Names of the labels 1 to 894."""
        try:
            file, _ = self._open()
            names = ["".join(map(chr, file[cell][()].ravel())) for cell in file["names"][()].flat]
        except (KeyError, OSError, TypeError, ValueError, AttributeError) as error:
            raise self._invalid(f"names: {error}") from error
        if len(set(names)) != OBJECTS:
            raise self._invalid(f"{len(set(names))} label names")
        return names

    def _open(self) -> tuple[h5py.File, dict[str, Any]]:
        """The checked file and its parts; opened once per process, since forks cannot share it."""
        with self._opening:
            if self._opened is None or self._opened[0] != os.getpid():
                try:
                    # Unlocked: read-only folders and some network disks cannot lock.
                    file = h5py.File(self.path, "r", locking=False, rdcc_nbytes=_CHUNKS)
                except OSError as error:
                    with self.path.open("rb") as bytes_file:
                        start = bytes_file.read(19)
                    raise self._invalid(f"a file that starts with {start!r}: {error}") from error
                self._opened = os.getpid(), file, self._checked(file)
            return self._opened[1:]

    def _checked(self, file: h5py.File) -> dict[str, Any]:
        parts = {name: self._part(file, name, *expected) for name, expected in _PARTS.items()}
        count, channels, width, height = parts["images"].shape
        shapes = {name: part.shape for name, part in parts.items()}
        if (
            channels != 3
            or not count
            or any(shapes[name] != (count, width, height) for name in ("depths", "labels"))
        ):
            raise self._invalid(f"the shapes {shapes}")
        png.check_pixels(width, height, self.path)
        return parts

    def _part(self, file: h5py.File, name: str, dtype: type, axes: int) -> Any:
        # Links and external storage could turn any file of this machine into pixels.
        linked = not isinstance(file.get(name, getlink=True), h5py.HardLink)
        part = None if linked else file.get(name)
        if not isinstance(part, h5py.Dataset) or part.external or part.is_virtual:
            raise self._invalid(f"no data {name!r}, but {', '.join(list(file)[:5]) or 'none'}")
        if part.dtype != dtype or part.ndim != axes:
            raise self._invalid(f"{name} of type {part.dtype} and shape {part.shape}")
        return part

    def _read(self, name: str, index: int) -> np.ndarray:
        try:
            return self._open()[1][name][index]
        except OSError as error:
            raise DataError(
                f"Damaged: {self.path}, {name} of frame {index + 1}. Expected a complete file; "
                f"download it again (md5 520609c519fba3ba5ac58c8fefcc3530). Received: {error}.",
                "truncated",
            ) from error

    def _invalid(self, received: str) -> DataError:
        return DataError(
            f"Not NYU-v2's labelled file: {self.path}. Expected MATLAB 7.3 (HDF5) with images, "
            "depths and labels of the same frames, and names; download it again (md5 "
            f"520609c519fba3ba5ac58c8fefcc3530). Received: {received}."
        )


def read_splits(root: Path, count: int) -> tuple[set[int], set[int]]:
    """The official training and test frames, as indices from 0.

    Args:
        root: The folder with `splits.mat`, which counts from 1.
        count: Number of frames.

    Raises:
        DataError: No such file, not NYU's, or a number that no frame has.
    """
    path = root / SPLITS
    if not path.is_file():
        raise DataError(
            f"No {SPLITS} in {root}. Expected NYU-v2's official split, from "
            "horatio.cs.nyu.edu/mit/silberman/indoor_seg_sup/splits.mat; add it next to "
            f'{LABELED}, or use split="all". Received: {contents(root)}.'
        )
    wrong: Callable[[object], DataError] = lambda received: DataError(  # noqa: E731
        f"Not NYU-v2's split: {path}. Expected trainNdxs and testNdxs, disjoint lists of frame "
        f"numbers from 1 to {count}; download it again. Received: {received}."
    )
    stored = read_matlab5(path)
    if not {"trainNdxs", "testNdxs"} <= stored.keys():
        raise wrong(", ".join(stored) or "no list of numbers")
    train, test = ({int(number) for number in stored[name]} for name in ("trainNdxs", "testNdxs"))
    if train & test:
        raise wrong(f"{len(train & test)} frames in both")
    invalid = sorted(number for number in train | test if not 1 <= number <= count)
    if invalid or not train:
        raise wrong(f"frame {invalid[0]}" if invalid else "no frame to train on")
    return {number - 1 for number in train}, {number - 1 for number in test}
