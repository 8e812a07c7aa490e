"""The layout of TensorBoard's tab Custom Scalars: what belongs together, in one chart.

The other tabs draw one chart per tag. Here training and validation are two lines of one chart, and
so are the weights or the IoU of all classes.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from auxnet_keras.callbacks.event_tags import HEADLINES, headline, in_group

_PARTS = re.compile("/(train|validation|batch|running|evaluation)$")

Charts = list[tuple[str, list[str]]]
"""Title and regular expressions of tags, one or more lines each."""


def layout(tags: Iterable[str], tasks: Sequence[str]) -> Any:
    """A summary with the layout for the tags that exist.

    Args:
        tags: As `event_tags` names them.
        tasks: (main, auxiliary), (main,), or none; the main task comes first.

    Returns:
        A `Summary` for an event file; the newest one in a run counts.
    """
    from tensorboard.plugins.custom_scalar import layout_pb2, summary

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
    return summary.pb(layout_pb2.Layout(category=categories))


def _categories(tags: list[str], tasks: Sequence[str]) -> list[tuple[str, Charts, bool]]:
    shown: set[str] = set()
    categories = []
    for role, task in zip(("main task", "auxiliary task"), tasks, strict=False):
        own = [f"loss/{task}/"]
        if task in HEADLINES:
            own.insert(0, f"score/{HEADLINES[task]}/")
        found = [tag for start in own for tag in tags if tag.startswith(start)]
        found = [tag for tag in found if not tag.endswith(("/batch", "/running"))]
        shown.update(found)
        categories.append((f"{task} ({role})", _by_score(found), False))
    rest = [tag for tag in tags if tag not in shown]
    each_batch = [tag for tag in rest if tag.endswith(("/batch", "/running"))]
    others = [tag for tag in rest if tag not in each_batch]
    scores = [tag for group in ("score", "loss", "depth") for tag in in_group(others, group)]
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
    return [
        *categories,
        ("weights", weights, False),
        ("classes", classes, False),
        ("each batch", _by_score(each_batch), False),
        ("time", [(_title(tag), [_exactly(tag)]) for tag in in_group(tags, "time")], True),
        ("more scores", _by_score(scores), bool(tasks)),
    ]


def _by_score(tags: Iterable[str]) -> Charts:
    """One chart per score, with a line for each of its parts."""
    charts: dict[str, list[str]] = {}
    for tag in tags:
        charts.setdefault(_title(tag), []).append(_exactly(tag))
    return list(charts.items())


def _title(tag: str) -> str:
    """`loss/depth/train` is drawn in the chart `depth loss`."""
    group, _, label = _PARTS.sub("", tag).partition("/")
    label = label.replace("_", " ")
    return f"{label} loss" if group == "loss" else label


def _exactly(tag: str) -> str:
    return f"{re.escape(tag)}$"


def first_scores(tags: Iterable[str], tasks: Sequence[str], part: str) -> list[str]:
    """The tags by which runs are compared: scores and losses, those of the main task first."""
    own = [tag for task in tasks for tag in (headline(task, part), f"loss/{task}/{part}") if tag]
    rest = [tag for group in ("score", "loss") for tag in in_group(sorted(tags), group, part)]
    return list(dict.fromkeys([*own, *rest]))
