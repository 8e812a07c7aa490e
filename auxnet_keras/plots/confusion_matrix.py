"""A plot of a confusion matrix."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from auxnet_keras.errors import ConfigError
from auxnet_keras.metrics.confusion import scores
from auxnet_keras.plots import figure as figures

MAX_CLASSES = 40
"""Maximum number of classes on a page: drawing all 894 of NYU-v2 would take 20 GB."""

NUMBERS, BAR = 1.75, 0.75
"""Inches right of the matrix for the IoU and the true pixels, and for the colour bar."""


def confusion_matrix(matrix: np.ndarray, class_names: Sequence[str], path: str | Path) -> Path:
    """Draws the confusion matrix: shares of the true class, pixel counts, the IoU of each class.

    Rows are the truth and add up to 100 %; a class without true pixels has an empty row. Cells
    below 0.5 % stay empty. If there are more than 40 classes, it draws those with the most true
    pixels, and the title says so.

    Args:
        matrix: Pixel counts [K, K], rows truth.
        class_names: The K names.
        path: File to write; the suffix selects PNG, PDF or SVG.

    Returns:
        The path.

    Raises:
        ConfigError: The matrix does not fit the names.
    """
    matrix, classes = np.asarray(matrix), len(class_names)
    if matrix.shape != (classes, classes):
        raise ConfigError(
            f"The confusion matrix of {classes} classes must have the shape "
            f"{(classes, classes)}. Received: shape {matrix.shape}."
        )
    iou = scores(matrix, class_names)
    rows = matrix.sum(axis=1, keepdims=True)
    percent = np.divide(100.0 * matrix, rows, out=np.full(matrix.shape, np.nan), where=rows > 0)
    title = f"Confusion matrix    mean IoU {100 * iou['mean_iou']:.1f} %"
    if classes > MAX_CLASSES:
        title += f", the {MAX_CLASSES} most frequent of {classes} classes"
        shown = np.sort(np.argsort(-rows[:, 0], kind="stable")[:MAX_CLASSES])
        percent, class_names = percent[shown][:, shown], [class_names[c] for c in shown]
        matrix, rows = matrix[shown][:, shown], rows[shown]
        classes = MAX_CLASSES
    names = [figures.literal(name) for name in class_names]
    figure, axes = _new(classes, max(map(len, names)))
    image = axes.imshow(percent, cmap="Blues", vmin=0, vmax=100, aspect="auto")
    for (t, p), value in np.ndenumerate(percent):
        if value >= 0.5:
            colour = "white" if value > 55 else figures.INK
            count = compact(float(matrix[t, p]))
            axes.text(p, t - 0.02, f"{value:.0f} %", ha="center", va="bottom", fontsize=8,
                      color=colour)  # fmt: skip
            axes.text(p, t + 0.06, count, ha="center", va="top", fontsize=6, color=colour)
    for c, name in enumerate(class_names):
        value = iou[f"iou_{name}"]
        text = "–" if np.isnan(value) else f"{100 * value:.1f}"
        axes.text(classes - 0.2, c, text, ha="left", va="center", fontsize=9, color=figures.INK)
        pixels = compact(float(rows[c, 0]))
        axes.text(classes + 0.75, c, pixels, ha="left", va="center", fontsize=9, color=figures.INK)
    for x, head in ((classes - 0.2, "IoU %"), (classes + 0.75, "true pixels")):
        axes.text(x, -0.75, head, fontsize=9, weight="bold", color=figures.INK)
    axes.set_xticks(range(classes), names, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(classes), names)
    axes.set_xlabel("predicted", fontsize=10, color=figures.INK)
    axes.set_ylabel("true", fontsize=10, color=figures.INK)
    axes.set_title(
        title,
        fontsize=11,
        weight="bold",
        color=figures.INK,
        loc="left",
        pad=28,
    )
    axes.tick_params(length=0, labelsize=9, labelcolor=figures.INK)
    for side in axes.spines.values():
        side.set_visible(False)
    _add_bar(figure, axes, image)
    return figures.save(figure, path)


def compact(count: float) -> str:
    """A number of pixels in at most four characters and a unit: 950, 12k, 3.4M."""
    for size, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= 0.9995 * size:
            value = count / size
            return f"{value:.1f}{sign}" if value < 9.95 else f"{value:.0f}{sign}"
    return f"{count:.0f}"


def _add_bar(figure: Figure, axes: Axes, image: AxesImage) -> None:
    """The colour bar, right of the numbers and as high as the matrix."""
    place, width = axes.get_position(), figure.get_figwidth()
    bar = figure.colorbar(
        image,
        cax=figure.add_axes((place.x1 + NUMBERS / width, place.y0, 0.13 / width, place.height)),
    )
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, labelsize=8, labelcolor=figures.INK)
    bar.ax.set_title("% of\ntrue class", fontsize=8, color=figures.INK, loc="left")


def _new(classes: int, letters: int) -> tuple[Figure, Axes]:
    """A figure with room for names of `letters` letters; measuring them would double the time.

    All sizes are in inches.
    """
    width, height = 0.62 * classes, 0.5 * classes
    left, bottom = 0.5 + 0.085 * letters, 0.5 + 0.06 * letters
    full = (max(left + width + NUMBERS + BAR, 5.6), bottom + height + 0.75)
    figure = figures.new(*full)
    return figure, figure.add_axes(
        (left / full[0], bottom / full[1], width / full[0], height / full[1])
    )
