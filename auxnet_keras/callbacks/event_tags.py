"""TensorBoard's tags: every log in a group, by what it measures."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

HEADLINES = {"segmentation": "mean_iou", "depth": "abs_rel"}
"""The score in which a task is compared; it stands in the group `score`."""

_GROUPS = (
    (r"segmentation_iou_(.+)", "iou"),
    (r"class_weight_(.+)", "class_weight"),
    (r"weight_(.+)", "weight"),
    (r"gradient_(.+)", "gradient"),
    (r"(loss)", "loss"),
    (r"(.+)_loss", "loss"),
    (r"segmentation_(.+)", "score"),
    (rf"depth_({HEADLINES['depth']})", "score"),
    (r"depth_(.+)", "depth"),
    (r"(learning_rate.*|epoch|seconds|\w+_per_second|skipped_batches)", "time"),
)
_PARENTHESES = str.maketrans("()", "[]")
_WITHOUT_PART = ("weight", "class_weight", "time")
_BY_BATCH = ("weight/", "class_weight/")
_BY_EPOCH = ("score/", "iou/", "loss/", "depth/", "gradient/", "time/", "pictures/")


def tag_of(name: str, part: str) -> str:
    """The tag of a log.

    Args:
        name: As in Keras' logs, without `val_`: `segmentation_mean_iou`, `weight_depth`.
        part: Where it was measured: `train`, `validation`, ...; the last part of the tag, except
            for what exists only in training.

    Returns:
        Such as `score/mean_iou/validation` or `weight/depth`.
    """
    group, label = "score", name
    for pattern, its_group in _GROUPS:
        match = re.fullmatch(pattern, name, re.DOTALL)
        if match:
            group, label = its_group, match[1]
            break
    if name == "loss":
        label = "total"
    # TensorBoard takes what is in parentheses for the run, and draws nothing if there is no such.
    label = label.translate(_PARENTHESES)
    return f"{group}/{label}" if group in _WITHOUT_PART else f"{group}/{label}/{part}"


def tagged(logs: Mapping[str, Any], part: str = "train") -> dict[str, Any]:
    """Tag to value; logs with `val_` in front are those of the validation."""
    return {
        tag_of(name.removeprefix("val_"), "validation" if name.startswith("val_") else part): value
        for name, value in logs.items()
    }


def headline(task: str, part: str) -> str | None:
    """The tag of the score in which a task is compared; `None` for tasks of the user's own."""
    return f"score/{HEADLINES[task]}/{part}" if task in HEADLINES else None


def is_by_batch(tag: str) -> bool:
    """Whether this package writes the tag after a batch."""
    return tag.startswith(_BY_BATCH) or tag.endswith(("/batch", "/running"))


def is_by_epoch(tag: str) -> bool:
    """Whether this package, or Keras' histograms, write the tag after an epoch."""
    return tag.startswith(_BY_EPOCH) or tag.endswith("/histogram")


def in_group(tags: Iterable[str], group: str, part: str = "") -> list[str]:
    """The tags of a group, in the order in which they were given, of one part if one is named."""
    ending = f"/{part}" if part else ""
    return [tag for tag in tags if tag.startswith(f"{group}/") and tag.endswith(ending)]
