"""What all plots share: figures without global state, one style, files by suffix."""

import functools
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.textpath import TextPath

from auxnet_keras.core.printable import printable
from auxnet_keras.storage.atomic import replacing
from auxnet_keras.storage.write_errors import writing

INK = "#24292f"
FAINT = "#d0d7de"
_LONGEST = 40  # characters


def new(width: float, height: float, dpi: int = 150) -> Figure:
    """An empty white figure of `width` x `height` inches, outside pyplot's list of figures."""
    figure = Figure(figsize=(width, height), dpi=dpi, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def literal(name: str, longest: int = _LONGEST) -> str:
    """A name from outside as Matplotlib draws it: on one line, and never as mathematics.

    Matplotlib parses what stands between two dollar signs, and fails if it is no formula.
    """
    shown = printable(name)
    if len(shown) > longest:
        shown = f"{shown[: longest - 3]}..."
    return shown.replace("$", r"\$")


def text(
    figure: Figure,
    place: tuple[float, float],
    name: str,
    pixels: int,
    align: str,
    size: tuple[int, int],
    weight: str = "normal",
    longest: int = _LONGEST,
) -> None:
    """Writes a name at a place that is counted in pixels.

    Args:
        figure: Where to write.
        place: (x, y) from the top left corner.
        name: Drawn literally.
        pixels: Height of the letters.
        align: `"left"`, `"center"` or `"right"` of the place.
        size: (width, height) of the figure in pixels.
        weight: `"normal"` or `"bold"`.
        longest: Most letters; of a longer name, the first ones are drawn.
    """
    figure.text(
        place[0] / size[0],
        1 - place[1] / size[1],
        literal(name, longest),
        fontsize=pixels * 72 / figure.dpi,
        ha=align,
        va="center_baseline",
        color=INK,
        weight=weight,
    )


@functools.cache
def text_width(name: str, pixels: int) -> float:
    """Width in pixels of a name drawn literally with letters of this height."""
    shown = literal(name)
    if not shown.strip():  # Matplotlib cannot measure nothing
        return 0.0
    return float(TextPath((0, 0), shown, size=pixels).get_extents().width)


def plain(axes: Axes) -> None:
    """Removes what a plot does not need and greys the rest."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(FAINT)
    axes.tick_params(which="both", color=FAINT, labelcolor=INK, labelsize=9)
    axes.grid(axis="y", color=FAINT, linewidth=0.6, alpha=0.7)
    axes.set_axisbelow(True)


def to_pixels(figure: Figure) -> np.ndarray:
    """The drawn figure, uint8 [H, W, 3], RGB."""
    canvas = figure.canvas
    canvas.draw()
    return np.array(canvas.buffer_rgba())[..., :3]  # type: ignore[attr-defined]


def save(figure: Figure, path: str | Path) -> Path:
    """Writes the figure (PNG, PDF or SVG, by the suffix) and creates its folder.

    Raises:
        DataError: The file cannot be written; an existing file is unchanged.
    """
    path = Path(path)
    with writing(path), replacing(path) as temporary:
        figure.savefig(temporary)
    return path
