"""Images side by side with titles and a class legend: the paper's Figure 4."""

import functools
import math
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.textpath import TextPath

from auxnet_keras.errors import ConfigError
from auxnet_keras.plots import figure as figures
from auxnet_keras.plots.colour import colour_depth
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.write_errors import writing

# All in pixels; on a page the grid appears at about half its size.
GAP = 6
TITLE = 46
LEGEND_LINE = 38
SWATCH = 22
SPACE, BETWEEN = 8, 30  # after a swatch, after a name
BAR = 240  # length of the colour bar
TITLE_TEXT, LEGEND_TEXT = 24, 21
DPI = 100


def image_grid(
    rows: Sequence[Sequence[np.ndarray]],
    titles: Sequence[str],
    *,
    class_names: Sequence[str] = (),
    palette: np.ndarray | None = None,
    depth_ends: tuple[str, str] | None = None,
    width: int = 320,
) -> np.ndarray:
    """A table of images, one row per frame, for example RGB | truth | SegNet | AuxNet | depth.

    Args:
        rows: For every frame its images, uint8 [H, W, 3] RGB, one per title.
        titles: Column titles.
        class_names: Names for the legend below; no legend by default.
        palette: Colours of the legend, uint8 [K, 3].
        depth_ends: Text at the dark and at the bright end of a colour bar for depth maps; no bar by
            default.
        width: Width of a column in pixels; the first image of a row determines its height.

    Returns:
        uint8 [H, W, 3], RGB.

    Raises:
        ConfigError: A row has more or fewer images than there are titles.

    Example:
        >>> scene, info = ak.data.street.render(seed=0, index=7), ak.data.info("street")
        >>> labels = ak.plots.colour_labels(scene.segmentation, info.palette)
        >>> picture = image_grid([[scene.image, labels]], ["RGB", "labels"])
        >>> write_png(picture, "strip.png")
    """
    lines = [_row(row, titles, width) for row in rows]
    body = np.concatenate([part for line in lines for part in (line, _white(GAP, line.shape[1]))])
    full = body.shape[1]
    legend = _legend_lines(class_names, full)
    below_lines = len(legend) + (depth_ends is not None)
    below = LEGEND_LINE * below_lines + (GAP if below_lines else 0)
    canvas = np.concatenate([_white(TITLE, full), body[:-GAP], _white(below + GAP, full)])
    height = len(canvas)
    figure = figures.new(full / DPI, height / DPI, DPI)
    figure.figimage(canvas)
    for column, title in enumerate(titles):
        centre = column * (width + GAP) + width / 2
        _text(figure, centre, TITLE / 2, title, TITLE_TEXT, "center", (full, height), "bold")
    for number, line in enumerate(legend):
        y = TITLE + len(body) + LEGEND_LINE * (number + 0.5)
        _draw_legend(figure, line, y, (full, height), class_names, palette)
    if depth_ends is not None:
        y = TITLE + len(body) + LEGEND_LINE * (len(legend) + 0.5)
        _draw_depth_bar(figure, depth_ends, y, (full, height))
    return figures.to_pixels(figure)


def write_png(image: np.ndarray, path: str | Path) -> Path:
    """Writes a uint8 RGB image as PNG and creates its folder.

    Raises:
        DataError: The file cannot be written; an existing file is unchanged.
    """
    path = Path(path)
    _, encoded = cv2.imencode(".png", image[..., ::-1])
    with writing(path):
        write_file(path, encoded.tobytes())
    return path


def _row(images: Sequence[np.ndarray], titles: Sequence[str], width: int) -> np.ndarray:
    if len(images) != len(titles):
        raise ConfigError(
            f"Every row of an image grid needs one image for each of the {len(titles)} titles "
            f"{list(titles)}. Received: a row of {len(images)} images."
        )
    height = round(images[0].shape[0] * width / images[0].shape[1])
    # Averaging when shrinking; nearest when enlarging keeps class borders sharp.
    cells = [
        cv2.resize(
            image,
            (width, height),
            interpolation=cv2.INTER_AREA if image.shape[1] > width else cv2.INTER_NEAREST,
        )
        for image in images
    ]
    gap = _white(height, GAP)
    return np.concatenate([part for cell in cells for part in (cell, gap)][:-1], axis=1)


def _white(height: int, width: int) -> np.ndarray:
    return np.full((height, width, 3), 255, np.uint8)


@functools.cache
def _entry_width(name: str) -> float:
    shown, width = figures.literal(name), 0.0
    if shown.strip():  # Matplotlib cannot measure nothing
        width = float(TextPath((0, 0), shown, size=LEGEND_TEXT).get_extents().width)
    return SWATCH + SPACE + width + BETWEEN


def _legend_lines(class_names: Sequence[str], full: int) -> list[list[int]]:
    """Class numbers in as few lines as possible, all of about the same length."""
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


def _draw_legend(
    figure: Figure,
    line: list[int],
    y: float,
    size: tuple[int, int],
    class_names: Sequence[str],
    palette: np.ndarray | None,
) -> None:
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
        _text(figure, x + SWATCH + SPACE, y, class_names[c], LEGEND_TEXT, "left", size)
        x += _entry_width(class_names[c])


def _draw_depth_bar(figure: Figure, ends: tuple[str, str], y: float, size: tuple[int, int]) -> None:
    left = (size[0] - BAR) // 2
    values = np.tile(np.linspace(0.0, 1.0, BAR), (SWATCH, 1))
    figure.figimage(colour_depth(values, 1.0), left, round(size[1] - y - SWATCH / 2))
    _text(figure, left - SPACE, y, ends[0], LEGEND_TEXT, "right", size)
    _text(figure, left + BAR + SPACE, y, ends[1], LEGEND_TEXT, "left", size)


def _text(
    figure: Figure,
    x: float,
    y: float,
    text: str,
    pixels: int,
    align: str,
    size: tuple[int, int],
    weight: str = "normal",
) -> None:
    figure.text(
        x / size[0],
        1 - y / size[1],
        figures.literal(text),
        fontsize=pixels * 72 / DPI,
        ha=align,
        va="center_baseline",
        color=figures.INK,
        weight=weight,
    )
