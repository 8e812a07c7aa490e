"""Says in one sentence why a weights file does not fit a model."""

import contextlib
import re
import warnings
from collections.abc import Iterator
from typing import Any

import keras

from auxnet_keras.errors import ConfigError

_MISMATCH = re.compile(
    r"object <\w+ name=(\w+).*?variable\.shape=(\([\d, ]+\)).*?value\.shape=(\([\d, ]+\))", re.S
)


@contextlib.contextmanager
def misfit_in_words(model: keras.Model, path: Any) -> Iterator[None]:
    """Turns Keras' loading errors, which print whole tensors, into a `ConfigError`.

    Keras' warnings on the way to such an error only mislead and are dropped with it.

    Raises:
        ConfigError: The file holds another network, or another number of classes.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield
        except ValueError as error:
            found = _MISMATCH.search(str(error))
            reason = (
                f"its layer {found[1]!r} has weights of shape {found[2]}, the file's are {found[3]}"
                if found
                else str(error).splitlines()[0]
            )
            raise ConfigError(
                f"The weights in {path} do not fit the model {model.name!r}: {reason}. Expected a "
                "file of the same network with the same number of classes. "
                f"Received: {str(path)!r}."
            ) from error
    for warning in caught:
        warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
