"""What counts as a whole number."""

import numpy as np
import pytest

from auxnet_keras.core.whole_numbers import check_whole, is_whole
from auxnet_keras.errors import ConfigError, DataError


@pytest.mark.parametrize("value", [1, 7, np.int64(1), np.uint8(3)])
def test_whole_numbers_pass(value):
    assert is_whole(value)
    check_whole("n", value, least=1)


@pytest.mark.parametrize("value", [0, -1, 1.0, True, np.True_, np.float32(2), "1", None])
def test_all_else_is_refused_by_name(value):
    with pytest.raises(ConfigError, match=r"n must be an integer, 1 or more\. Received: "):
        check_whole("n", value, least=1)


def test_a_number_too_long_to_print_and_another_error():
    with pytest.raises(DataError, match="too large to print"):
        check_whole("n", -(10**5000), least=0, error=DataError)
