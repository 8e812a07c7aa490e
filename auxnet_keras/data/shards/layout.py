"""The files of a shard folder, and how they are written with the package `array_record`."""

import importlib
from pathlib import Path
from types import ModuleType

from auxnet_keras.errors import ConfigError

INDEX = "shards.json"
"""Describes the data set and lists the shards; written last."""

COLUMNS = "frames.npz"
"""What is known of each frame, as columns."""

MAX_COLUMNS = 1 << 32
"""The largest size of the columns in bytes: tens of millions of frames."""

MAX_SHARD = 1 << 40
"""The largest size of a shard in bytes."""

SPLITS = ("train", "val", "test")
NO_SPLIT = len(SPLITS)
"""The number, in the columns, of frames that neither train, validate nor test."""

WRITING = "group_size:1"
"""Options of the writer: a record alone can be read without its neighbours."""

READING = "readahead_buffer_size:0,max_parallelism:0"


def shard_name(number: int) -> str:
    """The file name of a shard."""
    return f"frames-{number:05d}.array_record"


def array_record() -> ModuleType:
    """The module that reads and writes shards.

    Raises:
        ConfigError: It is not installed.
    """
    try:
        return importlib.import_module("array_record.python.array_record_module")
    except ImportError as error:
        raise ConfigError(
            "Shards need the package array_record; install it with "
            f"pip install 'auxnet_keras[shards]'. Received: {error}."
        ) from error


def inside(root: Path, number: int, sort: str, name: str) -> Path:
    """The path of a file inside a shard, for messages."""
    return root / shard_name(number) / sort / name
