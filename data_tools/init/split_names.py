"""Folders that are named after a split: `train`, `val2017`, `images_test`, `trainannot`."""

import re
from pathlib import PurePosixPath

_SPLIT = re.compile(
    r"(?<![a-z])(training|train|validation|valid|val|testing|test)"
    r"(?=$|[^a-z]|annot|images|imgs|masks|labels)",
    re.I,
)
_CANONICAL = {"training": "train", "validation": "val", "valid": "val", "testing": "test"}


def canonical(name: str) -> str:
    """The split that a word means: "train", "val" or "test"; "" for another word."""
    word = _CANONICAL.get(name.lower(), name.lower())
    return word if word in ("train", "val", "test") else ""


def split_of(folder: str) -> str:
    """The split that one of the directories in a path is named after; "" for none."""
    for part in PurePosixPath(folder).parts:
        named = {canonical(word) for word in _SPLIT.findall(part)}
        if len(named) == 1:  # "train_val" is no split
            return named.pop()
    return ""


def without_split(folder: str) -> str:
    """A path with "{split}" in place of the split's name."""
    return _SPLIT.sub("{split}", folder)
