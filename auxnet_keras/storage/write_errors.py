"""The operating system's refusal to write, as a sentence that says what to do."""

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
    """Turns the operating system's refusal to write into one sentence.

    Args:
        what: What is written, with its path; begins the sentence.
        kept: A sentence on what is unharmed, or on another way.
        error: Raised instead.
        others: What else is caught: errors of libraries that write by themselves.

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
        raise not_written(what, problem, kept, error) from problem


def not_written(
    what: object,
    problem: Exception | str,
    kept: str = "",
    error: type[AuxnetError] = DataError,
) -> AuxnetError:
    """The error that `writing` raises for a refusal, or for what a library says of one."""
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
