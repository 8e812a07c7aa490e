"""What the panels of learning curves hold: a column for each task, and one for the weights."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from auxnet_keras.plots import figure as figures
from auxnet_keras.plots.palette import task_colours

VALIDATION = "val_"
SCORES = {
    "segmentation_mean_iou": "mean IoU",
    "segmentation_pixel_accuracy": "pixel accuracy",
    "depth_abs_rel": "abs rel",
    "depth_delta_1": "δ < 1.25",
}


@dataclasses.dataclass(frozen=True)
class Line:
    """A line of a panel.

    Attributes:
        label: Written next to its end; may be empty.
        x, y: Its points, of which NaN are left out.
        colour: As Matplotlib names it.
        tint: How much lighter it is than its name, from 0 to 1.
        validation: Whether it is of the validation data.
        steps: Whether a value holds until the next one.
    """

    label: str
    x: np.ndarray
    y: np.ndarray
    colour: str
    tint: float = 0.0
    validation: bool = False
    steps: bool = False


@dataclasses.dataclass(frozen=True)
class Panel:
    """A panel: its title, its lines, and whether its values are shares, drawn from 0 to 1."""

    title: str
    lines: Sequence[Line]
    shares: bool = False


def panels(
    columns: Mapping[str, np.ndarray],
    epochs: np.ndarray,
    main: str,
    trace: Mapping[str, np.ndarray],
) -> list[list[Panel]]:
    """The panels, column by column: the main task, the other tasks, then what they share.

    Args:
        columns: Of the history, without empty ones.
        epochs: Number of each epoch, counted from 1.
        main: The main task.
        trace: Weights batch by batch, as `learning_curves` has them; may be empty.
    """
    bare = dict.fromkeys(name.removeprefix(VALIDATION) for name in columns)
    tasks = [name.removesuffix("_loss") for name in bare if name.endswith("_loss")]
    tasks.sort(key=lambda task: task != main)
    colours = task_colours(tasks)
    shown: list[list[Panel]] = []

    def both(name: str, colour: str, label: str = "", tint: float = 0.0) -> list[Line]:
        """Validation and training; of a score with a label, only one is labelled."""
        lines: list[Line] = []
        for column, validation in ((VALIDATION + name, True), (name, False)):
            y = columns.get(column)
            if y is not None and np.isfinite(y).any():
                text = label or ("validation" if validation else "training")
                text = "" if label and lines else text
                lines.append(Line(text, epochs, y, colour, tint, validation))
        return lines

    for task in tasks:
        role = "" if len(tasks) == 1 else ", main task" if task == main else ", auxiliary"
        title = f"{figures.literal(task.capitalize())}{role}"
        column = [Panel(f"{title}: loss", both(f"{task}_loss", colours[task]))]
        scores = [
            line
            for number, (name, label) in enumerate(
                (name, label) for name, label in SCORES.items() if name.startswith(f"{task}_")
            )
            for line in both(name, colours[task], label, 0.5 * number)
        ]
        if scores:
            column.append(Panel("Scores", scores, shares=True))
        shown.append(column)
    column = []
    if len(tasks) != 1 and ("loss" in columns or "val_loss" in columns):
        column.append(Panel("Weighted total: loss", both("loss", figures.INK)))
    weights = _weights(columns, epochs, colours, trace)
    if weights:
        column.append(Panel("Loss weight λ", weights))
    return [*shown, column] if column else shown


def _weights(
    columns: Mapping[str, np.ndarray],
    epochs: np.ndarray,
    colours: Mapping[str, str],
    trace: Mapping[str, np.ndarray],
) -> list[Line]:
    names = [name for name in columns if name.startswith("weight_")]
    lines = []
    for name in names:
        task = name.removeprefix("weight_")
        colour = colours.get(task, figures.INK)
        x, y = epochs, columns[name]
        if name in trace:  # the last weight holds until the end
            x = np.append(trace["epoch"], max(epochs[-1], trace["epoch"][-1]))
            y = np.append(trace[name], trace[name][-1])
        lines.append(Line(figures.literal(task), x, y, colour, steps=name in trace))
    return lines
