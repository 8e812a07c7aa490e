"""Lists of names for training and validation that a folder has."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from auxnet_keras.data.files.listing import files_below
from auxnet_keras.data.readers.name_list import read_names
from auxnet_keras.errors import DataError
from data_tools.init.split_names import canonical


@dataclass
class Lists:
    """The lists to use, and what is to be said about all that were found.

    Args:
        split: Split to a list; empty if there are none to use.
        notes: Sentences.
    """

    split: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def find_lists(root: Path, images: Mapping[str, Path], labelled: Collection[str]) -> Lists:
    """The lists whose frames have most labels, if there are several of them.

    Args:
        root: The folder.
        images: Frame name to image.
        labelled: The names of frames with labels, or with depth if there are no labels.
    """
    found = Lists()
    usable: list[tuple[dict[str, str], dict[str, set[str]]]] = []
    for lists in _by_folder(root):
        members: dict[str, set[str]] = {}
        for split, file in lists.items():
            try:
                members[split] = read_names(root / file, root, images)
            except DataError as error:
                received = str(error).rpartition("Received: ")[2]
                found.notes.append(
                    f"Not used: {file}, because of a line that names no image: {received}"
                )
        damaged = len(members) < len(lists)
        members = {split: frames for split, frames in members.items() if frames}
        lists = {split: file for split, file in lists.items() if split in members}
        both = _shared(members)
        if both:
            found.notes.append(f"Not used: {', '.join(lists.values())}, which share {both!r}.")
        elif "train" in lists and ("val" in lists or ("test" in lists and not damaged)):
            usable.append((lists, members))
        elif lists:
            found.notes.append(
                f"Not used: {', '.join(lists.values())}; "
                "train and val, or train and test, are needed."
            )
    if usable:
        usable.sort(key=lambda each: _rank(each, set(labelled)))
        found.split, members = usable[0]
        if "val" not in found.split:
            found.notes.append("There is no list for validation: a fifth of train validates.")
        for lists, _ in usable[1:]:
            found.notes.append(f"Not used: {', '.join(lists.values())}; there are other lists.")
        listed = set[str]().union(*members.values())
        if len(listed) < len(images):
            number = len(images) - len(listed)
            found.notes.append(f"{number} of {len(images)} images are in no list.")
    return found


def _rank(each: tuple[dict[str, str], dict[str, set[str]]], labelled: set[str]) -> tuple:
    lists, members = each
    listed = set[str]().union(*members.values())
    return -len(listed & labelled) / len(listed), -len(listed), sorted(lists.values())


def _by_folder(root: Path) -> list[dict[str, str]]:
    """Split to a list, for each folder that has any."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted(files_below(root)):
        path = Path(file)
        split = canonical(path.stem)
        if split and path.suffix.lower() == ".txt":
            found.setdefault(path.parent.as_posix(), {}).setdefault(split, file)
    return list(found.values())


def _shared(members: dict[str, set[str]]) -> str:
    """A name that two splits share; "" if there is none."""
    seen: set[str] = set()
    for frames in members.values():
        if seen & frames:
            return min(seen & frames)
        seen |= frames
    return ""
