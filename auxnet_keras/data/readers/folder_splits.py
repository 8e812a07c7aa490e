"""The splits of a folder, as its `dataset.yaml` lists them."""

import re
from collections.abc import Sequence
from pathlib import Path

from auxnet_keras.data.files.listing import composed, inside
from auxnet_keras.data.frame import Frame
from auxnet_keras.data.readers.folder_places import ENDINGS, matched
from auxnet_keras.data.readers.folder_spec import FILE, FolderSpec
from auxnet_keras.data.readers.name_list import read_names
from auxnet_keras.errors import DataError


def listed_splits(spec: FolderSpec, root: Path, frames: Sequence[Frame]) -> dict[str, set[str]]:
    """Split to the names of its frames; nothing if the description lists none.

    A split is what lies in its place of images, what its list names or its pattern matches, or, of
    images in one place, those whose labels, or else depth, lie in its place.

    Raises:
        DataError: A list names no frame or several, a pattern matches none, or two splits share a
            frame.
    """
    names = {frame.name for frame in frames}
    if set(spec.images) != {""}:
        listed = {s: {name for name in names if name.startswith(f"{s}/")} for s in spec.images}
    elif spec.split:
        listed = {split: _listed(value, root, frames) for split, value in spec.split.items()}
    else:
        listed = _by_target(spec, root, frames)
    _check_disjoint(listed, root)
    return listed


def _by_target(spec: FolderSpec, root: Path, frames: Sequence[Frame]) -> dict[str, set[str]]:
    for what, places in (("label", spec.labels), ("depth", spec.depth)):
        if set(places) - {""}:
            split_of = {
                path: split
                for split, place in places.items()
                for path in matched(root, {"": place}, ENDINGS[what]).values()
            }
            listed: dict[str, set[str]] = {split: set() for split in ("train", *places)}
            for frame in frames:
                listed[split_of.get(getattr(frame, what), "train")].add(frame.name)
            return listed
    return {}


def _listed(value: str, root: Path, frames: Sequence[Frame]) -> set[str]:
    """The frames of a list of names, or of a pattern."""
    if "*" not in value:
        images = {frame.name: frame.image for frame in frames}
        return read_names(inside(root, Path(value).parts), root, images)
    pattern = re.compile(".*".join(map(re.escape, re.split(r"\*+", composed(value)))))
    found = {frame.name for frame in frames if pattern.fullmatch(frame.name)}
    if not found:
        raise DataError(
            f"No frame name matches the pattern {value!r} of 'split' in {root / FILE}. "
            f"Expected names such as {frames[0].name!r}; correct the pattern. Received: no match."
        )
    return found


def _check_disjoint(listed: dict[str, set[str]], root: Path) -> None:
    splits = list(listed)
    for number, split in enumerate(splits):
        for other in splits[number + 1 :]:
            both = sorted(listed[split] & listed[other])
            if both:
                raise DataError(
                    f"A frame is in both lists of 'split' in {root / FILE}, {split} and {other}. "
                    "Expected every frame in one list; remove it from the other. "
                    f"Received: {both[0]!r}."
                )
