"""What the progress line says at each width: the main task first, less on a narrow terminal."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from rich.text import Text

SCORES = {"mean_iou": "mIoU", "abs_rel": "abs rel"}
"""The score of a task, the first of these that is logged, and its name in the line."""

_SHORT = 3  # letters of a long task name on a narrow terminal, if no other task begins with them


@dataclasses.dataclass(frozen=True)
class Form:
    """How much a line says.

    Attributes:
        words: Names of tasks and units in full.
        scores: The scores of all tasks, or only of the main one.
        training: At the end of an epoch with validation: losses of both, or of validation alone.
        weights: Whether to show the weights of the losses.
        pace: The unit of images per second; empty leaves them out.
        share: How far the epoch is.
        left: The time left.
        digits: Significant digits of losses; weights have one fewer in short forms.
    """

    words: bool = False
    scores: bool = False
    training: bool = False
    weights: bool = True
    pace: str = "img/s"
    share: bool = True
    left: bool = True
    digits: int = 3


FORMS = (
    Form(words=True, scores=True, training=True, pace="images/s", digits=4),
    Form(words=True, training=True, pace="images/s", digits=4),
    Form(scores=True, training=True),
    Form(training=True),
    Form(),
    Form(pace="/s"),
    Form(weights=False, pace="/s"),
    Form(weights=False, pace=""),
    Form(weights=False, pace="", share=False),
    Form(weights=False, pace="", share=False, left=False),
)
"""From the widest to the narrowest."""


def fitting(draw: Callable[[Form], Text], width: int | None) -> Text:
    """The longest of a line's forms that fits.

    Args:
        draw: Draws the line in a form.
        width: Columns; `None` for any number.
    """
    lines = map(draw, FORMS)
    line = next(lines)
    while (
        width is not None and line.cell_len > width and (shorter := next(lines, None)) is not None
    ):
        line = shorter
    return line


def describe(
    logs: Mapping[str, float],
    tasks: Sequence[str] = (),
    prefix: str = "",
    form: Form = FORMS[0],
) -> Text:
    """The score of the main task, then every task's loss and weight, then the other scores.

    Args:
        logs: As Keras passes them to callbacks.
        tasks: The tasks, the main one first; by default in the order of the logs. A model without
            losses named after tasks shows its `loss`.
        prefix: `""` for training, `"val_"` for validation.
        form: How much to say.

    Example:
        >>> logs = {"segmentation_loss": 0.5, "segmentation_mean_iou": 0.4, "depth_loss": 2.0}
        >>> describe(logs, ("segmentation", "depth")).plain
        'mIoU 0.400  segmentation 0.5  depth 2'
    """
    names = [name.removeprefix(prefix) for name in logs if name.startswith(prefix)]
    names = [name for name in names if prefix or not name.startswith("val_")]
    found = [name.removesuffix("_loss") for name in names if name.endswith("_loss")]
    ordered = [task for task in tasks if task in found]
    ordered += [task for task in found if task not in ordered]
    losses = [_loss(logs, task, _name(task, ordered, form), prefix, form) for task in ordered]
    if not ordered and "loss" in names:
        losses = [Text.assemble(("loss ", "cyan"), number(logs[f"{prefix}loss"], form.digits))]
    scores = [_score(logs, prefix, name) for name in _scores(names, ordered)]
    parts = [*scores[:1], *losses, *(scores[1:] if form.scores else ())]
    return Text("  ").join(parts)


def _name(task: str, tasks: Sequence[str], form: Form) -> str:
    short = task[:_SHORT]
    alone = sum(other.startswith(short) for other in tasks) == 1
    return short if alone and len(task) > 2 * _SHORT and not form.words else task


def _loss(logs: Mapping[str, float], task: str, name: str, prefix: str, form: Form) -> Text:
    part = Text.assemble((f"{name} ", "cyan"), number(logs[f"{prefix}{task}_loss"], form.digits))
    weight = logs.get(f"weight_{task}")
    if weight is not None and form.weights and not (prefix and form.training):
        digits = form.digits if form.words else form.digits - 1
        part.append(f" x{number(weight, digits)}", "magenta")
    return part


def number(value: float, digits: int) -> str:
    """Text with significant digits; without an exponent from 1e-4 to 1e6."""
    text = f"{value:.{digits}g}"
    return f"{value:.0f}" if "e+" in text and abs(value) < 1e6 else text


def _scores(names: Sequence[str], tasks: Sequence[str]) -> list[str]:
    """The logged scores to show: one of each task, the main task's first; then any mean IoU."""
    wanted = [f"{task}_{key}" for task in tasks for key in SCORES]
    scores = [name for name in wanted if name in names]
    return scores + [name for name in names if name.endswith("mean_iou") and name not in scores]


def _score(logs: Mapping[str, float], prefix: str, name: str) -> Text:
    title = next(title for key, title in SCORES.items() if name.endswith(key))
    return Text.assemble((f"{title} ", "green"), f"{logs[prefix + name]:.3f}")
