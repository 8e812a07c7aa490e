"""Learning curves: losses, IoU and loss weights over epochs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from auxnet_keras.errors import ConfigError
from auxnet_keras.plots import figure as figures

# Okabe and Ito's colours, safe for colour-blind readers; black is the total.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
LABELS = {
    "loss": "total",
    "segmentation_mean_iou": "mean IoU",
    "segmentation_fw_iou": "freq.-weighted IoU",
    "segmentation_pixel_accuracy": "pixel accuracy",
}
VALIDATION = "val_"
DASHED = (0, (3, 1.5))


def learning_curves(
    history: Mapping[str, Sequence[float]],
    path: str | Path,
    *,
    monitor: str = "val_segmentation_loss",
) -> Path:
    """Draws losses (log axis), segmentation scores and loss weights over epochs, if present.

    Solid lines are training, dashed lines validation (for a single epoch: full and hollow points).
    A vertical line marks the epoch with the lowest `monitor`, from which a run keeps the best
    weights.

    Args:
        history: Column name to its values, one per epoch: Keras' `History.history`, or the columns
            of a run's history.csv (its `epoch` column then numbers the epochs).
        path: File to write; the suffix selects PNG, PDF or SVG.
        monitor: The column with its best epoch at the lowest value.

    Returns:
        The path.

    Raises:
        ConfigError: The history has no epochs or nothing to draw.
    """
    columns = {name: np.asarray(values, np.float64) for name, values in history.items()}
    panels = _panels(columns)
    length = len(next(iter(columns.values()), ()))
    if not panels or not length:
        raise ConfigError(
            "Learning curves need a history with at least one epoch and a column such as 'loss' or "
            f"'segmentation_loss'. Received: columns {sorted(columns)} of length {length}."
        )
    epochs = columns.get("epoch", np.arange(1, length + 1))
    best = _best(columns.get(monitor), epochs)
    figure = figures.new(4.6 * len(panels), 3.7)
    grid = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, (title, names) in zip(grid, panels, strict=True):
        _draw(axes, title, names, columns, epochs, best)
    figure.tight_layout(w_pad=2.0)
    return figures.save(figure, path)


def _panels(columns: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    def present(names: Sequence[str]) -> list[str]:
        return [name for name in names if name in columns]

    tasks = [name for name in columns if name.endswith("_loss") and not name.startswith(VALIDATION)]
    weights = [name for name in columns if name.startswith("weight_")]
    panels = [
        ("Loss", present([*tasks, "loss"])),
        ("Segmentation", present(list(LABELS)[1:])),
        ("Loss weight", weights),
    ]
    return [(title, names) for title, names in panels if names]


def _best(values: np.ndarray | None, epochs: np.ndarray) -> float | None:
    if values is None or np.isnan(values).all():
        return None
    return float(epochs[np.nanargmin(values)])


def _draw(
    axes: Any,
    title: str,
    names: list[str],
    columns: Mapping[str, np.ndarray],
    epochs: np.ndarray,
    best: float | None,
) -> None:
    lowest = np.inf
    for number, name in enumerate(names):
        colour = figures.INK if name == "loss" else COLOURS[number % len(COLOURS)]
        for column, style in ((name, "-"), (VALIDATION + name, DASHED)):
            if column in columns:
                values = columns[column]
                label = _label(name) if column == name else None
                # Not every epoch is validated: the line joins those that are.
                known = np.ones(len(values), bool) if column == name else ~np.isnan(values)
                points = _points(epochs[known], validation=column != name)
                axes.plot(
                    epochs[known],
                    values[known],
                    color=colour,
                    linestyle=style,
                    label=label,
                    **points,
                )
                lowest = min(lowest, *values[np.isfinite(values)], np.inf)
    if any(VALIDATION + name in columns for name in names):
        points = _points(epochs, validation=True)
        axes.plot([], [], color="grey", linestyle=DASHED, label="validation", **points)
    if title != "Segmentation" and 0 < lowest < np.inf:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_locator(NullLocator())
    if best is not None:
        axes.axvline(best, color="grey", linewidth=1.0, linestyle=":", label=f"best: {best:g}")
    axes.set_xlim(epochs[0] - 0.5, epochs[-1] + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))
    figures.plain(axes)
    axes.set_title(title, fontsize=11, weight="bold", color=figures.INK, loc="left")
    axes.set_xlabel("epoch", fontsize=9, color=figures.INK)
    axes.legend(frameon=False, fontsize=9)


def _points(epochs: np.ndarray, *, validation: bool) -> dict[str, Any]:
    """Markers for a single epoch, which has no visible line; hollow for validation."""
    if len(epochs) > 1:
        return {}
    return {"marker": "o", "fillstyle": "none" if validation else "full"}


def _label(name: str) -> str:
    if name in LABELS:
        return LABELS[name]
    return figures.literal(name.removesuffix("_loss").removeprefix("weight_"))
