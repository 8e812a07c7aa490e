"""Writes the index of a data set of shards, last of all."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from auxnet_keras.data.frame import Frame
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.shards.columns import Columns, as_table, read_columns, write_columns
from auxnet_keras.data.shards.index import FileFacts, Index
from auxnet_keras.data.shards.layout import COLUMNS, INDEX, NO_SPLIT, SPLITS
from auxnet_keras.storage.atomic import replacing, write_file
from auxnet_keras.storage.checksum import sha256
from data_tools.convert.shard_files import Part


def write_index(source: Source, frames: Sequence[Frame], out: Path, parts: Sequence[Part]) -> None:
    """Writes the columns, then `shards.json`.

    Args:
        source: The data set.
        frames: All its frames, in the order of the records.
        out: The folder.
        parts: The shards.
    """
    keys = np.concatenate([part.keys for part in parts])
    pairs = np.concatenate([part.calibrations for part in parts])
    calibrations, rows = as_table([tuple(pair) for pair in pairs.tolist()])
    sequences, sequence = as_table([frame.sequence.encode() for frame in frames])
    groups, group = as_table([source.fold_group(frame).encode() for frame in frames])
    known = calibrations.any(axis=1)  # 0 and 0 stand for none
    columns = Columns(
        name=np.array([frame.name.encode() for frame in frames]),
        image=keys[:, 0],
        label=keys[:, 1],
        depth=keys[:, 2],
        split=_splits(source, frames),
        sequence=sequence,
        group=group,
        calibration=np.where(known, np.cumsum(known) - 1, -1)[rows].astype(np.int32),
        sequences=sequences,
        groups=groups,
        calibrations=calibrations[known],
    )
    with replacing(out / COLUMNS) as place:
        write_columns(place, columns)
        read_columns(place, len(frames))  # nothing is left that no reader would take
        about = FileFacts(len(frames), place.stat().st_size, sha256(place))
    index = Index(
        info=source.info,
        encoding=source.encoding,
        declares=frozenset(what for what in ("label", "depth") if source.declares(what)),
        resized=source.resized,
        finite=source.finite,
        columns=about,
        shards=tuple(FileFacts(part.frames, part.size, part.sha256) for part in parts),
    )
    write_file(out / INDEX, json.dumps(index.to_json()) + "\n")


def _splits(source: Source, frames: Sequence[Frame]) -> np.ndarray:
    number_of = {
        frame.name: number for number, split in enumerate(SPLITS) for frame in source.frames(split)
    }
    return np.array([number_of.get(frame.name, NO_SPLIT) for frame in frames], np.uint8)
