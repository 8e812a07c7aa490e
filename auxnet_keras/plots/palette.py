"""Colours that distinguish tasks and a study's arms, also for the colour-blind and in print."""

from collections.abc import Sequence

from matplotlib.colors import to_hex, to_rgb

# Okabe and Ito's colours; black is reserved for baselines and totals.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
MARKS = ["o", "s", "^", "D", "v", "P", "X"]
TASK_COLOURS = {"segmentation": COLOURS[0], "depth": COLOURS[1]}


def style(number: int) -> dict[str, str]:
    """Colour and marker of the n-th arm; the first 42 are distinct."""
    return {"color": COLOURS[number % len(COLOURS)], "marker": MARKS[number % len(MARKS)]}


def task_colours(tasks: Sequence[str]) -> dict[str, str]:
    """Task -> its colour: segmentation and depth have the same in every plot."""
    others = [task for task in tasks if task not in TASK_COLOURS]
    free = COLOURS[len(TASK_COLOURS) :]
    return {task: TASK_COLOURS.get(task) or free[others.index(task) % len(free)] for task in tasks}


def lighter(colour: str, share: float) -> str:
    """A colour mixed with white: 0 is the colour itself, 1 is white."""
    return to_hex([value + share * (1 - value) for value in to_rgb(colour)])
