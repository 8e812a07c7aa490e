"""A colour bar below a grid of images: what the colours of a map mean."""

import dataclasses
from collections.abc import Sequence

import cv2
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from auxnet_keras.plots import figure as figures
from auxnet_keras.plots.colour import UNKNOWN
from auxnet_keras.plots.legends import SPACE, SWATCH

# All in pixels.
LENGTH = 420
HEIGHT = 92
TITLE_TEXT, TICK_TEXT = 20, 18
TICK = 6


@dataclasses.dataclass(frozen=True)
class ColourBar:
    """Colours in their order, and numbers at some of them.

    Args:
        title: What is coloured, with its unit.
        colours: uint8 [N, 3], RGB, from left to right.
        ticks: (position from 0 to 1, text).
        unknown: The meaning of the neutral colour of pixels without a value; none by default.
    """

    title: str
    colours: np.ndarray
    ticks: Sequence[tuple[float, str]]
    unknown: str = ""


def draw_bar(
    figure: Figure, bar: ColourBar, left: float, top: float, size: tuple[int, int]
) -> None:
    """Draws a bar of `LENGTH` x `HEIGHT` pixels, its title above it and its ticks below.

    Args:
        figure: Where to draw it.
        bar: The bar.
        left, top: Its corner, in pixels.
        size: (width, height) of the figure in pixels.
    """
    figures.text(figure, (left, top + TITLE_TEXT * 0.75), bar.title, TITLE_TEXT, "left", size)
    if bar.unknown:
        right = left + LENGTH
        figures.text(
            figure, (right, top + TITLE_TEXT * 0.75), bar.unknown, TITLE_TEXT, "right", size
        )
        width = figures.text_width(bar.unknown, TITLE_TEXT)
        _box(figure, right - width - SPACE - SWATCH, top + TITLE_TEXT * 0.75, size)
    y = top + TITLE_TEXT * 1.5 + SWATCH / 2
    strip = cv2.resize(bar.colours[None], (LENGTH, SWATCH), interpolation=cv2.INTER_LINEAR)
    figure.figimage(strip, round(left), round(size[1] - y - SWATCH / 2))
    for position, text in bar.ticks:
        x = left + position * (LENGTH - 1)
        below = y + SWATCH / 2
        mark = Rectangle(
            (x / size[0], 1 - (below + TICK) / size[1]),
            1 / size[0],
            TICK / size[1],
            color=figures.INK,
            linewidth=0,
            transform=figure.transFigure,
        )
        figure.add_artist(mark)
        figures.text(figure, (x, below + TICK + TICK_TEXT * 0.6), text, TICK_TEXT, "center", size)


def _box(figure: Figure, x: float, y: float, size: tuple[int, int]) -> None:
    figure.add_artist(
        Rectangle(
            (x / size[0], 1 - (y + SWATCH / 2) / size[1]),
            SWATCH / size[0],
            SWATCH / size[1],
            color=[value / 255 for value in UNKNOWN],
            linewidth=0,
            transform=figure.transFigure,
        )
    )
