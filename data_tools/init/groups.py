"""The files of a folder in groups that look alike: one directory, one word at an end of names."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from auxnet_keras.data.files.image import IMAGES
from auxnet_keras.data.files.listing import files_below, without_ending
from auxnet_keras.data.files.stored_values import DEPTHS, LABELS
from data_tools.init.split_names import split_of

_START = re.compile(r"[A-Za-z]+[_.\- ]+(?=.)")
_END = re.compile(r"(?<=.)[_.\- ][A-Za-z][A-Za-z0-9]*$")
_WHOLE = re.compile(r"[A-Za-z_.\- ]+")
_WORDS = 6  # that a folder's names may begin or end with; more are no sorts of files but names

_Find = Callable[[str], re.Match[str] | None]


@dataclass
class Group:
    """Files that belong together.

    Args:
        folder: Their directory, relative to the root; "" for the root.
        start: The word that their names begin with: "mask_" of "mask_0007"; or "".
        end: The word that their names end with: "_mask" of "0007_mask", or all of "mask"; or "".
        ending: Their ending, if names in the folder differ in it alone; else "".
        files: Their paths relative to the root, sorted.
        sort: "image", "label", "depth" or "valid"; "" while it is not known.
    """

    folder: str
    start: str
    end: str
    ending: str
    files: list[str]
    sort: str = ""

    @property
    def split(self) -> str:
        """The split that one of the directories is named after; "" for none."""
        return split_of(self.folder)

    @property
    def can_be_named(self) -> bool:
        """Whether a description can name the folder: `*` is a wildcard, and YAML is Unicode."""
        return not any(letter == "*" or "\ud800" <= letter <= "\udfff" for letter in self.folder)

    @property
    def hint(self) -> str:
        """The names of the directory and of the group, which hint at what the files are."""
        return f"{self.folder}/{self.start}*{self.end}"


def groups_in(root: Path) -> list[Group]:
    """The groups below a folder; files with endings of no image, label or depth are in none."""
    by_folder: dict[str, list[str]] = defaultdict(list)
    for file in files_below(root):
        if without_ending(file, (*IMAGES, *LABELS, *DEPTHS)) is not None:
            by_folder[file.rpartition("/")[0]].append(file)
    stems = {folder: Counter(map(_stem, files)) for folder, files in by_folder.items()}
    # A folder for each frame, with the same names in all: img.png, label.png and label_viz.png.
    same = Counter(frozenset(each) for each in stems.values() if all(map(_WHOLE.fullmatch, each)))
    found: list[Group] = []
    for folder in sorted(by_folder):
        whole = same[frozenset(stems[folder])] > 1
        found += _groups(folder, by_folder[folder], stems[folder], whole)
    return found


def _stem(file: str) -> str:
    return PurePosixPath(file).stem


def _groups(folder: str, files: list[str], stems: Counter[str], whole: bool) -> list[Group]:
    starts, ends = _kept(_START.match, stems), _kept(_END.search, stems)
    twins = len(stems) < len(files)  # an image and its mask of one name: x.jpg and x.png
    found: dict[tuple[str, str, str], Group] = {}
    for file in files:
        path = PurePosixPath(file)
        start, end = _word(_START.match, path.stem), _word(_END.search, path.stem)
        start, end = start if start in starts else "", end if end in ends else ""
        if whole:
            start, end = "", path.stem
        ending = path.suffix.lower() if twins else ""
        group = found.setdefault((start, end, ending), Group(folder, start, end, ending, []))
        group.files.append(file)
    return list(found.values())


def _word(find: _Find, stem: str) -> str:
    match = find(stem)
    return match[0] if match else ""


def _kept(find: _Find, stems: Counter[str]) -> set[str]:
    """The words that several names have, or that stand beside a whole other name."""
    words: Counter[str] = Counter()
    beside = set()
    for stem in stems:
        word = _word(find, stem)
        words[word] += bool(word)
        if word and stem.replace(word, "", 1) in stems:
            beside.add(word)
    usual = [
        word for word, number in words.most_common() if word and (number > 1 or word in beside)
    ]
    return set(usual) if len(usual) <= _WORDS else beside & set(usual[:_WORDS])
