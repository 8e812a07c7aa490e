"""Scores over the training, an arm a line: whether an arm ends higher, or only learns faster."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.ticker import MaxNLocator

from auxnet_keras.errors import ConfigError
from auxnet_keras.plots import figure as figures
from auxnet_keras.plots.named_arms import named_arms
from auxnet_keras.plots.palette import COLOURS

LINES = ("-", (0, (4, 1.5)), (0, (1, 1.2)))  # colours repeat with another line style


def progress_curve(
    curves: Mapping[str, Sequence[Mapping[int, float]]],
    baseline: str,
    path: str | Path,
    *,
    score: str,
) -> Path:
    """Draws each arm's mean over its seeds in a strong line, and the seeds in faint ones.

    Of more than twenty arms, the three best and the three worst at the end have a colour and a
    name; the others are grey.

    Args:
        curves: Arm to {epoch: score} of each of its seeds. The mean is over the epochs that all of
            an arm's seeds have.
        baseline: The arm to draw in black.
        path: File to write; the suffix selects PNG, PDF or SVG.
        score: Name of the score, used as the title.

    Returns:
        The path.

    Raises:
        ConfigError: No arm has a score.

    Example:
        >>> progress_curve({"segnet": [{1: 20.0, 2: 25.0}]}, "segnet", "p.png", score="IoU")
    """
    drawn = {arm: [seed for seed in seeds if seed] for arm, seeds in curves.items() if any(seeds)}
    if not drawn:
        raise ConfigError(
            "The plot of scores over the training needs at least one validated epoch. "
            f"Received: none in {sorted(curves)}."
        )
    figure = figures.new(7.6, 4.6)
    axes = figure.subplots()
    means = {arm: _mean(seeds) for arm, seeds in drawn.items()}
    named = named_arms({arm: values[-1] for arm, (_, values) in means.items()}, baseline)
    for arm in (each for each in drawn if each != baseline and each not in named):
        axes.plot(*means[arm], color=figures.FAINT, linewidth=1, zorder=1)
    for arm in (each for each in drawn if each in named or each == baseline):
        number = -1 if arm == baseline else named.index(arm)
        colour = figures.INK if number < 0 else COLOURS[number % len(COLOURS)]
        line = LINES[max(0, number) // len(COLOURS) % len(LINES)]
        if len(drawn[arm]) > 1:
            for seed in drawn[arm]:
                epochs = sorted(seed)
                values = [seed[epoch] for epoch in epochs]
                axes.plot(epochs, values, color=colour, alpha=0.25, linewidth=0.7)
        shared, mean = means[arm]
        mark = "o" if len(shared) == 1 else None
        name = figures.literal(arm)
        axes.plot(shared, mean, color=colour, linestyle=line, marker=mark, linewidth=2, label=name)
    figures.plain(axes)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
    axes.set_xlabel("passes over the labelled images", fontsize=9, color=figures.INK)
    axes.set_title(score, fontsize=11, weight="bold", loc="left", color=figures.INK)
    axes.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5))
    figure.tight_layout()
    return figures.save(figure, path)


def _mean(seeds: Sequence[Mapping[int, float]]) -> tuple[list[int], list[float]]:
    """The epochs that all seeds have, and the mean of their scores there."""
    shared = sorted(set.intersection(*(set(seed) for seed in seeds)))
    return shared, [float(np.mean([seed[epoch] for seed in seeds])) for epoch in shared]
