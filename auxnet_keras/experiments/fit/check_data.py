"""Checks before a training: that it can learn, and that it will not add to its own data."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from auxnet_keras.data.example import TARGETS
from auxnet_keras.data.frame import IGNORE
from auxnet_keras.data.frame_table import folders_of
from auxnet_keras.errors import ConfigError, DataError

if TYPE_CHECKING:
    from auxnet_keras.data.plan import Plan

_VERB = {"training": "trained", "validation": "scored"}


def check_data(tasks: Sequence[str], train: "Plan", val: "Plan", out: Path) -> None:
    """Refuses data on which a task would train to the end with a loss of 0.

    Args:
        tasks: The tasks to train, the main one first.
        train, val: What they train and validate on.
        out: The run folder.

    Raises:
        DataError: A single class, or no valid pixel of a task.
        ConfigError: The run folder is among the images, where its pictures would become frames.
    """
    _check_place(out, train, val)
    classes = train.source.info.class_names
    if "segmentation" in tasks and len(classes) < 2:
        raise DataError(
            f"The data in {train.source.place} has one class, so every prediction would be right. "
            "Expected two or more; give everything else a class of its own, or train depth alone "
            f"(--main depth --single-task). Received: {classes[0]!r}."
        )
    for task in tasks:
        _check_pixels(task, "training", train, alone=len(tasks) == 1)
    _check_pixels(tasks[0], "validation", val, alone=True)


def _check_pixels(task: str, split: str, plan: "Plan", *, alone: bool) -> None:
    indices = plan.indices_with(task)
    if not indices:
        where = plan.source.label_place if task == "segmentation" else plan.source.depth_place
        remedy = "" if alone else ", or train the main task alone (--single-task, --model segnet)"
        raise DataError(
            f"No {split} frame in {plan.source.place} has a {TARGETS[task]} file, so {task} cannot "
            f"be {_VERB[split]}. Expected them in {where}, named as the images; add them{remedy}. "
            f"Received: {len(plan.frames)} frames."
        )
    if not any(_has_pixel(plan, index, task) for index in indices):  # nearly always the first
        what = "label that is not ignored" if task == "segmentation" else "valid depth"
        example = getattr(plan.frames[indices[0]], TARGETS[task])
        raise DataError(
            f"No pixel of the {split} frames has a {what}, so {task} cannot be "
            f"{_VERB[split]}. Check the ids and the values that mean `ignore` or `invalid`, and "
            f"look with `auxnet data verify`. Received: {len(indices)} frames, such as {example}."
        )


def _has_pixel(plan: "Plan", index: int, task: str) -> bool:
    sample = plan.sample(index, 0)
    if task == "segmentation":
        return bool((sample.segmentation != IGNORE).any())
    return bool((sample.depth >= 0).any())


def _check_place(out: Path, *plans: "Plan") -> None:
    parts = [part for plan in plans for part in plan.examples.parts]
    folders = {folder.resolve() for _, frames in parts for folder in folders_of(frames)}
    place = out.resolve()
    inside = next((one for one in (place, *place.parents) if one in folders), None)
    if inside is not None:
        raise ConfigError(
            f"The run folder is inside {inside}, which holds the data's files, so the run's own "
            f"pictures would become frames; choose another --out. Received: {str(out)!r}."
        )
