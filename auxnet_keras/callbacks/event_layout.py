"""The layout of TensorBoard's tab Custom Scalars: what belongs together, in one chart.

The other tabs draw one chart per tag. Here training and validation are two lines of one chart, and
so are the weights or the IoU of all classes.
"""

import itertools
import re
from collections.abc import Iterable, Sequence
from typing import Any

from auxnet_keras.callbacks.event_records import tensor_summary
from auxnet_keras.callbacks.event_tags import HEADLINES, headline, in_group

_PARTS = re.compile("/(train|validation|batch|running|evaluation)$")
_OF_BATCHES = ("/batch", "/running")
_GRADIENTS = {
    "norms": "norm_",
    "cosines": "cosine_",
    "similarity of the norms": "magnitude_similarity_",
    "condition": "condition",
}

Charts = list[tuple[str, list[str]]]
"""Title and regular expressions of tags, one or more lines each."""


def layout(tags: Iterable[str], tasks: Sequence[str]) -> Any:
    """A summary with the layout for the tags that exist.

    Args:
        tags: As `event_tags` names them.
        tasks: The main task, then auxiliary ones; or none.

    Returns:
        A `Summary` for an event file; the newest one in a run counts.
    """
    from tensorboard.plugins.custom_scalar import layout_pb2, metadata

    categories = [
        layout_pb2.Category(
            title=title,
            chart=[
                layout_pb2.Chart(
                    title=name, multiline=layout_pb2.MultilineChartContent(tag=patterns)
                )
                for name, patterns in charts
            ],
            closed=closed,
        )
        for title, charts, closed in _categories(sorted(tags), tasks)
        if charts
    ]
    shown = layout_pb2.Layout(category=categories).SerializeToString()
    return tensor_summary(metadata.CONFIG_SUMMARY_TAG, shown, metadata.create_summary_metadata())


def _categories(tags: list[str], tasks: Sequence[str]) -> list[tuple[str, Charts, bool]]:
    of_tasks = {task: _of_task(tags, task) for task in tasks}
    shown = {tag for found in of_tasks.values() for tag in found}
    rest = [tag for tag in tags if tag not in shown]
    weights = [
        (title, [f"{group}/"])
        for title, group in (("class weights", "class_weight"), ("task weights", "weight"))
        if in_group(tags, group)
    ]
    classes = [
        (f"IoU of every class, {part}", [rf"iou/.+/{part}$"])
        for part in ("validation", "train")
        if in_group(tags, "iou", part)
    ]
    gradients = [
        (f"{title}{per}", [rf"gradient/{kind}.*/{part}$"])
        for part, per in (("batch", ""), ("train", ", mean of each epoch"))
        for title, kind in _GRADIENTS.items()
        if any(tag.startswith(f"gradient/{kind}") for tag in in_group(rest, "gradient", part))
    ]
    return [
        *(
            (f"{task} ({'auxiliary' if number else 'main'} task)", _by_score(found), False)
            for number, (task, found) in enumerate(of_tasks.items())
        ),
        ("weights", weights, False),
        ("gradients", gradients, False),
        ("classes", classes, False),
        ("time", _by_score(in_group(rest, "time")), True),
        (
            "more scores",
            _by_score(tag for group in ("score", "loss", "depth") for tag in in_group(rest, group)),
            bool(tasks),
        ),
    ]


def _of_task(tags: list[str], task: str) -> list[str]:
    starts = [f"loss/{task}/"]
    if task in HEADLINES:
        starts.insert(0, f"score/{HEADLINES[task]}/")
    return [tag for start in starts for tag in tags if tag.startswith(start)]


def _by_score(tags: Iterable[str]) -> Charts:
    """One chart per score, with a line for each of its parts; batches are not epochs."""
    charts: dict[str, list[str]] = {}
    for tag in sorted(tags, key=lambda tag: tag.endswith(_OF_BATCHES)):
        charts.setdefault(_title(tag), []).append(_exactly(tag))
    return list(charts.items())


def _title(tag: str) -> str:
    """`loss/depth/train` is drawn in the chart `depth loss`."""
    group, _, label = _PARTS.sub("", tag).partition("/")
    label = re.sub(r"\biou\b", "IoU", label.replace("_", " "))
    title = f"{label} loss" if group == "loss" else label
    return f"{title}, each batch" if tag.endswith(_OF_BATCHES) else title


def _exactly(tag: str) -> str:
    return f"{re.escape(tag)}$"


def compared_scores(tags: Iterable[str], tasks: Sequence[str]) -> list[str]:
    """The tags by which runs are compared: scores and losses, those of the main task first.

    They are the same for all runs with segmentation or depth, also if a run lacks one of them,
    because TensorBoard asks only one of its runs.
    """
    if not set(tasks) & set(HEADLINES):
        measured = [tag for tag in sorted(tags) if not tag.endswith(_OF_BATCHES)]
        return [*in_group(measured, "score"), *in_group(measured, "loss")]
    ordered = list(dict.fromkeys((*tasks, *HEADLINES)))
    validation = [(headline(task, "validation"), f"loss/{task}/validation") for task in ordered]
    training = [headline(task, "train") for task in ordered]
    return [tag for tag in (*itertools.chain(*validation), *training) if tag]
