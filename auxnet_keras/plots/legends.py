"""The legend of classes: a swatch of colour and a name for each."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from auxnet_keras.plots import figure as figures

# All in pixels.
LINE = 38
SWATCH = 22
SPACE, BETWEEN = 8, 30  # after a swatch, after a name
TEXT = 21
DPI = 100


def class_legend(
    class_names: Sequence[str], palette: np.ndarray, *, width: int = 640
) -> np.ndarray:
    """The colours and names of classes as a picture of its own.

    Args:
        class_names: K names.
        palette: uint8 [K, 3], RGB.
        width: Width in pixels; the number of names determines the height.

    Returns:
        uint8 [H, W, 3], RGB.

    Example:
        >>> info = ak.data.info("street")
        >>> ak.plots.class_legend(info.class_names, info.palette).shape[1]
        640
    """
    lines = legend_lines(class_names, width)
    size = (width, LINE * len(lines))
    figure = figures.new(size[0] / DPI, size[1] / DPI, DPI)
    for number, line in enumerate(lines):
        draw_line(figure, line, LINE * (number + 0.5), size, class_names, palette)
    return figures.to_pixels(figure)


def legend_lines(class_names: Sequence[str], full: int) -> list[list[int]]:
    """Class numbers in as few lines of `full` pixels as possible, all of about the same length."""
    widths = [_entry_width(name) for name in class_names]
    count = math.ceil(sum(widths) / full)
    while True:
        lines: list[list[int]] = [[] for _ in range(count)]
        for c, width in enumerate(widths):
            middle = sum(widths[:c]) + width / 2
            lines[min(int(middle / sum(widths) * count), count - 1)].append(c)
        too_long = any(sum(widths[c] for c in line) > full for line in lines if len(line) > 1)
        if not too_long:
            return [line for line in lines if line]
        count += 1


def draw_line(
    figure: Figure,
    line: list[int],
    y: float,
    size: tuple[int, int],
    class_names: Sequence[str],
    palette: np.ndarray | None,
) -> None:
    """Draws one of the `legend_lines`, centred.

    Args:
        figure: Where to draw it.
        line: The classes on this line.
        y: The line's middle, in pixels from the top.
        size: (width, height) of the figure in pixels.
        class_names: All names.
        palette: uint8 [K, 3], RGB; the swatches are white without one.
    """
    x = (size[0] - sum(_entry_width(class_names[c]) for c in line) + BETWEEN) / 2
    for c in line:
        colour = [value / 255 for value in palette[c]] if palette is not None else "white"
        corner = (x / size[0], 1 - (y + SWATCH / 2) / size[1])
        box = Rectangle(
            corner,
            SWATCH / size[0],
            SWATCH / size[1],
            facecolor=colour,
            edgecolor=figures.FAINT,
            transform=figure.transFigure,
        )
        figure.add_artist(box)
        figures.text(figure, (x + SWATCH + SPACE, y), class_names[c], TEXT, "left", size)
        x += _entry_width(class_names[c])


def _entry_width(name: str) -> float:
    return SWATCH + SPACE + figures.text_width(name, TEXT) + BETWEEN
