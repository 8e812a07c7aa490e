"""What a suggestion leaves out, and why there is none."""

from pathlib import Path

from auxnet_keras.core.printable import printable
from auxnet_keras.data.files.listing import contents
from auxnet_keras.data.files.stored_values import read_values
from auxnet_keras.errors import DataError
from data_tools.init.choice import Found
from data_tools.init.groups import Group
from data_tools.init.sorts import LABEL

_MOST = 8
_NAMES = {
    "image": "image",
    "label": "mask",
    "depth": "depth file",
    "valid": "validity mask",
    "": "unreadable file",
}


def left_out(root: Path, groups: list[Group], found: Found) -> list[str]:
    """Sentences about the groups of which no file is used."""
    used = found.files
    unused = [group for group in groups if not any(root / file in used for file in group.files)]
    return [f"Not used: {text}." for text in _shown(root, unused)]


def nothing_found(root: Path, groups: list[Group]) -> str:
    """The message when no images pair with masks or depth files."""
    seen = _shown(root, groups)
    return (
        f"Cannot tell what {root} holds. Expected images, and masks or depth files with names like "
        f"theirs; {_remedy(groups)}describe the folder by hand, as in the documentation. "
        f"Received: {'; '.join(seen) or contents(root)}."
    )


def _shown(root: Path, groups: list[Group]) -> list[str]:
    """How many files of what sort there are, and where, most first."""
    alike: dict[tuple[str, str, str, str], list[str]] = {}
    for group in groups:
        words = group.start + group.end  # which say more than folders do
        key = group.sort, "" if words else group.folder.rpartition("/")[2], group.start, group.end
        alike.setdefault(key, []).extend(group.files)
    found = sorted(alike.items(), key=lambda each: -len(each[1]))
    texts = [_files(root, sort, files) for (sort, *_), files in found[:_MOST]]
    rest = sum(len(files) for _, files in found[_MOST:])
    return [*texts, f"{rest} more files"] if rest else texts


def _files(root: Path, sort: str, files: list[str]) -> str:
    plural = "s" if len(files) > 1 else ""
    text = f"{len(files)} {_NAMES[sort]}{plural} such as {printable(files[0])}"
    if sort:
        return text
    try:
        read_values(root / files[0], "label")
    except DataError as error:
        text += f" ({printable(str(error).rpartition('Received: ')[2]).rstrip('.')})"
    return text


def _remedy(groups: list[Group]) -> str:
    """What to do, for layouts that no description can hold."""
    if not all(group.can_be_named for group in groups):
        return "rename folders whose names hold a * or are not UTF-8, or "
    lossy = any(
        LABEL.search(group.hint) and group.files[0].lower().endswith((".jpg", ".jpeg", ".webp"))
        for group in groups
        if group.sort == "image"
    )
    if lossy:
        return "export masks as PNG, because JPEG changes their values, or "
    return ""
