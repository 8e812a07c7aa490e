"""The effect of an arm on each class: differences with their intervals."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from auxnet_keras.errors import ConfigError
from auxnet_keras.plots import figure as figures
from auxnet_keras.plots.paired_dots import BETTER, WORSE


def class_effects(
    panels: Mapping[str, Mapping[str, tuple[float, float, float]]], path: str | Path, *, unit: str
) -> Path:
    """Draws a panel per arm, with a dot per class at the difference and a bar for its interval.

    Green means that the interval is above 0, vermilion below; hollow grey dots have 0 in their
    interval or no interval. The classes are in the order of the first panel's differences.

    Args:
        panels: Title to {class: (difference, low, high)}; NaN ends mean no interval.
        path: File to write; the suffix selects PNG, PDF or SVG.
        unit: Unit of the differences, for the x axis.

    Returns:
        The path.

    Raises:
        ConfigError: No panel has a class.

    Example:
        >>> class_effects({"depth first": {"car": (8.2, 6.1, 10.3)}}, "classes.png", unit="points")
    """
    first = next(iter(panels.values()), {})
    rest = dict.fromkeys(name for panel in panels.values() for name in panel)
    ordered = sorted(rest, key=lambda name: first.get(name, (-np.inf,) * 3)[0])
    if not ordered:
        raise ConfigError(
            "The plot of effects by class needs at least one class. "
            f"Received: {len(panels)} panel(s) without classes."
        )
    figure = figures.new(3.6 * len(panels) + 1.4, 0.27 * len(ordered) + 1.5)
    grid = figure.subplots(1, len(panels), squeeze=False, sharey=True, sharex=True)[0]
    for axes, (title, panel) in zip(grid, panels.items(), strict=True):
        axes.axvline(0.0, color=figures.INK, linewidth=0.8)
        for y, name in enumerate(ordered):
            if name in panel:
                difference, low, high = panel[name]
                colour = BETTER if low > 0 else WORSE if high < 0 else "#8c959f"
                if not np.isnan([low, high]).any():
                    axes.plot([low, high], [y, y], color=colour, linewidth=2.0, zorder=2)
                fill = "white" if colour == "#8c959f" else colour
                axes.scatter(difference, y, s=30, color=fill, edgecolors=colour, zorder=3)
        axes.set_title(figures.literal(title), fontsize=10, color=figures.INK)
        figures.plain(axes)
        axes.grid(axis="x", color=figures.FAINT, linewidth=0.6, alpha=0.7)
        axes.set_xlabel(f"difference of IoU [{unit}]", fontsize=9, color=figures.INK)
        axes.set_yticks(range(len(ordered)), list(map(figures.literal, ordered)))
    figure.tight_layout(w_pad=1.5)
    return figures.save(figure, path)
