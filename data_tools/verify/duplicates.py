"""Finds duplicate images, above all between training and validation."""

from collections.abc import Mapping, Sequence

import numpy as np

from auxnet_keras.data.frame import Frame
from data_tools.verify.frame_checks import Checked
from data_tools.verify.likeness import nearest, nearest_earlier, stacked
from data_tools.verify.problem import Problem

ALIKE = 0.998
"""Thumbnail correlation from which images of different splits count as the same image."""

ALMOST_EQUAL = 0.9998
"""The same for images of one split, where neighbouring video frames naturally look alike. Real
street frames and their JPEGs correlate more than this; different frames of a street reach 0.995."""


def duplicates(
    train: Sequence[Frame], val: Sequence[Frame], checked: Mapping[str, Checked]
) -> list[Problem]:
    """Equal images anywhere, and images that look like another one.

    Images of `val` that look like one of `train` are listed; near-duplicates within a split are
    only counted. Equal images in both splits are errors, because a score on them means nothing;
    the rest are warnings.
    """
    splits = {"train": train, "val": val}
    problems, equal = _equal(splits, checked)
    single = {
        split: [f for f in frames if checked[f.name].thumbnail and f.name not in equal]
        for split, frames in splits.items()
    }
    problems += _across_splits(single["train"], single["val"], checked)
    for split, frames in single.items():
        problems += _within_split(split, frames, checked)
    return problems


def _equal(
    splits: Mapping[str, Sequence[Frame]], checked: Mapping[str, Checked]
) -> tuple[list[Problem], set[str]]:
    """The problems, and the names of all equal images except the first of each."""
    problems = []
    first: dict[str, tuple[str, Frame]] = {}
    equal = set()
    for split, frames in splits.items():
        for frame in frames:
            digest = checked[frame.name].digest
            if not digest:
                continue
            where, other = first.setdefault(digest, (split, frame))
            if other is frame:
                continue
            level, code = (
                ("error", "duplicate_across_splits") if where != split else ("warning", "duplicate")
            )
            sentence = f"is the same image as {other.image}, in {where}"
            problems.append(Problem(level, code, str(frame.image), sentence))
            equal.add(frame.name)
    return problems, equal


def _across_splits(
    train: Sequence[Frame], val: Sequence[Frame], checked: Mapping[str, Checked]
) -> list[Problem]:
    problems: list[Problem] = []
    if not train or not val:
        return problems
    values, places = nearest(_thumbnails(val, checked), _thumbnails(train, checked))
    for frame, value, place in zip(val, values, places, strict=True):
        if value >= ALIKE:
            sentence = f"looks like {train[place].image}, in train (correlation {value:.4f})"
            problem = Problem("warning", "look_alike_across_splits", str(frame.image), sentence)
            problems.append(problem)
    return problems


def _within_split(
    split: str, frames: Sequence[Frame], checked: Mapping[str, Checked]
) -> list[Problem]:
    """One warning for all of them."""
    if not frames:
        return []
    values, places = nearest_earlier(_thumbnails(frames, checked))
    found = (values >= ALMOST_EQUAL).nonzero()[0]
    if not len(found):
        return []
    frame, other = frames[found[0]], frames[places[found[0]]]
    if len(found) == 1:
        sentence = f"looks almost the same as {other.image}, also in {split}"
    else:
        sentence = (
            f"looks almost the same as {other.image}; it is the first of {len(found):,} such "
            f"images in {split}"
        )
    return [Problem("warning", "look_alikes", str(frame.image), sentence)]


def _thumbnails(frames: Sequence[Frame], checked: Mapping[str, Checked]) -> np.ndarray:
    return stacked(checked[frame.name].thumbnail for frame in frames)
