"""Plots of `Statistics`: the share of every class, and the distribution of depths."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.ticker import LogLocator, NullLocator

from auxnet_keras.plots import figure as figures
from data_tools.statistics.findings import Findings
from data_tools.statistics.tables import MAX_CLASSES, classes_by_share

_MIN_ROOM = 0.02  # fraction of the axis per tick label
TRAIN, VAL = "#0072B2", "#D55E00"  # Okabe and Ito's blue and vermilion
_AXIS = {
    "disparity_px": "disparity [px]",
    "metres": "depth [m]",
    "inverse_depth": "1 / depth [1/m]",
}


def draw(found: Findings, folder: Path) -> list[Path]:
    """Writes `classes.png` if a class occurs and `depth.png` if a depth does.

    Args:
        found: The statistics to draw.
        folder: Created if it does not exist.

    Returns:
        The paths of the files written.
    """
    paths = []
    if classes_by_share(found):
        paths.append(class_shares(found, folder / "classes.png"))
    if found.histogram_edges:
        paths.append(depth_histograms(found, folder / "depth.png"))
    return paths


def class_shares(found: Findings, path: Path) -> Path:
    """Draws each class's share of training (full dot, in its colour) and of validation (hollow).

    The axis is logarithmic, because poles have a thousandth of the pixels of roads; a class
    without pixels in a split has no dot for it. At most `MAX_CLASSES` are drawn, the most frequent
    ones.

    Args:
        found: Statistics in which a class occurs.
        path: File to write; its suffix chooses PNG, PDF or SVG.
    """
    every = classes_by_share(found)
    names = every[:MAX_CLASSES]
    splits = found.splits["train"], found.splits["val"]
    shares = np.array([[100 * one.share(name) for one in splits] for name in names])
    colours = dict(zip(found.info.class_names, found.info.palette / 255.0, strict=True))
    longest = max(map(len, names))
    figure = figures.new(7.6 + 0.07 * max(longest - 16, 0), 0.25 * len(names) + 1.5)
    axes = figure.subplots()
    for y, (name, (train, val)) in enumerate(zip(names, shares, strict=True)):
        if train and val:
            axes.plot([train, val], [y, y], color=figures.INK, linewidth=1.2, zorder=2)
        for share, colour, size in ((train, colours[name], 60), (val, "white", 26)):
            if share:
                axes.scatter(share, y, s=size, color=colour, edgecolors=figures.INK, zorder=3)
    axes.set_xscale("log")
    low, high = shares[shares > 0].min() / 1.6, min(100.0, 1.6 * float(shares.max()))
    axes.set_xlim(low, high)
    axes.xaxis.set_major_locator(LogLocator(subs=(1,) if high > 100 * low else (1, 2, 5)))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_locator(NullLocator())
    figures.plain(axes)
    axes.grid(axis="x", color=figures.FAINT, linewidth=0.6, alpha=0.7)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    for right, split, column in ((48, "train", shares[:, 0]), (96, "val", shares[:, 1])):
        for row, text in ((-0.9, split), *enumerate(map(_text, column))):
            axes.annotate(
                text,
                (1.0, row),
                xycoords=axes.get_yaxis_transform(),
                xytext=(right, 0),
                textcoords="offset points",
                annotation_clip=False,
                ha="right",
                va="center_baseline",
                fontsize=9,
                color=figures.INK,
            )
    title = "Share of the labelled pixels [%]"
    if len(every) > len(names):
        title += f", the {len(names)} most frequent of {len(every)} classes"
    axes.set_title(title, fontsize=11, weight="bold", color=figures.INK, loc="left", pad=16)
    axes.set_xlabel("full: train    hollow: val", fontsize=9, color=figures.INK)
    figure.tight_layout()
    return figures.save(figure, path)


def depth_histograms(found: Findings, path: Path) -> Path:
    """Draws the distribution of depths in training and validation over a logarithmic axis.

    Ticks and dotted lines are the suggested bin edges: for bins with equally many pixels at the
    bottom, for bins of equal ratio at the top.

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
    label = _AXIS.get(found.info.depth_unit, found.info.depth_unit)
    quantiles, ratios = (found.depth_bins.get(rule, ()) for rule in ("quantile", "log"))
    _ticks(axes.xaxis, quantiles, edges)
    if quantiles:
        label += "; ticks: edges of bins with equally many pixels"
    for edge in quantiles:
        axes.axvline(edge, color="grey", linewidth=0.8, linestyle=":", zorder=0)
    axes.set_xlabel(label, fontsize=9, color=figures.INK)
    axes.set_ylabel("% of the pixels with a depth", fontsize=9, color=figures.INK)
    if ratios:
        above = axes.secondary_xaxis("top")
        above.spines["top"].set_color(figures.FAINT)
        above.tick_params(which="both", color=figures.FAINT, labelcolor=figures.INK, labelsize=9)
        _ticks(above.xaxis, ratios, edges)
        above.set_xlabel("edges of bins of equal ratio", fontsize=9, color=figures.INK)
    axes.legend(frameon=False, fontsize=9)
    figure.tight_layout()
    return figures.save(figure, path)


def _ticks(axis: Any, edges: Sequence[float], limits: np.ndarray) -> None:
    """The suggested edges, labelled where there is room; without edges, round numbers."""
    axis.set_minor_locator(NullLocator())
    shown = [edge for edge in edges if limits[0] <= edge <= limits[-1]]
    if not shown:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(lambda x, _: _number(x, 3))
        return
    room = _MIN_ROOM * np.log(limits[-1] / limits[0])
    names, last = [], -np.inf
    for edge in shown:
        named = np.log(edge) - last >= room
        names.append(_number(edge, 3) if named else "")
        last = np.log(edge) if named else last
    axis.set_ticks(shown, names, rotation=90)


def _text(share: float) -> str:
    return _number(share, 2) if share else "–"


def _number(value: float, digits: int) -> str:
    """A number with this many digits, written as 100 rather than 1e+02."""
    return f"{value:.{digits}g}" if value < 10**digits - 0.5 else f"{value:.0f}"
