"""Writes shards with any number of frames, whose files are those of a single small frame."""

import json
from pathlib import Path

import numpy as np

from auxnet_keras import data
from auxnet_keras.data.shards.columns import Columns, write_columns
from auxnet_keras.data.shards.index import FileFacts, Index
from auxnet_keras.data.shards.layout import COLUMNS, INDEX, WRITING, array_record, shard_name
from auxnet_keras.data.shards.record import Record, pack
from auxnet_keras.storage.checksum import sha256
from data_tools.depth_files import png_bytes

PER_SHARD = 25_000
SIZE = (8, 12)


def write(root: Path, frames: int) -> Path:
    """Writes `frames` frames with KITTI's classes; every fifth validates."""
    root.mkdir(parents=True)
    source = data.source("kitti", root)
    rng = np.random.default_rng(0)
    image = png_bytes(rng.integers(0, 256, (*SIZE, 3), np.uint8), root)
    label = png_bytes(rng.integers(0, 12, SIZE, np.uint8), root)
    depth = png_bytes(rng.integers(256, 9999, SIZE, np.uint16), root)
    names = [f"{number // 1000:05d}/{number:08d}" for number in range(frames)]
    shards = []
    for begin in range(0, frames, PER_SHARD):
        path = root / shard_name(len(shards))
        writer = array_record().ArrayRecordWriter(str(path), WRITING)
        for name in names[begin : begin + PER_SHARD]:
            writer.write(pack(Record(name, image, label, depth)))
        writer.close()
        count = len(names[begin : begin + PER_SHARD])
        shards.append(FileFacts(count, path.stat().st_size, sha256(path)))
    key, rows = np.ones(frames, np.uint64), np.arange(frames, dtype=np.int32)
    columns = Columns(
        name=np.array(names, "S"),
        image=np.arange(1, frames + 1, dtype=np.uint64),
        label=key,
        depth=key,
        split=(rows % 5 == 0).astype(np.uint8),
        sequence=rows // 1000,
        group=rows // 1000,
        calibration=np.zeros(frames, np.int32),
        sequences=np.array([f"{row:05d}" for row in range(-(-frames // 1000))], "S"),
        groups=np.array([f"{row:05d}" for row in range(-(-frames // 1000))], "S"),
        calibrations=np.array([[720.0, 0.54]]),
    )
    write_columns(root / COLUMNS, columns)
    size = (root / COLUMNS).stat().st_size
    index = Index(
        info=source.info,
        encoding=source.encoding,
        declares=frozenset(("label", "depth")),
        resized=frozenset(),
        finite=True,
        columns=FileFacts(frames, size, sha256(root / COLUMNS)),
        shards=tuple(shards),
    )
    (root / INDEX).write_text(json.dumps(index.to_json()))
    return root
