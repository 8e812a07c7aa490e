"""The second palette: how far its colours are apart, for three kinds of eyes."""

import numpy as np
import pytest

from auxnet_keras import plots
from tests.oracles.colour_difference import VISIONS, ciede2000, lab, smallest_difference

BLACK_AND_WHITE = [[0, 0, 0], [255, 255, 255]]

# Sharma, Wu and Dalal 2005, Table 1: L*, a*, b* twice, and their difference.
PUBLISHED = np.array(
    [
        [50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425],
        [50, -1.3802, -84.2814, 50, 0, -82.7485, 1.0000],
        [50, 0, 0, 50, -1, 2, 2.3669],
        [50, -0.001, 2.49, 50, 0.0011, -2.49, 4.7461],
        [50, 2.5, 0, 50, 0, -2.5, 4.3065],
        [50, 2.5, 0, 73, 25, -18, 27.1492],
        [60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644],
        [22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373],
        [2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082],
    ]
)


def test_the_measure_is_the_published_one():
    found = ciede2000(PUBLISHED[:, :3], PUBLISHED[:, 3:6])
    np.testing.assert_allclose(found, PUBLISHED[:, 6], atol=1e-4)
    np.testing.assert_allclose(lab(BLACK_AND_WHITE), [[0, 0, 0], [100, 0, 0]], atol=0.02)


def test_who_sees_two_primaries_confuses_red_and_green_but_not_blue_and_yellow():
    for vision in ("protanopia", "deuteranopia"):
        confused = smallest_difference([[255, 0, 0], [120, 105, 0]], vision)
        kept = smallest_difference([[0, 0, 255], [255, 255, 0]], vision)
        assert confused < smallest_difference([[255, 0, 0], [120, 105, 0]], "trichromacy") < kept


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize(("classes", "least"), [(8, 18.0), (16, 13.6), (20, 13.4)])
def test_colours_stay_apart(vision, classes, least):
    palette = plots.colour_blind_palette(classes)
    assert smallest_difference([*palette, *BLACK_AND_WHITE], vision) >= least


def test_beyond_twenty_classes_the_colours_repeat():
    palette = plots.colour_blind_palette(43)
    assert palette.shape == (43, 3) and palette.dtype == np.uint8
    np.testing.assert_array_equal(palette[20:40], palette[:20])
    assert plots.colour_blind_palette(0).shape == (0, 3)
