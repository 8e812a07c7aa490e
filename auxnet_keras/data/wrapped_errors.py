"""Our own sentence out of an exception that a library wrapped."""

import re

from auxnet_keras.errors import AuxnetError

_OURS = re.compile(r"(?:DataError|ConfigError): ([^\n]+)")


def sentence(exception: BaseException) -> str | None:
    """The sentence of a DataError or ConfigError, also one raised inside a tf.data pipeline.

    TensorFlow turns an exception of the reading code into one of `tf.errors` that holds the whole
    stack as text; the command line shows this sentence instead.

    Returns:
        The sentence, or None for an exception that is not ours.
    """
    if isinstance(exception, AuxnetError):
        return str(exception)
    ours = _OURS.findall(str(exception))
    return ours[-1].strip() if ours else None
