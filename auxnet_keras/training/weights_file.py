"""Turns Keras' errors about a weights file into one short message."""

import contextlib
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from auxnet_keras.errors import AuxnetError, ConfigError

_MISMATCH = re.compile(
    r"object <\w+ name=(\w+).*?variable\.shape=\(([\d, ]+)\)"
    r".*?value\.shape=(?:torch\.Size)?[(\[]+([\d, ]+)[)\]]",
    re.S,
)
_NO_OPTIMIZER = "the saved optimizer has 0 variables"
_LONGEST = 160


@contextlib.contextmanager
def readable_weights_errors(what: str, path: str | Path, expected: str) -> Iterator[None]:
    """Turns Keras' loading errors, which print whole tensors, into a `ConfigError`.

    Keras' warnings before such an error are misleading and are dropped. So is its warning that a
    file without an optimizer, such as one from `BestWeights`, does not change the optimizer.

    Args:
        what: What the file is loaded into.
        path: The file.
        expected: Which file fits.

    Raises:
        ConfigError: The file does not exist, is not a weights file, or belongs to something else.
        AuxnetError: Raised inside the block; passed on unchanged.
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
        return "the file does not exist"
    if isinstance(error, OSError):
        return "the file is damaged or not HDF5"
    found = _MISMATCH.search(str(error))
    if found:
        return (
            f"the layer {found[1]!r} has weights of shape ({found[2]}), those in the file have "
            f"shape ({found[3]})"
        )
    line = " ".join(str(error).split())
    if "could not be loaded" in line:
        return "the file holds other layers"
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
