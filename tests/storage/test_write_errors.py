"""A refusal to write is a sentence with the true cause and what helps against it."""

import errno
import os

import pytest

from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.storage.write_errors import reason, write_error, writing


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "the disk is full; free some space"),
        (errno.EDQUOT, "the disk is full; free some space"),
        (errno.EROFS, "make its folder writable, or choose another one"),
        (errno.ENOTDIR, "choose another path"),
        (errno.EIO, "free some space or make its folder writable"),
    ],
)
def test_every_cause_has_its_remedy(number, remedy):
    with pytest.raises(DataError) as caught, writing("a.png"):
        raise OSError(number, os.strerror(number), "somewhere/else")
    assert str(caught.value) == (
        f"a.png could not be written: {remedy}, then give the same command again. "
        f"Received: {os.strerror(number)}."
    )


def test_the_error_and_a_sentence_are_the_callers():
    with (
        pytest.raises(ConfigError, match=r"again\. All is well\. Received: two lines\.$"),
        writing("x", kept="All is well.", error=ConfigError, others=(KeyError, RuntimeError)),
    ):
        raise RuntimeError("two\n lines.")
    with pytest.raises(ValueError, match="mine"), writing("x"):
        raise ValueError("mine")


def test_words_of_a_library():
    assert "Received: File too large." in str(write_error("events", "File too large"))
    assert reason(OSError("no number")) == "no number"
