"""The package's exceptions: each message says what, where, what was expected and what to do."""

import difflib
from collections.abc import Iterable

_LONGEST = 200


class AuxnetError(Exception):
    """Base of every error raised on purpose; the command line prints it without a traceback.

    Args:
        message: The text of the error.
        fault: A code for what is wrong with a file, which stays the same when messages change;
            `auxnet data verify` sorts by it.
    """

    def __init__(self, message: str, fault: str = "") -> None:
        super().__init__(message)
        self.fault = fault


class DataError(AuxnetError, ValueError):
    """A file or folder does not follow the format of its data set."""


class ConfigError(AuxnetError, ValueError):
    """A setting, a name or a combination of them cannot work."""


class BackendError(AuxnetError, ImportError):
    """The backend that Keras computes on, or the one that something needs, is not installed."""


def unknown(
    what: str, name: object, known: Iterable[str], error: type[AuxnetError] = ConfigError
) -> AuxnetError:
    """The error for a name that is not in a list; suggests the nearest known name.

    Example:
        >>> print(unknown("weighting", "twp", ["twb", "ftwb"]))
        Unknown weighting; did you mean 'twb'? Known: ftwb, twb. Received: 'twp'.
    """
    names = sorted(known)
    hint = suggestion(name if isinstance(name, str) else shown(name), names)
    return error(f"Unknown {what}{hint} Known: {', '.join(names)}. Received: {shown(name)}.")


def suggestion(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about a name that is not in a list: with the nearest one, if any.

    Example:
        >>> suggestion("imagenett", ["imagenet", "none"])
        "; did you mean 'imagenet'?"
    """
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.4)
    return f"; did you mean {near[0]!r}?" if near else "."


def shown(value: object) -> str:
    """Any value as `Received:` shows it: on one line and of limited length.

    Example:
        >>> shown(10**5000)
        'int, too large to print'
    """
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # Python refuses to print more than 4300 digits
        return f"{type(value).__name__}, too large to print"
    line = " ".join(text.split()) if "\n" in text else text
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
