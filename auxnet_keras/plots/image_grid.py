"""Images side by side with titles and a class legend: the paper's Figure 4."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from matplotlib.figure import Figure

from auxnet_keras.errors import ConfigError
from auxnet_keras.plots import figure as figures
from auxnet_keras.plots.colour import colour_depth
from auxnet_keras.plots.legends import LINE, SPACE, SWATCH, TEXT, draw_line, legend_lines
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.write_errors import writing

# All in pixels; on a page the grid appears at about half its size.
GAP = 6
TITLE = 46
BAR = 240  # length of the colour bar
TITLE_TEXT = 24
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
    legend = legend_lines(class_names, full)
    below_lines = len(legend) + (depth_ends is not None)
    below = LINE * below_lines + (GAP if below_lines else 0)
    canvas = np.concatenate([_white(TITLE, full), body[:-GAP], _white(below + GAP, full)])
    height = len(canvas)
    figure = figures.new(full / DPI, height / DPI, DPI)
    figure.figimage(canvas)
    for column, title in enumerate(titles):
        centre = column * (width + GAP) + width / 2
        figures.text(
            figure, (centre, TITLE / 2), title, TITLE_TEXT, "center", (full, height), "bold"
        )
    for number, line in enumerate(legend):
        y = TITLE + len(body) + LINE * (number + 0.5)
        draw_line(figure, line, y, (full, height), class_names, palette)
    if depth_ends is not None:
        y = TITLE + len(body) + LINE * (len(legend) + 0.5)
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


def _draw_depth_bar(figure: Figure, ends: tuple[str, str], y: float, size: tuple[int, int]) -> None:
    left = (size[0] - BAR) // 2
    values = np.tile(np.linspace(0.0, 1.0, BAR), (SWATCH, 1))
    figure.figimage(colour_depth(values, 1.0), left, round(size[1] - y - SWATCH / 2))
    figures.text(figure, (left - SPACE, y), ends[0], TEXT, "right", size)
    figures.text(figure, (left + BAR + SPACE, y), ends[1], TEXT, "left", size)
