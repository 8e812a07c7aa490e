"""What a suggestion leaves out, and why there is none."""

from pathlib import Path

from auxnet_keras.core.printable import printable
from auxnet_keras.data.files.foreign import describe
from auxnet_keras.data.files.listing import contents
from auxnet_keras.data.files.png import file_bytes
from auxnet_keras.errors import DataError
from data_tools.init.choice import Found
from data_tools.init.groups import Group
from data_tools.init.sorts import LABEL

_MOST = 8
_PLURAL = {"image": "images", "label": "masks", "depth": "depth files", "": "unreadable files"}


def left_out(root: Path, groups: list[Group], found: Found) -> list[str]:
    """Sentences about the groups of which no file is used."""
    used = found.files
    unused = [group for group in groups if not any(root / file in used for file in group.files)]
    notes = [f"Not used: {shown(root, group)}." for group in unused[:_MOST]]
    if len(unused) > _MOST:
        notes.append(f"Not used: {len(unused) - _MOST} more groups of files.")
    return notes


def nothing_found(root: Path, groups: list[Group]) -> str:
    """The message when no images pair with masks or depth files."""
    seen = [shown(root, group) for group in sorted(groups, key=lambda g: -len(g.files))[:_MOST]]
    return (
        f"Cannot tell what {root} holds. Expected images, and masks or depth files with names like "
        f"theirs; {_remedy(groups)}describe the folder by hand, as in the documentation. "
        f"Received: {'; '.join(seen) or contents(root)}."
    )


def shown(root: Path, group: Group) -> str:
    """How many files of what sort a group has, and where."""
    place = printable(group.files[0])
    text = f"{len(group.files)} {_PLURAL[group.sort]} such as {place}"
    if group.sort:
        return text
    try:
        return f"{text} ({describe(file_bytes(root / group.files[0])[:600])})"
    except DataError:
        return f"{text} (empty)"


def _remedy(groups: list[Group]) -> str:
    """What to do, for layouts that no description can hold."""
    if any("*" in group.folder for group in groups):
        return "rename folders with a * in their names, or "
    lossy = any(
        LABEL.search(group.hint) and group.files[0].lower().endswith((".jpg", ".jpeg", ".webp"))
        for group in groups
        if group.sort == "image"
    )
    if lossy:
        return "export masks as PNG, because JPEG changes their values, or "
    splits = {
        sort: {group.split for group in groups if group.sort == sort} for sort in ("image", "label")
    }
    if {"train", "val"} <= splits["label"] and not splits["image"] & {"train", "val"}:
        return "sort the images into the same folders of splits as their masks, or "
    return ""
