"""From groups of files to the places of a description, and the pairs that these give."""

import os
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from auxnet_keras.data.files.image import IMAGES
from auxnet_keras.data.files.pattern import match_files
from auxnet_keras.data.files.stored_values import DEPTHS, LABELS
from auxnet_keras.data.readers.suggested_pattern import pairs, suggestion
from auxnet_keras.errors import DataError
from data_tools.init.groups import Group, without_split

ENDINGS = {"image": IMAGES, "label": LABELS, "depth": DEPTHS}

_START = re.compile(r"([A-Za-z]+[_.-])+")
_END = re.compile(r"([_.-][A-Za-z][A-Za-z0-9]*)+$")


@dataclass
class Places:
    """Where files of one sort are.

    Args:
        by_split: Split to folder or pattern; "" for all of them.
        files: Paths relative to the root.
    """

    by_split: dict[str, str]
    files: list[str]


def places_of(groups: Sequence[Group], others: Sequence[Group]) -> list[Places]:
    """The places of all groups of one sort, with most files first.

    Args:
        groups: Groups of the sort.
        others: Groups of the other sorts, which a place must not reach.
    """
    clusters: dict[tuple[str, str], list[Group]] = defaultdict(list)
    for group in groups:
        clusters[_cluster(group, others), group.affix].append(group)
    found = []
    for (place, _), members in clusters.items():
        files = sorted(file for group in members for file in group.files)
        splits = {group.split: _place(group, others) for group in members if group.split}
        by_split = splits or {"": place}
        found.append(Places(by_split, files))
    return sorted(found, key=lambda places: (-len(places.files), min(places.by_split.values())))


def _cluster(group: Group, others: Sequence[Group]) -> str:
    """Groups with the same one are one place."""
    place = _place(group, others)
    return without_split(place) if group.split else place


def _place(group: Group, others: Sequence[Group]) -> str:
    """The folder of a group, or a pattern where other files are in it."""
    parts = PurePosixPath(group.folder).parts
    beside = any(other.folder == group.folder for other in others)
    name = f"*{group.affix}{_ending(group.files)}" if beside or group.affix else ""
    if group.split:
        base = group.base
        alone = not any(f"{other.folder}/".startswith(f"{base}/") for other in others)
        folder = base if alone else group.folder
        return f"{folder}/{name}" if name else folder
    if len(parts) <= 1:
        return "/".join([*parts, name] if name else parts) or "*"
    alone = all(PurePosixPath(other.folder).parts[:1] != parts[:1] for other in others)
    if alone and not name:
        return parts[0]
    return "/".join(["*", *parts[1:], name or f"*{_ending(group.files)}"])


def _ending(files: Sequence[str]) -> str:
    endings = {PurePosixPath(file).suffix.lower() for file in files}
    return endings.pop() if len(endings) == 1 else ""


def paired(root: Path, images: Places, other: Places, sort: str) -> tuple[Places, Places, int]:
    """The places, changed so that their files pair if that is possible, and how many do."""
    best = images, other, _count(root, images, other, sort)
    for tried in (_suggested(root, images, other, sort), _without_ends(images, other)):
        if tried is not None:
            count = _count(root, *tried, sort)
            if count > best[2]:
                best = *tried, count
    return best


def matched(root: Path, places: Places, sort: str) -> dict[str, Path]:
    """The files of places, by frame name."""
    found: dict[str, Path] = {}
    for split, pattern in places.by_split.items():
        try:
            files = match_files(root, pattern, ENDINGS[sort])
        except DataError:
            return {}
        found |= {f"{split}/{name}" if split else name: path for name, path in files.items()}
    return found


def _count(root: Path, images: Places, other: Places, sort: str) -> int:
    return len(pairs(matched(root, images, "image"), matched(root, other, sort)))


def _suggested(
    root: Path, images: Places, other: Places, sort: str
) -> tuple[Places, Places] | None:
    """Patterns for files whose names hold the images' names."""
    changed = {}
    for split, pattern in other.by_split.items():
        if "*" in pattern or split not in images.by_split or not (root / pattern).is_dir():
            return None
        names = match_files(root, images.by_split[split], IMAGES)
        files = [str(PurePosixPath(f).relative_to(pattern)) for f in other.files if _in(f, pattern)]
        better = suggestion(root, root / pattern, files, names, ENDINGS[sort])
        if better is None:
            return None
        changed[split] = better[0]
    return images, Places(changed, other.files)


def _in(file: str, folder: str) -> bool:
    return file.startswith(f"{folder}/")


def _without_ends(images: Places, other: Places) -> tuple[Places, Places] | None:
    """Patterns without the beginning and the end that all names of a sort share."""
    changed = [_between(places) for places in (images, other)]
    if None in changed:
        return None
    return changed[0], changed[1]  # type: ignore[return-value]


def _between(places: Places) -> Places | None:
    stems = [PurePosixPath(file).stem for file in places.files]
    if len(stems) < 2 or any("*" in place for place in places.by_split.values()):
        return None
    # Whole words alone: a digit may differ in files that were not looked at.
    start = _START.match(os.path.commonprefix(stems))  # noqa: RUF071 - letters
    end = _END.search(os.path.commonprefix([stem[::-1] for stem in stems])[::-1])  # noqa: RUF071
    ending = _ending(places.files)
    nested = len({PurePosixPath(f).parent for f in places.files}) > len(places.by_split)
    middle = "**/" if nested else ""
    words = [match[0] if match else "" for match in (start, end)]
    by_split = {
        s: f"{place}/{middle}{words[0]}*{words[1]}{ending}" for s, place in places.by_split.items()
    }
    return Places(by_split, places.files)
