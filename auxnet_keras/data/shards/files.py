"""The shards of a folder or an address: reads one record of any of them."""

import functools
import threading
from typing import Any

import numpy as np

from auxnet_keras.core.printable import printable
from auxnet_keras.data.remote.place import Place, check_file
from auxnet_keras.data.shards.index import Index
from auxnet_keras.data.shards.layout import READING, array_record, inside, shard_name
from auxnet_keras.data.shards.record import Record, unpack
from auxnet_keras.errors import DataError

_OPEN = 200  # shards at a time: the usual limit of a process is 1024 open files
_BUFFER = 1 << 15


class ShardFiles:
    """Records by the number of their frame; may be used by many threads.

    Args:
        place: Where the shards are.
        index: What they hold.

    Raises:
        ConfigError: `array_record` is not installed.
    """

    def __init__(self, place: Place, index: Index) -> None:
        self._place, self._index = place, index
        self._module = array_record()
        self._ends = np.cumsum([shard.frames for shard in index.shards])
        self._reader = functools.lru_cache(_OPEN)(self._opened)
        self._last = threading.local()

    def shard_of(self, row: int) -> int:
        """The number of the shard that holds a frame."""
        return int(np.searchsorted(self._ends, row, side="right"))

    def record(self, row: int, name: str) -> Record:
        """The record of a frame; the last one of each thread is kept.

        Raises:
            DataError: The shard is missing or damaged.
        """
        if getattr(self._last, "row", None) != row:
            number = self.shard_of(row)
            before = self._ends[number] - self._index.shards[number].frames
            place = inside(self._place.root, number, "images", name)
            try:
                (data,) = self._reader(number).read([int(row - before)])
            except DataError:
                raise
            except Exception as error:  # of Riegeli, in its own words
                raise self._damaged(number, error) from error
            record = unpack(data, place)
            if record.name != name:
                raise DataError(
                    f"Another frame than the index says: {place}. Expected {name!r}; copy the "
                    f"shard again, or convert the data again. Received: {printable(record.name)!r}."
                )
            self._last.row, self._last.record = row, record
        return self._last.record

    def check_present(self) -> None:
        """Raises a DataError if a shard in a folder is missing or has another size."""
        for number, shard in enumerate(self._index.shards):
            self._place.file(shard_name(number), shard.size, shard.sha256)

    def check(self, number: int) -> None:
        """Reads a whole shard and compares its checksum.

        Raises:
            DataError: It is missing or damaged.
        """
        shard, name = self._index.shards[number], shard_name(number)

        with self._place.held(name, shard.size, shard.sha256) as path:
            check_file(path, self._place.root / name, shard.sha256)
        self._reader(number)

    def _opened(self, number: int) -> Any:
        shard = self._index.shards[number]
        with self._place.held(shard_name(number), shard.size, shard.sha256) as path:
            try:
                reader = self._module.ArrayRecordReader(
                    str(path), options=READING, file_reader_buffer_size=_BUFFER
                )
                found = reader.num_records()
            except Exception as error:
                raise self._damaged(number, error) from error
        if found != shard.frames:
            raise self._damaged(number, f"{found:,} records instead of {shard.frames:,}")
        return reader

    def _damaged(self, number: int, error: Exception | str) -> DataError:
        said = printable(" ".join(str(error).split()))[:150].rstrip(".")
        return DataError(
            f"Damaged shard: {self._place.root / shard_name(number)}. Expected the file that "
            "`auxnet data convert --shards` wrote; copy it again, or convert the data again. "
            f"Received: {said or type(error).__name__}.",
            "truncated",
        )
