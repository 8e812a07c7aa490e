"""The dtype policy of a training ends with it, also when it fails."""

import keras
import pytest

from auxnet_keras.training.precision import PRECISIONS, using_precision


def policy():
    return keras.config.dtype_policy().name


def interrupted(name):
    with using_precision(name):
        assert policy() == name
        raise KeyboardInterrupt


@pytest.mark.parametrize("name", PRECISIONS)
def test_the_policy_from_before_comes_back(name):
    with using_precision("mixed_bfloat16"):
        with pytest.raises(KeyboardInterrupt):
            interrupted(name)
        assert policy() == "mixed_bfloat16"
    assert policy() == "float32"
