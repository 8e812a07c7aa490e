"""The loss by learning rate, as a learning-rate finder measures it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from auxnet_keras.errors import ConfigError
from auxnet_keras.plots import figure as figures
from auxnet_keras.plots.palette import COLOURS


def learning_rate_curve(
    rates: Sequence[float],
    losses: Sequence[float],
    smoothed: Sequence[float],
    path: str | Path,
    suggestion: float | None = None,
) -> Path:
    """Draws the loss of every step over its learning rate (log axis), and the smoothed loss.

    Args:
        rates: Rising learning rates.
        losses: The loss at each of them.
        smoothed: The same, smoothed; the axis of losses fits it.
        path: File to write; the suffix selects PNG, PDF or SVG.
        suggestion: The rate to mark.

    Returns:
        The path.

    Raises:
        ConfigError: Not a single rate.

    Example:
        >>> learning_rate_curve([1e-3, 1e-2], [2.0, 1.0], [2.0, 1.5], "lr.png", 1e-3)
    """
    if not len(rates):
        raise ConfigError(
            "The curve of a learning-rate finder needs at least one step with a finite loss; look "
            "for odd values with `auxnet data verify`, or train in float32. Received: no step."
        )
    figure = figures.new(6.4, 4.0)
    axes = figure.subplots()
    axes.plot(rates, losses, color=COLOURS[0], alpha=0.3, linewidth=0.9, label="each step")
    axes.plot(rates, smoothed, color=COLOURS[0], linewidth=1.8, label="smoothed")
    lowest, start = float(np.min(smoothed)), float(np.median(smoothed[: max(1, len(rates) // 4)]))
    margin = max(start - lowest, 0.1 * abs(start), 1e-9)
    axes.set_ylim(lowest - 0.3 * margin, start + 0.8 * margin)
    if suggestion is not None:
        axes.axvline(
            suggestion, color=COLOURS[1], linewidth=1.4, label=f"suggested: {suggestion:.1e}"
        )
    axes.set_xscale("log")
    axes.set_xlabel("Learning rate", color=figures.INK)
    axes.set_ylabel("Loss of the main task", color=figures.INK)
    figures.plain(axes)
    axes.legend(frameon=False, loc="upper left")
    figure.tight_layout()
    return figures.save(figure, path)
