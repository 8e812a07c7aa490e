"""Files from strangers: what a file claims is checked before anything is allocated for it.

Nothing here executes what a file holds, follows a path out of it, or decompresses it: the files
that Keras, NumPy and this package write need none of that, so one that does is refused.
"""

from auxnet_keras.safety.bounded_read import read_bytes, read_text
from auxnet_keras.safety.npz import read_npz
from auxnet_keras.safety.plain_yaml import YamlError, plain_yaml
from auxnet_keras.safety.weights import check_weights

__all__ = ["YamlError", "check_weights", "plain_yaml", "read_bytes", "read_npz", "read_text"]
