"""Checkpoints on disk: each a folder that is whole or absent and can prove it is undamaged."""

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

from auxnet_keras.errors import AuxnetError, DataError
from auxnet_keras.safety import read_npz, read_text
from auxnet_keras.storage.atomic import replacing_folder
from auxnet_keras.storage.write_errors import writing

FORMAT = 2
_STATE, _META, _SUMS = "state.npz", "meta.json", "SHA256"
_MOST_META = 1 << 24  # bytes


class CheckpointError(AuxnetError, RuntimeError):
    """A checkpoint cannot be written, read, or used with this model."""


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    """What was read back.

    Attributes:
        path: Its folder.
        epoch: Epochs finished when it was written, which is the epoch to go on with.
        step: Batches of that epoch trained on; 0 at its beginning.
        arrays: Name to array.
        meta: Facts given when it was written.
    """

    path: Path
    epoch: int
    step: int
    arrays: Mapping[str, np.ndarray]
    meta: Mapping[str, Any]


class CheckpointStore:
    """The checkpoints of a run: `<folder>/epoch-00012/{state.npz, meta.json, SHA256}`.

    Within an epoch, after batch 300 of it, the folder is `epoch-00012.batch-000300`.

    `sha256sum -c SHA256` in such a folder tells whether it is undamaged. It is written under a
    temporary name, synced, and renamed, so a folder with its final name was complete.

    Args:
        folder: Created with the first checkpoint.
        keep: How many of the newest stay.
    """

    def __init__(self, folder: Path, keep: int = 2) -> None:
        self.folder = folder
        self.keep = keep

    def write(
        self, epoch: int, arrays: Mapping[str, Any], meta: Mapping[str, Any], step: int = 0
    ) -> Path:
        """Writes the state after `epoch` finished epochs and removes what is too old.

        Args:
            epoch: Finished epochs.
            arrays, meta: What is kept; `meta` as JSON.
            step: Batches of the next epoch that are done, too.

        Raises:
            CheckpointError: The disk is full or the folder cannot be written; the earlier
                checkpoints are as they were.
        """
        path = self.folder / (f"epoch-{epoch:05d}" + (f".batch-{step:06d}" if step else ""))
        size = sum(array.nbytes for array in arrays.values())
        kept = f"Earlier checkpoints are untouched. Expected room for {size:,} bytes."
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
        """The newest undamaged checkpoint; `None` if there has never been one.

        Damaged ones are passed over with a warning.

        Raises:
            CheckpointError: There are checkpoints and all are damaged.
        """
        problems = []
        for path in self._paths():
            try:
                checkpoint = _read(path)
            except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
                problems.append(f"{path.name}: {error}")
                continue
            if problems:
                warnings.warn(
                    f"Damaged checkpoints are passed over ({'; '.join(problems)}); going on from "
                    f"{path}.",
                    stacklevel=2,
                )
            return checkpoint
        if problems:
            raise CheckpointError(
                f"No checkpoint in {self.folder} is readable, and starting from scratch would lose "
                "the run. Restore the folder from a copy, or move it away to start anew. "
                f"Received: {'; '.join(problems)}."
            )
        return None

    def _paths(self) -> list[Path]:
        """Newest first."""
        if not self.folder.is_dir():
            return []
        found = [path for path in self.folder.iterdir() if position(path.name) is not None]
        return sorted(found, key=lambda path: position(path.name) or (0, 0), reverse=True)


def position(name: str) -> tuple[int, int] | None:
    """(epochs, batches of the next) that the name of a checkpoint's folder says."""
    match = re.fullmatch(r"epoch-(\d{5,10})(?:\.batch-(\d{6,12}))?", name)
    return None if match is None else (int(match[1]), int(match[2] or 0))


def _read(path: Path) -> Checkpoint:
    written, sums = (path / _SUMS).read_bytes(), _sums(path)
    for name, line in sums.items():
        if line.encode() not in written:
            raise ValueError(f"{name} does not match its SHA-256")
    if written != "".join(sums.values()).encode():
        raise ValueError(f"{_SUMS} is not as it was written")
    meta = json.loads(read_text(path / _META, _MOST_META, DataError))
    if meta.pop("format") != FORMAT:
        raise ValueError("written by another version of auxnet_keras")
    arrays = read_npz(path / _STATE)
    return Checkpoint(path, int(meta.pop("epoch")), int(meta.pop("step")), arrays, meta)


def _sums(folder: Path) -> dict[str, str]:
    """File name -> its line as `sha256sum` prints it."""
    lines = {}
    for name in (_STATE, _META):
        with (folder / name).open("rb") as file:
            lines[name] = f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {name}\n"
    return lines
