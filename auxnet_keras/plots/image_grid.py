"""Images side by side with titles and a class legend: the paper's Figure 4."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from auxnet_keras.errors import ConfigError
from auxnet_keras.plots import figure as figures
from auxnet_keras.plots.colour import UNKNOWN
from auxnet_keras.plots.colour_bar import HEIGHT, LENGTH, ColourBar, draw_bar
from auxnet_keras.plots.legends import LINE, draw_line, legend_lines
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.write_errors import writing

# All in pixels; on a page the grid appears at about half its size.
WIDTH = 320
GAP = 6
TITLE = 46
CAPTION = 34
BETWEEN_BARS = 70
LEAST_KNOWN = 0.1  # share of known pixels that makes a shrunk pixel known
TITLE_TEXT, CAPTION_TEXT = 24, 19
DPI = 100


def image_grid(
    rows: Sequence[Sequence[np.ndarray]],
    titles: Sequence[str],
    *,
    captions: Sequence[str] = (),
    class_names: Sequence[str] = (),
    palette: np.ndarray | None = None,
    bars: Sequence[ColourBar] = (),
    width: int = WIDTH,
) -> np.ndarray:
    """A table of images, one row per frame, for example RGB | truth | SegNet | AuxNet | depth.

    Args:
        rows: For every frame its images, uint8 [H, W, 3] RGB, one per title.
        titles: Column titles.
        captions: A line of text above every row; none by default.
        class_names: Names for the legend below; no legend by default.
        palette: Colours of the legend, uint8 [K, 3].
        bars: Colour bars below, for example `DepthScale.bar()`.
        width: Width of a column in pixels; the first image of a row determines its height.

    Returns:
        uint8 [H, W, 3], RGB.

    Raises:
        ConfigError: A row has more or fewer images than there are titles, or there are captions
            for some rows only.

    Example:
        >>> scene, info = ak.data.street.render(seed=0, index=7), ak.data.info("street")
        >>> labels = ak.plots.colour_labels(scene.segmentation, info.palette)
        >>> picture = image_grid([[scene.image, labels]], ["RGB", "labels"])
        >>> write_png(picture, "strip.png")
    """
    if captions and len(captions) != len(rows):
        raise ConfigError(
            f"An image grid needs a caption for each of its {len(rows)} rows, or none. "
            f"Received: {len(captions)} captions."
        )
    lines = [_row(row, titles, width) for row in rows]
    above = CAPTION if captions else 0
    full = lines[0].shape[1]
    tops = np.cumsum([TITLE, *(above + line.shape[0] + GAP for line in lines)])
    legend = legend_lines(class_names, full)
    each = max(1, (full + BETWEEN_BARS) // (LENGTH + BETWEEN_BARS))  # bars in a line
    bar_lines = [bars[i : i + each] for i in range(0, len(bars), each)]
    below = GAP + LINE * len(legend) if legend else 0
    height = int(tops[-1]) + below + HEIGHT * len(bar_lines) + (GAP if bars else 0)
    full = max(full, LENGTH if bars else 0)
    figure = figures.new(full / DPI, height / DPI, DPI)
    size = (full, height)
    for column, title in enumerate(titles):
        centre = column * (width + GAP) + width / 2
        figures.text(figure, (centre, TITLE / 2), title, TITLE_TEXT, "center", size, "bold")
    for top, caption in zip(tops, captions, strict=False):
        place = (2, top + CAPTION / 2)
        most = max(8, int(1.7 * full / CAPTION_TEXT))  # letters that fit
        figures.text(figure, place, caption, CAPTION_TEXT, "left", size, longest=most)
    for number, classes in enumerate(legend):
        y = tops[-1] + GAP + LINE * (number + 0.5)
        draw_line(figure, classes, y, size, class_names, palette)
    for number, shown in enumerate(bar_lines):
        left = (full - len(shown) * (LENGTH + BETWEEN_BARS) + BETWEEN_BARS) / 2
        for column, bar in enumerate(shown):
            corner = (
                left + column * (LENGTH + BETWEEN_BARS),
                tops[-1] + below + GAP + HEIGHT * number,
            )
            draw_bar(figure, bar, *corner, size)
    picture = figures.to_pixels(figure)
    for top, line in zip(tops, lines, strict=False):  # Matplotlib would take a second for it
        picture[top + above : top + above + len(line), : line.shape[1]] = line
    return picture


def shrunk(image: np.ndarray, width: int = WIDTH) -> np.ndarray:
    """An image, uint8 [H, W, 3] RGB, as a grid of this column width shows it, if it is wider.

    Shrink pictures of large frames one by one: a grid needs all of them at once.
    """
    if image.shape[1] <= width:
        return image
    return _resized(image, round(image.shape[0] * width / image.shape[1]), width)


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
    cells = [_resized(image, height, width) for image in images]
    gap = _white(height, GAP)
    return np.concatenate([part for cell in cells for part in (cell, gap)][:-1], axis=1)


def _resized(image: np.ndarray, height: int, width: int) -> np.ndarray:
    if image.shape[1] <= width:  # nearest keeps class borders sharp
        return cv2.resize(image, (width, height), interpolation=cv2.INTER_NEAREST)
    known = (image != UNKNOWN).any(axis=-1, keepdims=True).astype(np.float32)
    if known.all():
        return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    # The mean of the known pixels, or the measurements of a laser scanner would fade into grey.
    parts = np.concatenate([image * known, known], axis=-1)
    means = cv2.resize(parts, (width, height), interpolation=cv2.INTER_AREA)
    share = means[..., 3:]
    colours = np.round(means[..., :3] / np.maximum(share, 1e-6))
    return np.where(share > LEAST_KNOWN, colours, UNKNOWN).astype(np.uint8)


def _white(height: int, width: int) -> np.ndarray:
    return np.full((height, width, 3), 255, np.uint8)
