"""Rules that split frames into training and validation."""

import itertools
from collections.abc import Callable, Iterable

import numpy as np

from auxnet_keras.data.frame import Frame

Division = tuple[list[Frame], list[Frame]]


def every_fifth(frames: Iterable[Frame], number: Callable[[Frame], int]) -> Division:
    """Validates on every frame with a number divisible by five; for independent frames."""
    train: list[Frame] = []
    val: list[Frame] = []
    for frame in frames:
        (train if number(frame) % 5 else val).append(frame)
    return train, val


def by_group(
    frames: list[Frame],
    group: Callable[[Frame], str | tuple[str, int]],
    fraction: float,
    seed: int = 0,
) -> Division:
    """Validates on a random `fraction` of the groups; the same groups give the same split.

    Args:
        group: What must stay together.
    """
    groups = sorted({group(frame) for frame in frames})
    count = max(1, round(fraction * len(groups))) if len(groups) > 1 else 0
    chosen = np.random.default_rng(seed).permutation(len(groups))[:count]
    held_out = {groups[i] for i in chosen}
    return (
        [frame for frame in frames if group(frame) not in held_out],
        [frame for frame in frames if group(frame) in held_out],
    )


def by_sequence(
    frames: list[Frame],
    route: Callable[[Frame], str],
    position: Callable[[Frame], int],
    fraction: float = 0.2,
) -> Division:
    """Splits so that no two neighbouring frames are in different parts.

    Of two or more routes, whole routes validate: the last ones by name, as many as come closest to
    `fraction` of the frames. Of a single route, its end validates, after a gap in neither part.

    Args:
        route: What must stay together; `frame.sequence` if all frames share one route.
        position: The frame's place in time; frames of one moment (several cameras) stay together.
    """
    for group in (route, lambda frame: frame.sequence):
        groups: dict[str, list[Frame]] = {}
        for frame in frames:
            groups.setdefault(group(frame), []).append(frame)
        if len(groups) > 1:
            return _whole_groups(groups, fraction)
    return _end_of_sequence(frames, position, fraction)


def _whole_groups(groups: dict[str, list[Frame]], fraction: float) -> Division:
    names = sorted(groups)
    wanted = fraction * sum(len(group) for group in groups.values())
    from_the_end = list(itertools.accumulate(len(groups[name]) for name in reversed(names)))
    count = 1 + min(
        range(len(names) - 1), key=lambda i: abs(from_the_end[i] - wanted)
    )  # at least one group each
    held_out = set(names[-count:])
    train = [frame for name in names if name not in held_out for frame in groups[name]]
    val = [frame for name in names if name in held_out for frame in groups[name]]
    return sorted(train, key=_name), sorted(val, key=_name)


def _end_of_sequence(
    frames: list[Frame], position: Callable[[Frame], int], fraction: float
) -> Division:
    places = sorted({position(frame) for frame in frames})
    # Two seconds at SYNTHIA's five frames per second, less if that would cost too many frames.
    gap = min(10, max(1, len(places) // 20))
    first_val = len(places) - max(1, round(fraction * len(places)))
    if first_val - gap < 1:  # too short to split: everything trains
        return list(frames), []
    last_train, val_start = places[first_val - gap - 1], places[first_val]
    train = [frame for frame in frames if position(frame) <= last_train]
    val = [frame for frame in frames if position(frame) >= val_start]
    return train, val


def _name(frame: Frame) -> str:
    return frame.name
