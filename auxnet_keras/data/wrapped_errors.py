"""Extracts the package's own message from an exception that a library wrapped."""

import re

from auxnet_keras.errors import AuxnetError

_OURS = re.compile(r"(?:DataError|ConfigError): ([^\n]+)")


def sentence(exception: BaseException) -> str | None:
    """The message of a DataError or ConfigError, even if raised inside a tf.data pipeline.

    TensorFlow turns an exception of a reader into one of `tf.errors` that holds the whole stack as
    text; the command line shows this sentence instead.

    Returns:
        The sentence, or None if the exception is not from this package.
    """
    if isinstance(exception, AuxnetError):
        return str(exception)
    ours = _OURS.findall(str(exception))
    return ours[-1].strip() if ours else None
