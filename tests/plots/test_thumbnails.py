"""Pictures for TensorBoard: small, with few and large parts."""

import cv2
import numpy as np
import pytest

from auxnet_keras.plots import class_weight_map
from auxnet_keras.plots.image_grid import TITLE
from auxnet_keras.plots.thumbnails import SIZE, confusion_thumbnail, thumbnail
from tests.plots.test_names import UGLY

COLOURS = {"image": (10, 20, 30), "error": (200, 0, 0), "truth": (0, 200, 0), "guess": (0, 0, 200)}


@pytest.mark.parametrize(("height", "width"), [(64, 96), (30, 120)])
def test_cells_are_in_two_columns(height, width):
    cells = [(title, np.full((height, width, 3), c, np.uint8)) for title, c in COLOURS.items()]
    picture = thumbnail(cells)
    assert 640 <= picture.shape[1] < 660
    drawn = 320 * height // width
    half = len(picture) // 2
    assert half > TITLE + drawn
    places = [(TITLE + drawn // 2 + half * row, 160 + 326 * column) for row, column in
              ((0, 0), (0, 1), (1, 0), (1, 1))]  # fmt: skip
    assert [tuple(picture[place]) for place in places] == list(COLOURS.values())


@pytest.mark.parametrize("names", [["road", "car"], UGLY, [f"class {n}" for n in range(60)]])
def test_a_confusion_matrix_of_any_number_of_classes(tmp_path, names):
    matrix = np.diag(np.arange(len(names)))  # the first has no pixel
    file = confusion_thumbnail(matrix, names, tmp_path / "confusion.png")
    picture = cv2.imread(str(file))
    assert picture.shape == (SIZE[1] * 150, SIZE[0] * 150, 3)
    dark_blue = (picture[..., 0] > 90) & (picture[..., 2] < 30)
    assert dark_blue.sum() > 500  # the diagonal


def test_class_weights_fit_into_a_given_size(tmp_path):
    history = {f"class_weight_{n}": [1.0, 0.9] for n in range(60)}
    picture = cv2.imread(str(class_weight_map(history, tmp_path / "map.png", size=SIZE)))
    assert picture.shape == (SIZE[1] * 150, SIZE[0] * 150, 3)
