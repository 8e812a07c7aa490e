"""Pictures that can be read a few hundred pixels wide, as TensorBoard shows them: large letters."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from auxnet_keras.metrics.confusion import scores
from auxnet_keras.plots import figure as figures
from auxnet_keras.plots.image_grid import image_grid

WIDTH = 640
SIZE = (4.2, 3.0)
"""Of a plot, in inches; TensorBoard shows it half as large."""
_NUMBERED = 8  # classes; the cells of more are too small for numbers


def thumbnail(cells: Sequence[tuple[str, np.ndarray]]) -> np.ndarray:
    """Pictures of one sample with their titles, in two columns.

    Args:
        cells: Title and uint8 [H, W, 3], RGB; an even number, all of one size.

    Returns:
        uint8 [H, W, 3], RGB, about 640 pixels wide.
    """
    lines = [
        image_grid([[left, right]], titles, width=WIDTH // 2)
        for titles, (left, right) in (
            zip(*cells[first : first + 2], strict=True) for first in range(0, len(cells), 2)
        )
    ]
    return np.concatenate(lines)


def confusion_thumbnail(
    matrix: np.ndarray, class_names: Sequence[str], path: str | Path, *, most: int = 24
) -> Path:
    """A confusion matrix as colours, in shares of the true class: legible when it is small.

    Columns have the order of the rows. Of more classes it draws those with the most true pixels.

    Args:
        matrix: Pixel counts [K, K], rows truth.
        class_names: The K names.
        path: File to write.
        most: Number of classes to draw at most.

    Returns:
        The path.
    """
    matrix = np.asarray(matrix)
    mean = scores(matrix, class_names)["mean_iou"]
    true = matrix.sum(axis=1)
    shown = np.sort(np.argsort(-true, kind="stable")[:most])
    part = matrix[np.ix_(shown, shown)]
    rows = true[shown][:, None]
    percent = np.divide(100.0 * part, rows, out=np.full(part.shape, np.nan), where=rows > 0)
    names = [figures.literal(class_names[c]) for c in shown]
    letters = min(9.0, 130 / len(names))
    figure = figures.new(*SIZE)
    axes = figure.subplots()
    axes.imshow(percent, cmap="Blues", vmin=0, vmax=100, aspect="auto")
    if len(names) <= _NUMBERED:
        for (t, p), value in np.ndenumerate(percent):
            if not math.isnan(value):
                colour = "white" if value > 55 else figures.INK
                axes.text(p, t, f"{value:.0f}", ha="center", va="center", fontsize=9, color=colour)
    axes.set_yticks(range(len(names)), names)
    axes.set_xticks([])
    axes.set_xlabel("predicted, in the same order", fontsize=9, color=figures.INK)
    axes.set_title(
        f"mean IoU {100 * mean:.1f} %", fontsize=11, weight="bold", color=figures.INK, loc="left"
    )
    axes.tick_params(length=0, labelsize=letters, labelcolor=figures.INK)
    for side in axes.spines.values():
        side.set_visible(False)
    figure.tight_layout()
    return figures.save(figure, path)
