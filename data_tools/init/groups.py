"""The files of a folder in groups that look alike: one directory, one ending, one end of names."""

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from auxnet_keras.data.files.image import IMAGES
from auxnet_keras.data.files.listing import files_below, without_ending
from auxnet_keras.data.files.stored_values import DEPTHS, LABELS

_SPLIT = re.compile(
    r"(training|train|validation|valid|val|testing|test)(?=$|[_-]|annot|images|masks|labels)", re.I
)
_CANONICAL = {"training": "train", "validation": "val", "valid": "val", "testing": "test"}


@dataclass
class Group:
    """Files that belong together.

    Args:
        folder: Their directory, relative to the root; "." for the root.
        affix: What stands at the end of their names, after the name of another file: "_mask".
        files: Their paths relative to the root, sorted.
    """

    folder: str
    affix: str
    files: list[str]

    @property
    def split(self) -> str:
        """The split that one of the directories is named after; "" for none."""
        found = self._split_at()
        return "" if found is None else found[1]

    @property
    def base(self) -> str:
        """The directories up to the one that is named after the split."""
        found = self._split_at()
        parts = PurePosixPath(self.folder).parts
        return self.folder if found is None else "/".join(parts[: found[0] + 1])

    def _split_at(self) -> tuple[int, str] | None:
        for place, part in enumerate(PurePosixPath(self.folder).parts):
            match = _SPLIT.match(part)
            if match:
                return place, _CANONICAL.get(match[1].lower(), match[1].lower())
        return None


def without_split(folder: str) -> str:
    """A directory with "{split}" in place of the split's name."""
    return "/".join(_SPLIT.sub("{split}", part, count=1) for part in folder.split("/"))


def groups_in(root: Path) -> list[Group]:
    """The groups below a folder, largest first; files with other endings are in none."""
    by_folder: dict[str, list[str]] = defaultdict(list)
    for file in files_below(root):
        if without_ending(file, (*IMAGES, *LABELS, *DEPTHS)) is not None:
            by_folder[str(PurePosixPath(file).parent)].append(file)
    found: dict[tuple[str, str, bool], Group] = {}
    for folder, files in by_folder.items():
        stems = {PurePosixPath(file).stem for file in files}
        endings_of: dict[str, set[str]] = defaultdict(set)
        for file in files:
            endings_of[PurePosixPath(file).stem].add(PurePosixPath(file).suffix.lower())
        twins = any(len(endings) > 1 for endings in endings_of.values())
        for file in files:
            path = PurePosixPath(file)
            affix = _affix(path.stem, stems)
            # Files of one name with two endings are an image and its mask: x.jpg and x.png.
            lossy = twins and path.suffix.lower() in (".jpg", ".jpeg")
            group = found.setdefault((folder, affix, lossy), Group(folder, affix, []))
            group.files.append(file)
    return sorted(found.values(), key=lambda group: -len(group.files))


def _affix(stem: str, stems: set[str]) -> str:
    """What a name has after the longest other name that it begins with; "" for none."""
    for cut in range(len(stem) - 1, 0, -1):
        if stem[cut] in "_-." and stem[:cut] in stems and not stem[cut + 1 :].isdecimal():
            return stem[cut:]
    return ""
