"""How many frames go into a shard: a number of shards, or a size for each."""

import re
from dataclasses import dataclass

from auxnet_keras.errors import ConfigError

_UNITS = {"MB": 10**6, "GB": 10**9}
_TEXT = re.compile(r"(\d{1,9})\s*(MB|GB)?", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class ShardSize:
    """What `--shards` says.

    Args:
        count: The number of shards; 0 if they have a size instead.
        size: The bytes from which a shard is full.
    """

    count: int
    size: int

    def is_full(self, number: int, frames: int, size: int, total: int) -> bool:
        """Whether a shard takes no more frames.

        Args:
            number: Which shard it is.
            frames: The frames in it and in those before.
            size: Its bytes.
            total: All frames.
        """
        if self.count:
            return frames >= total * (number + 1) // min(self.count, total)
        return size >= self.size


def shard_size(text: str) -> ShardSize:
    """Reads `8` (shards) or `256MB` (each).

    Raises:
        ConfigError: It is neither.
    """
    found = _TEXT.fullmatch(text.strip())
    if found is None or int(found[1]) == 0:
        raise ConfigError(
            "shards must be a number of shards, such as 8, or a size for each, such as 256MB or "
            f"1GB. Received: {text!r}."
        )
    if found[2] is None:
        return ShardSize(int(found[1]), 0)
    return ShardSize(0, int(found[1]) * _UNITS[found[2].upper()])
