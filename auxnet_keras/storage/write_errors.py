"""Turns failed writes into errors that say what to do."""

import contextlib
import errno
from collections.abc import Iterator

from auxnet_keras.errors import AuxnetError, DataError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_WRONG_PATH = (errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.ENOENT)


@contextlib.contextmanager
def writing(
    what: object,
    *,
    kept: str = "",
    error: type[AuxnetError] = DataError,
    others: tuple[type[Exception], ...] = (),
) -> Iterator[None]:
    """Turns a failed write into an error that says what to do.

    Args:
        what: What is written, with its path; the message begins with it.
        kept: A sentence about what is unharmed, or about an alternative.
        error: The error raised instead.
        others: Other exceptions to catch, of libraries that write files themselves.

    Raises:
        AuxnetError: `error`; the disk is full, or the folder cannot be written to.

    Example:
        >>> with writing(Path("notes.txt"), kept="The old file is unchanged."):
        ...     _ = Path("notes.txt").write_text("New notes.")
    """
    caught: tuple[type[Exception], ...] = (OSError, *others)
    try:
        yield
    except caught as problem:
        raise write_error(what, problem, kept, error) from problem


def write_error(
    what: object,
    problem: Exception | str,
    kept: str = "",
    error: type[AuxnetError] = DataError,
) -> AuxnetError:
    """The error that `writing` raises for a failed write or a library's report of one."""
    sentence = f"{what} could not be written: {_remedy(problem)}, then give the same command again."
    return error(" ".join(filter(None, (sentence, kept, f"Received: {reason(problem)}."))))


def reason(problem: BaseException | str) -> str:
    """What went wrong, in the operating system's own words and on one line."""
    text = getattr(problem, "strerror", None) or getattr(problem, "message", None) or problem
    return " ".join(str(text).split()).rstrip(".")


def _remedy(problem: Exception | str) -> str:
    number = getattr(problem, "errno", None)
    if number in _FULL:
        return "the disk is full; free some space"
    if number in _FORBIDDEN:
        return "make its folder writable, or choose another one"
    if number in _WRONG_PATH:
        return "choose another path"
    return "free some space or make its folder writable"
