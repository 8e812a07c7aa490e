"""Says in one sentence why a weights file cannot be loaded."""

import contextlib
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from auxnet_keras.errors import AuxnetError, ConfigError

_MISMATCH = re.compile(
    r"object <\w+ name=(\w+).*?variable\.shape=(\([\d, ]+\)).*?value\.shape=(\([\d, ]+\))", re.S
)
_NO_OPTIMIZER = "the saved optimizer has 0 variables"
_LONGEST = 160


@contextlib.contextmanager
def misfit_in_words(what: str, path: str | Path, expected: str) -> Iterator[None]:
    """Turns Keras' loading errors, which print whole tensors, into a `ConfigError`.

    Keras' warnings on the way to such an error only mislead and are dropped with it; so is the one
    that a file without an optimizer, such as `BestWeights` writes, leaves the optimizer as it is.

    Args:
        what: Into what the file is loaded.
        path: The file.
        expected: What file that takes.

    Raises:
        ConfigError: There is no such file, it is no weights file, or it is one of something else.
        AuxnetError: Raised inside, in its own words.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield
        except AuxnetError:
            raise
        except Exception as error:
            raise ConfigError(
                f"The weights in {path} do not fit the {what}: {_reason(error, Path(str(path)))}. "
                f"Expected {expected}. Received: {str(path)!r}."
            ) from error
    for warning in caught:
        if _NO_OPTIMIZER in str(warning.message):
            continue
        warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


def _reason(error: Exception, path: Path) -> str:
    if not path.exists():
        return "there is no such file"
    if isinstance(error, OSError):
        return "it is damaged or not HDF5"
    found = _MISMATCH.search(str(error))
    if found:
        return f"its layer {found[1]!r} has weights of shape {found[2]}, the file's are {found[3]}"
    line = " ".join(str(error).split())
    if "could not be loaded" in line:
        return "it holds other layers"
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
