"""Texts that a terminal shows and does not obey."""

from auxnet_keras.core.printable import printable


def test_only_what_has_a_picture_stays():
    assert printable("Straße 道路 é") == "Straße 道路 é"
    assert printable("a\x1b]0;b\x07\nc\u202ed\udcff") == "a?]0;b??c?d?"
