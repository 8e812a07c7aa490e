"""Images that are there twice, above all once to train on and once to validate on."""

from collections.abc import Mapping, Sequence

import numpy as np

from auxnet_keras.data.frame import Frame
from data_tools.frame_checks import Checked, Problem

ALIKE = 0.998
"""Correlation of two thumbnails from which on their images count as the same one."""

_BLOCK = 2048


def duplicates(
    train: Sequence[Frame], val: Sequence[Frame], checked: Mapping[str, Checked]
) -> list[Problem]:
    """Equal images anywhere, and images of `val` that look like one of `train`.

    Equal images in both splits are errors, as a score on them says nothing; the rest are warnings.
    """
    problems = []
    first: dict[str, tuple[str, Frame]] = {}
    equal = set()
    for split, frames in (("train", train), ("val", val)):
        for frame in frames:
            digest = checked[frame.name].digest
            if not digest:
                continue
            where, other = first.setdefault(digest, (split, frame))
            if other is not frame:
                level = "error" if where != split else "warning"
                sentence = f"is the same image as {other.image}, in {where}"
                problems.append(Problem(level, str(frame.image), sentence))
                equal.add(frame.name)
    rest = [frame for frame in val if frame.name not in equal]
    return problems + _look_alikes(train, rest, checked)


def _look_alikes(
    train: Sequence[Frame], val: Sequence[Frame], checked: Mapping[str, Checked]
) -> list[Problem]:
    problems: list[Problem] = []
    known = [frame for frame in train if checked[frame.name].thumbnail]
    asked = [frame for frame in val if checked[frame.name].thumbnail]
    if not known or not asked:
        return problems
    ours = _normalized(asked, checked)
    best, nearest = np.zeros(len(asked), np.float32), np.zeros(len(asked), int)
    for start in range(0, len(known), _BLOCK):
        alike = ours @ _normalized(known[start : start + _BLOCK], checked).T
        place = alike.argmax(axis=1)
        value = alike[np.arange(len(asked)), place]
        better = value > best
        best[better], nearest[better] = value[better], start + place[better]
    for frame, value, place in zip(asked, best, nearest, strict=True):
        if value >= ALIKE:
            sentence = f"looks like {known[place].image}, in train (correlation {value:.4f})"
            problems.append(Problem("warning", str(frame.image), sentence))
    return problems


def _normalized(frames: Sequence[Frame], checked: Mapping[str, Checked]) -> np.ndarray:
    """[frames, pixels], each of mean 0 and length 1: products are correlations."""
    rows = [np.frombuffer(bytes.fromhex(checked[f.name].thumbnail), np.uint8) for f in frames]
    values = np.stack(rows).astype(np.float32)
    values -= values.mean(axis=1, keepdims=True)
    return values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-6)
