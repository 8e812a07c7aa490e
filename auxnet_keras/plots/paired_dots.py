"""Pairs of values per class, as dots joined by a line."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from auxnet_keras.plots import figure as figures

BETTER, WORSE = "#009E73", "#D55E00"  # Okabe and Ito's green and vermilion


def paired_dots(
    panels: Mapping[str, tuple[Mapping[str, Sequence[float | None]], bool]],
    names: Sequence[str],
    path: str | Path,
) -> Path:
    """Draws a panel per score, with a line per class from the first value to the second.

    Hollow dots are the first values, full dots the second; green lines mean that the second value
    is not worse.

    Args:
        panels: Title to ({class: (first, second)}, whether larger is better). `None` is not drawn.
        names: Names of the first and the second value.
        path: File to write; the suffix selects PNG, PDF or SVG.

    Returns:
        The path.

    Example:
        >>> paired_dots({"IoU": ({"car": (0.87, 0.88)}, True)}, ("single", "multi"), "pairs.png")
    """
    classes = list(dict.fromkeys(name for values, _ in panels.values() for name in values))
    figure = figures.new(4.2 * len(panels) + 1.2, 0.3 * len(classes) + 1.6)
    grid = figure.subplots(1, len(panels), squeeze=False, sharey=True)[0]
    for axes, (title, (values, larger_is_better)) in zip(grid, panels.items(), strict=True):
        for y, name in enumerate(classes):
            first, second = values.get(name, (None, None))
            colour = figures.INK
            if first is not None and second is not None:
                better = second >= first if larger_is_better else second <= first
                colour = BETTER if better else WORSE
                axes.plot([first, second], [y, y], color=colour, linewidth=2.0, zorder=1)
            for value, fill in ((first, "white"), (second, colour)):
                if value is not None:
                    axes.scatter(value, y, s=34, color=fill, edgecolors=colour, zorder=2)
        direction = "higher" if larger_is_better else "lower"
        axes.set_title(f"{title} ({direction} is better)", fontsize=11, color=figures.INK)
        figures.plain(axes)
        axes.set_yticks(range(len(classes)), list(map(figures.literal, classes)))
    grid[0].invert_yaxis()
    figure.text(
        0.5,
        0.01,
        f"hollow: {names[0]}    full: {names[1]}    green: {names[1]} is better",
        ha="center",
        fontsize=9,
        color=figures.INK,
    )
    figure.tight_layout(rect=(0, 0.05, 1, 1), w_pad=2.0)
    return figures.save(figure, path)
