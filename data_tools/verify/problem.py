"""One finding about a dataset, and the sorts of findings there are."""

from dataclasses import dataclass
from pathlib import Path

from auxnet_keras.errors import DataError

SORTS = {
    "truncated": "truncated or damaged",
    "empty": "empty file",
    "other_format": "another format",
    "too_large": "too large to decode",
    "unreadable": "cannot be read",
    "calibration": "damaged calibration",
    "empty_split": "a split without frames",
    "unknown_ids": "ids outside the table",
    "other_size": "not of its image's size",
    "not_finite": "NaN or infinite depth",
    "impossible_disparity": "impossible disparity",
    "duplicate_across_splits": "in both splits",
    "look_alike_across_splits": "looks like one to train on",
    "duplicate": "the same image again",
    "look_alikes": "look-alikes in a split",
    "no_label": "has no label",
    "no_depth": "has no depth",
    "empty_label": "no pixel has a class",
    "empty_depth": "no pixel has a depth",
    "unlisted_colours": "colours of no category",
    "constant_depth": "one depth everywhere",
    "far_depth": "farther than can be",
    "saturated_depth": "the largest number stored",
    "one_colour": "image of one colour",
    "jpeg_named_png": "JPEG named .png",
    "orphan": "no image of its name",
}
"""Code to a few words; codes stay, words may change."""


@dataclass(frozen=True)
class Problem:
    """One line of a report.

    Args:
        level: "error": training stops at it, or learns something false; "warning": it does not.
        code: One of `SORTS`.
        path: The file.
        sentence: What is wrong with it.
    """

    level: str
    code: str
    path: str
    sentence: str


def not_read(path: Path, error: DataError) -> Problem:
    """The problem of a file that a reader refused, in the reader's own sentence."""
    return Problem("error", error.fault or "unreadable", str(path), str(error))
