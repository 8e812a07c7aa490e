"""`Statistics` as charts: the share of every class, and how depths are spread."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from auxnet_keras.pictures import figure as figures
from data_tools.statistics_tables import classes_by_share

if TYPE_CHECKING:
    from data_tools.statistics import Statistics

MOST_CLASSES = 60
"""Rows of the chart of classes; of more the most frequent are drawn."""

TRAIN, VAL = "#0072B2", "#D55E00"  # Okabe and Ito's blue and vermilion
_AXIS = {
    "disparity_px": "disparity [px]",
    "metres": "depth [m]",
    "inverse_depth": "1 / depth [1/m]",
}


def draw(found: "Statistics", folder: Path) -> list[Path]:
    """Writes `classes.png` where a class occurs and `depth.png` where a depth does.

    Args:
        found: What to draw.
        folder: Made if it is not there.

    Returns:
        The paths of what was written.
    """
    paths = []
    if classes_by_share(found):
        paths.append(class_shares(found, folder / "classes.png"))
    if found.histogram_edges:
        paths.append(depth_histograms(found, folder / "depth.png"))
    return paths


def class_shares(found: "Statistics", path: Path) -> Path:
    """Draws each class's share of training (full dot, in its colour) and of validation (hollow).

    The axis is logarithmic, as a pole has a thousandth of a road's pixels; a class that a split
    does not have has no dot there. Of more than `MOST_CLASSES` the most frequent are drawn.

    Args:
        found: Statistics in which a class occurs.
        path: File to write; its suffix chooses PNG, PDF or SVG.
    """
    every = classes_by_share(found)
    names = every[:MOST_CLASSES]
    splits = found.splits["train"], found.splits["val"]
    shares = np.array([[100 * one.share(name) for one in splits] for name in names])
    colours = dict(zip(found.info.class_names, found.info.palette / 255.0, strict=True))
    figure = figures.new(7.6, 0.25 * len(names) + 1.5)
    axes = figure.subplots()
    for y, (name, (train, val)) in enumerate(zip(names, shares, strict=True)):
        if train and val:
            axes.plot([train, val], [y, y], color=figures.INK, linewidth=1.2, zorder=2)
        for share, colour, size in ((train, colours[name], 60), (val, "white", 26)):
            if share:
                axes.scatter(share, y, s=size, color=colour, edgecolors=figures.INK, zorder=3)
    axes.set_xscale("log")
    axes.set_xlim(shares[shares > 0].min() / 1.6, 100)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_locator(NullLocator())
    figures.plain(axes)
    axes.grid(axis="x", color=figures.FAINT, linewidth=0.6, alpha=0.7)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    numbers = axes.secondary_yaxis("right")
    numbers.set_yticks(range(len(names)), [f"{_text(a)}  {_text(b)}" for a, b in shares])
    numbers.tick_params(length=0, labelsize=9, labelcolor=figures.INK)
    numbers.spines["right"].set_visible(False)
    title = "Share of the labelled pixels [%]"
    if len(every) > len(names):
        title += f", the {len(names)} most frequent of {len(every)} classes"
    _title(axes, title)
    axes.set_xlabel("full: train    hollow: val", fontsize=9, color=figures.INK)
    figure.tight_layout()
    return figures.save(figure, path)


def depth_histograms(found: "Statistics", path: Path) -> Path:
    """Draws how the depths of training and validation are spread, over a logarithmic axis.

    Ticks and dotted lines are the suggested edges: below those of bins with equally many pixels,
    above those of equal ratio.

    Args:
        found: Statistics in which a depth occurs.
        path: File to write; its suffix chooses PNG, PDF or SVG.
    """
    edges = np.array(found.histogram_edges)
    figure = figures.new(7.6, 4.2)
    axes = figure.subplots()
    for (split, one), colour in zip(found.splits.items(), (TRAIN, VAL), strict=True):
        pixels = np.array(one.depth_histogram)
        if pixels.sum():
            percent = 100 * pixels / pixels.sum()
            axes.stairs(percent, edges, color=colour, linewidth=1.6, label=split)
            axes.stairs(percent, edges, color=colour, alpha=0.12, fill=True)
    axes.set_xscale("log")
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(bottom=0)
    figures.plain(axes)
    axes.grid(visible=False)
    _ticks(axes.xaxis, found.depth_bins.get("quantile", ()), edges)
    for edge in found.depth_bins.get("quantile", ()):
        axes.axvline(edge, color="grey", linewidth=0.8, linestyle=":", zorder=0)
    above = axes.secondary_xaxis("top")
    above.spines["top"].set_color(figures.FAINT)
    above.tick_params(which="both", color=figures.FAINT, labelcolor=figures.INK, labelsize=8)
    _ticks(above.xaxis, found.depth_bins.get("log", ()), edges)
    axes.set_ylabel("% of the pixels with a depth", fontsize=9, color=figures.INK)
    unit = _AXIS.get(found.info.depth_unit, found.info.depth_unit)
    axes.set_xlabel(f"{unit}; ticks: edges of bins with equally many pixels", fontsize=9)
    above.set_xlabel("edges of bins of equal ratio", fontsize=9, color=figures.INK)
    axes.xaxis.label.set_color(figures.INK)
    axes.legend(frameon=False, fontsize=9)
    figure.tight_layout()
    return figures.save(figure, path)


def _ticks(axis: Any, edges: tuple[float, ...], limits: np.ndarray) -> None:
    """The suggested edges; where there are none, round numbers."""
    shown = [edge for edge in edges if limits[0] <= edge <= limits[-1]]
    axis.set_minor_locator(NullLocator())
    axis.set_major_locator(FixedLocator(shown) if shown else LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))
    axis.set_tick_params(labelrotation=90 if len(shown) > 5 else 0)


def _title(axes: Any, text: str) -> None:
    axes.set_title(text, fontsize=11, weight="bold", color=figures.INK, loc="left")


def _text(share: float) -> str:
    return f"{share:.2g}" if share else "–"
