"""Validators of settings: each returns a value in canonical form, or raises.

TypeError says what the value must be; LookupError carries the valid names.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from auxnet_keras.core.whole_numbers import is_whole
from auxnet_keras.data.readers.folds import FOLDS
from auxnet_keras.data.remote.url import check_url, is_url

MOST_PIXELS = 2**26
MOST_IMAGES = 2**16


def text(value: object) -> str:
    """A string."""
    if not isinstance(value, str):
        raise TypeError("a string")
    return value


def path(value: object) -> str:
    """A path, as text."""
    if not isinstance(value, str | Path):
        raise TypeError("a path")
    given = str(value)
    # A NUL ends a name, and no name has surrogates (half a character, such as \ud800 in YAML).
    if "\0" in given or any("\ud800" <= character <= "\udfff" for character in given):
        raise TypeError("a path")
    return given


def absolute(value: object) -> str:
    """A path, made absolute so that the run resumes from anywhere."""
    try:
        place = Path(path(value)).expanduser().resolve()
        place.is_dir()  # a name that is too long
    except (OSError, RuntimeError) as error:  # RuntimeError: ~nobody, a loop of links
        reason = error.strerror if isinstance(error, OSError) else str(error).rstrip(".")
        raise TypeError(f"a path that can be resolved ({reason})") from error
    return str(place)


def root(value: object) -> str:
    """The place of a data set: an address as it is, or an absolute path."""
    given = path(value)
    return check_url(given) if is_url(given) else absolute(given)


def weights(value: object) -> str:
    """`imagenet`, `none` or an absolute path."""
    given = path(value)
    return given if given in ("imagenet", "none") else absolute(given)


def boolean(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise TypeError("true or false")
    return value


def positive_whole(value: object) -> int:
    """A whole number >= 1."""
    if not is_whole(value) or value < 1:
        raise TypeError("a whole number >= 1")
    if value >= 2**31:
        raise TypeError("a whole number below 2**31")
    return int(value)


def seed(value: object) -> int:
    """A whole number >= 0."""
    if not is_whole(value) or value < 0:
        raise TypeError("a whole number >= 0")
    if value >= 2**32:  # NumPy's generator accepts no more
        raise TypeError("a whole number below 2**32")
    return int(value)


def fold(value: object) -> int:
    """The number of a fold."""
    if not is_whole(value) or not 0 <= value < FOLDS:
        raise TypeError(f"a whole number from 0 to {FOLDS - 1}")
    return int(value)


def rate(value: Any) -> float:
    """A finite number > 0."""
    try:  # YAML 1.1 reads 1e-4 (without a dot) as a string
        number = float(value) if not isinstance(value, bool) else 0.0
    except (TypeError, ValueError, OverflowError):
        number = 0.0
    if not 0.0 < number < float("inf"):
        raise TypeError("a number > 0")
    return number


def share(value: Any) -> float:
    """A number >= 0 and < 1."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value < 1:
        raise TypeError("a number >= 0 and < 1")
    return float(value)


def rates_by_epoch(value: object) -> dict[int, float]:
    """Finished epochs -> learning rate from then on; `20:0.001,30:0.0001` as text."""
    wrong = TypeError(
        "finished epochs and the learning rate from then on, such as 20:0.001,30:0.0001"
    )
    try:
        if isinstance(value, str):
            value = {int(k): v for k, v in (part.split(":") for part in value.split(","))}
        if not isinstance(value, Mapping) or not value:
            raise wrong
        return {positive_whole(epochs): rate(value[epochs]) for epochs in sorted(value)}
    except (TypeError, ValueError):
        raise wrong from None


def size(value: object) -> tuple[int, int]:
    """Height and width."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise TypeError("two whole numbers, height and width")
    height, width = positive_whole(value[0]), positive_whole(value[1])
    if height * width > MOST_PIXELS:  # a stranger's run must not ask for all the memory
        raise TypeError(f"height and width of at most {MOST_PIXELS:,} pixels")
    return height, width


def batch_size(value: object) -> int:
    """A whole number >= 1, small enough for a batch."""
    number = positive_whole(value)
    if number > MOST_IMAGES:
        raise TypeError(f"a whole number <= {MOST_IMAGES:,}")
    return number


class one_of:  # noqa: N801 - reads like the functions above
    """One of some names; a catalogue may grow later."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names

    def __call__(self, value: object) -> str:
        if not isinstance(value, str) or value not in self.names:
            raise LookupError(list(self.names))
        return value
