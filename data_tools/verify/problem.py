"""One problem of a data set, and the list of problem codes."""

from dataclasses import dataclass
from pathlib import Path

from auxnet_keras.errors import DataError

DESCRIPTIONS = {
    "truncated": "truncated or damaged",
    "empty": "empty file",
    "other_format": "another format",
    "lossy": "a lossy format",
    "too_large": "too large to decode",
    "unreadable": "cannot be read",
    "calibration": "damaged calibration",
    "empty_split": "a split without frames",
    "absent": "described and not found",
    "unknown_ids": "ids outside the table",
    "unknown_colours": "colours of no class",
    "other_size": "size differs from its image",
    "not_finite": "NaN or infinite depth",
    "impossible_disparity": "impossible disparity",
    "duplicate_across_splits": "in both splits",
    "look_alike_across_splits": "looks like a training image",
    "duplicate": "duplicate image",
    "look_alikes": "look-alikes in a split",
    "no_label": "has no label",
    "no_depth": "has no depth",
    "empty_label": "no pixel has a class",
    "empty_depth": "no pixel has a depth",
    "unlisted_colours": "colours without a category",
    "constant_depth": "same depth everywhere",
    "far_depth": "impossibly far",
    "near_depth": "impossibly near",
    "saturated_depth": "saturated depth",
    "one_colour": "image of one colour",
    "jpeg_named_png": "JPEG named .png",
    "orientation": "has an orientation tag",
    "orphan": "no matching image",
}
"""Code to a short description; codes are stable, descriptions may change."""


@dataclass(frozen=True)
class Problem:
    """One line of a report.

    Args:
        level: "error" stops training or makes it learn something wrong; "warning" does not.
        code: One of `DESCRIPTIONS`.
        path: The file.
        sentence: What is wrong with it.
    """

    level: str
    code: str
    path: str
    sentence: str


def unreadable_file(path: Path, error: DataError) -> Problem:
    """The problem of a file that a reader refused, with the reader's message."""
    return Problem("error", error.fault or "unreadable", str(path), str(error))
