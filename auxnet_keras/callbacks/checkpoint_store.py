"""Checkpoints on disk: each is a folder, complete or absent, with checksums of its files."""

import contextlib
import dataclasses
import hashlib
import json
import re
import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from auxnet_keras.core.whole_numbers import is_whole
from auxnet_keras.errors import AuxnetError, DataError, shown
from auxnet_keras.safety import read_npz, read_text
from auxnet_keras.storage.atomic import replacing_folder
from auxnet_keras.storage.write_errors import writing

FORMAT = 3
_STATE, _META, _SUMS = "state.npz", "meta.json", "SHA256"
_MAX_META = 1 << 24  # bytes
_DAMAGED = (OSError, ValueError, TypeError, KeyError, RecursionError, AuxnetError)


class CheckpointError(AuxnetError, RuntimeError):
    """A checkpoint cannot be written, read, or used with this model."""


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    """A checkpoint read from disk.

    Attributes:
        path: The checkpoint's folder.
        epoch: Number of finished epochs, which is also the epoch to continue with (from 0).
        step: Batches of that epoch already trained on; 0 at its start.
        arrays: Name to array.
        meta: The facts passed to `CheckpointStore.write`.
    """

    path: Path
    epoch: int
    step: int
    arrays: Mapping[str, np.ndarray]
    meta: Mapping[str, Any]


class CheckpointStore:
    """The checkpoints of a run: `<folder>/epoch-00012/{state.npz, meta.json, SHA256}`.

    Within an epoch, after its batch 300, the folder is `epoch-00012.batch-000300`.

    `sha256sum -c SHA256` in that folder checks it for damage. A folder is written under a
    temporary name, synced and renamed, so one with its final name is complete.

    Args:
        folder: Created with the first checkpoint.
        keep: How many of the newest checkpoints to keep.
    """

    def __init__(self, folder: Path, keep: int = 2) -> None:
        self.folder = folder
        self.keep = keep

    def write(
        self, epoch: int, arrays: Mapping[str, Any], meta: Mapping[str, Any], step: int = 0
    ) -> Path:
        """Writes the state after `epoch` finished epochs and removes old checkpoints.

        Args:
            epoch: Number of finished epochs.
            arrays, meta: What to save; `meta` is written as JSON.
            step: Number of finished batches of the next epoch.

        Raises:
            CheckpointError: The disk is full or the folder cannot be written; earlier checkpoints
                are unchanged.
        """
        path = self.folder / (f"epoch-{epoch:05d}" + (f".batch-{step:06d}" if step else ""))
        size = sum(array.nbytes for array in arrays.values())
        kept = f"Earlier checkpoints are unchanged. The checkpoint needs {size:,} bytes."
        with writing(f"The checkpoint {path}", kept=kept, error=CheckpointError):
            with replacing_folder(path) as temporary:
                np.savez(temporary / _STATE, **arrays)
                text = json.dumps(
                    {"format": FORMAT, "epoch": epoch, "step": step, **meta}, indent=2
                )
                (temporary / _META).write_text(text + "\n", encoding="utf-8")
                sums = "".join(_sums(temporary).values())
                (temporary / _SUMS).write_text(sums, encoding="utf-8")
            for old in self._paths()[self.keep :]:
                shutil.rmtree(old)
        return path

    def newest(self) -> Checkpoint | None:
        """The newest undamaged checkpoint; `None` if there are no checkpoints.

        Damaged checkpoints are skipped with a warning.

        Raises:
            CheckpointError: All checkpoints are damaged.
        """
        problems = []
        for path in self._paths():
            try:
                checkpoint = _read(path)
            except _DAMAGED as error:
                problems.append(f"{path.name}: {error}")
                continue
            if problems:
                warnings.warn(
                    f"Skipped damaged checkpoints ({'; '.join(problems)}); resuming from {path}.",
                    stacklevel=2,
                )
            return checkpoint
        if problems:
            raise CheckpointError(
                f"No checkpoint in {self.folder} is readable, and starting over would lose the "
                "run. Restore the folder from a copy, or move it away to start over. "
                f"Received: {'; '.join(problems)}."
            )
        return None

    def newest_facts(self) -> tuple[Path, dict[str, Any]] | None:
        """Folder and facts of the newest checkpoint with readable facts; its state is not read."""
        for path in self._paths():
            with contextlib.suppress(*_DAMAGED):
                return path, _meta(path)
        return None

    def _paths(self) -> list[Path]:
        """Newest first."""
        if not self.folder.is_dir():
            return []
        found = [path for path in self.folder.iterdir() if position(path.name) is not None]
        return sorted(found, key=lambda path: position(path.name) or (0, 0), reverse=True)


def recorded_position(path: Path) -> tuple[int, int] | None:
    """As `position`, if the folder is a checkpoint: stray folders of that name do not count."""
    try:
        _meta(path)
    except _DAMAGED:
        return None
    return position(path.name)


def position(name: str) -> tuple[int, int] | None:
    """(finished epochs, batches of the next one) from the name of a checkpoint's folder."""
    match = re.fullmatch(r"epoch-(\d{5,10})(?:\.batch-(\d{6,12}))?", name)
    return None if match is None else (int(match[1]), int(match[2] or 0))


def _read(path: Path) -> Checkpoint:
    written, sums = (path / _SUMS).read_bytes(), _sums(path)
    for name, line in sums.items():
        if line.encode() not in written:
            raise ValueError(f"{name} does not match its SHA-256")
    if written != "".join(sums.values()).encode():
        raise ValueError(f"{_SUMS} was changed after it was written")
    meta = _meta(path)
    epoch, step = meta.pop("epoch"), meta.pop("step")
    return Checkpoint(path, epoch, step, _numbers(read_npz(path / _STATE)), meta)


def _meta(path: Path) -> dict[str, Any]:
    """The facts of a checkpoint, which are of the epoch and batch in its name."""
    meta = json.loads(read_text(path / _META, _MAX_META, DataError))
    if not isinstance(meta, dict) or meta.pop("format", None) != FORMAT:
        raise ValueError("written by another version of auxnet_keras")
    named = (meta.get("epoch"), meta.get("step"))
    if not all(map(is_whole, named)) or named != position(path.name):
        raise ValueError(f"{_META} is of epoch {shown(named[0])}, batch {shown(named[1])}")
    return meta


def _numbers(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    for name, array in arrays.items():
        if array.dtype.kind not in "biufV":
            raise ValueError(f"{_STATE} has text in {name!r}")
    return arrays


def _sums(folder: Path) -> dict[str, str]:
    """File name to its line in the format of `sha256sum`."""
    lines = {}
    for name in (_STATE, _META):
        with (folder / name).open("rb") as file:
            lines[name] = f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {name}\n"
    return lines
