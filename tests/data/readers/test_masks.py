"""From a mask's values, however a tool wrote them, to ids."""

from pathlib import Path

import numpy as np
import pytest

from auxnet_keras.data.files.stored_values import Stored
from auxnet_keras.data.labels import LabelTable
from auxnet_keras.data.readers.masks import Masks
from auxnet_keras.errors import DataError

COLOURS = {(128, 128, 128): 0, (128, 0, 0): 1, (200, 10, 10): 1, (0, 0, 192): 7, (0, 0, 0): -1}
IDS = np.array([[0, 1, 7], [7, 1, 0]], np.uint8)
PATH = Path("m.png")


def table(**options):
    return LabelTable({"sky": (1, 1, 1), "house": (2, 2, 2), "way": (3, 3, 3)}, MEMBERS, **options)


MEMBERS = {"sky": [0], "house": [1], "way": [7]}


def read(values, *, others=False, **options):
    return Masks(table(others=others), COLOURS, **options).ids(Stored(values, "a mask"), PATH)


def coloured(ids):
    of = {0: (128, 128, 128), 1: (128, 0, 0), 7: (0, 0, 192), -1: (0, 0, 0), 11: (200, 10, 10)}
    return np.array([[of[int(i)] for i in row] for row in ids], np.uint8)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32])
def test_one_channel_holds_ids(dtype):
    np.testing.assert_array_equal(read(IDS.astype(dtype)), IDS)


def test_three_equal_channels_and_red_alone_hold_ids():
    np.testing.assert_array_equal(read(np.dstack([IDS] * 3)), IDS)
    np.testing.assert_array_equal(read(np.dstack([IDS, IDS * 0, IDS * 0])), IDS)


@pytest.mark.parametrize(("stored", "channel"), [("red", 0), ("green", 1), ("blue", 2)])
def test_a_named_channel_whatever_the_others_hold(stored, channel):
    rgb = np.random.default_rng(0).integers(0, 255, (2, 3, 3), np.uint16)
    rgb[..., channel] = IDS
    np.testing.assert_array_equal(read(rgb, stored=stored), IDS)
    with pytest.raises(DataError, match="Expected three channels"):
        read(IDS, stored=stored)


def test_colours_of_classes_and_black():
    ids = np.array([[0, 1, 7], [-1, 11, 0]])
    np.testing.assert_array_equal(read(coloured(ids)), np.where(ids == 11, 1, ids))


def test_an_unknown_colour_is_counted_and_placed():
    rgb = coloured(IDS)
    rgb[1, 1:] = (9, 8, 7)
    with pytest.raises(DataError) as error:
        read(rgb)
    message = str(error.value)
    assert "[9, 8, 7], in 2 pixels, the first in row 1, column 1" in message
    assert message.endswith("Received: 1 such colours in 2 of 6 pixels.")
    wanted = np.where((rgb == (9, 8, 7)).all(-1), -1, IDS.astype(int))
    np.testing.assert_array_equal(read(rgb, others=True), wanted)


def test_values_with_two_meanings_need_a_word():
    black = np.zeros((2, 3, 3), np.uint8)  # id 0, sky, and the colour that is ignored
    with pytest.raises(DataError, match=r"two meanings.*stored: ids"):
        read(black)
    assert (read(black, stored="ids") == 0).all()
    assert (read(black, stored="colors") == -1).all()


def test_grey_colours_are_colours_if_they_are_no_ids():
    sky = np.full((2, 3, 3), 128, np.uint8)
    assert (read(sky) == 0).all()
    assert (read(sky, others=True) == 0).all()
    red = np.dstack([np.full((2, 3), 128, np.uint8), np.zeros((2, 3, 2), np.uint8)])
    assert (read(red) == 1).all()


def test_ids_of_red_stay_ids_with_others_ignored():
    red = np.dstack([IDS, IDS * 0, IDS * 0])
    np.testing.assert_array_equal(read(red, others=True), IDS)
    with_other = red.copy()
    with_other[0, 0, 0] = 99
    assert read(with_other, others=True)[0, 0] == 99  # which the table ignores


def test_instances_are_divided_away():
    stored = IDS.astype(np.uint16) * 1000 + 17
    np.testing.assert_array_equal(read(stored, divide=1000), IDS)
    np.testing.assert_array_equal(read(stored.astype(np.int32) + 900, divide=1000), IDS)


def test_fractions_are_no_ids():
    with pytest.raises(DataError, match="Expected whole numbers"):
        read(IDS / 2)
    np.testing.assert_array_equal(read(IDS > 0), IDS > 0)
    np.testing.assert_array_equal(read(IDS.astype(np.float64)), IDS)
    for odd in (np.nan, np.inf, 1e20):
        with pytest.raises(DataError, match="Expected whole numbers"):
            read(np.where(IDS > 1, odd, IDS))


def test_colours_of_16_bits_need_a_channel():
    rgb = np.random.default_rng(0).integers(1, 9, (2, 3, 3), np.uint16)
    with pytest.raises(DataError, match="stored: red"):
        read(rgb)


def test_a_table_ignores_minus_one_and_on_request_all_others():
    ids = np.array([[-1, 7, 300, -5]])
    with pytest.raises(DataError, match=r"Unknown label ids.*Received: -5, 300\.$"):
        table().train_ids(ids, PATH)
    np.testing.assert_array_equal(table(others=True).train_ids(ids, PATH), [[255, 2, 255, 255]])
    np.testing.assert_array_equal(table().train_ids(ids[:, :2], PATH), [[255, 2]])


def test_other_masks_decide_what_one_with_two_meanings_holds():
    black = np.zeros((2, 3, 3), np.uint8)
    half = black.copy()
    half[0] = 255  # an id that is ignored, and a colour of no class
    colours, ids = Stored(coloured(IDS), "a mask"), Stored(np.dstack([IDS] * 3), "a mask")
    for others, wanted in (([colours, ids], -1), ([Stored(half, "a mask"), ids], 0)):
        assert (read(black, examples=lambda others=others: others) == wanted).all()
    assert (read(half, examples=lambda: [colours], others=True) == -1).all()
    with pytest.raises(DataError, match=r"A colour of no class.*\[255, 255, 255\]"):
        read(half, examples=lambda: [colours])
    with pytest.raises(DataError, match="two meanings"):
        read(black, examples=lambda: [Stored(black, "a mask")])


def test_ids_without_instances_are_not_divided_to_nothing():
    known = {f"c{number}": [number] for number in range(34)}
    masks = Masks(LabelTable(dict.fromkeys(known, (1, 1, 1)), known), {}, divide=1000)
    with pytest.raises(DataError, match=r"Ids without instances.*labelIds.*Received: 7, 8, 11, 21"):
        masks.ids(Stored(np.array([[7, 8, 11], [21, 26001, 24000]]), "a mask"), PATH)
    numbered = np.array([[1, 2, 3], [4, 26001, 24000]])  # of class 0
    np.testing.assert_array_equal(
        masks.ids(Stored(numbered, "a mask"), PATH), [[0, 0, 0], [0, 26, 24]]
    )
