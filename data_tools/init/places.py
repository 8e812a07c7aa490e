"""The places where files of one sort may be, as a description could name them."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from data_tools.init.groups import Group
from data_tools.init.split_names import split_of, without_split

_START = re.compile(r"([A-Za-z]+[_.\- ]+)+")
_END = re.compile(r"([_.\- ][A-Za-z][A-Za-z0-9]*)+$")
_MANY = 12  # more clusters than that are sequences, which belong together


@dataclass(frozen=True)
class Places:
    """Where files of one sort are.

    Args:
        by_split: Split to folder or pattern; "" for all of them.
    """

    by_split: dict[str, str]

    @property
    def divided(self) -> bool:
        """Whether there is a place for each split."""
        return set(self.by_split) != {""}

    def __str__(self) -> str:
        return ", ".join(self.by_split.values())


_Key = Callable[[Group], str]
_KEYS: tuple[_Key, ...] = (
    lambda group: "",
    lambda group: group.folder.partition("/")[0],
    lambda group: group.folder.rpartition("/")[2],
    lambda group: group.folder.rpartition("/")[0],
    lambda group: group.folder.partition("/")[2],
    lambda group: without_split(group.folder),
    lambda group: group.folder,
)
"""Groups that agree in one of these may be one place."""


def candidates(groups: Sequence[Group], others: Sequence[Group]) -> list[Places]:
    """Every place that some of the groups can be, simple ones first.

    Args:
        groups: The groups of one sort.
        others: The groups of other sorts, which a folder must not hold.
    """
    found: dict[str, Places] = {}
    for cluster in _clusters(groups):
        members = set(map(id, cluster))
        rest = [*others, *(group for group in groups if id(group) not in members)]
        names = _names(cluster)
        splits = {group.split for group in cluster} - {""}
        if "train" in splits and len(splits) > 1:
            parts = [s for s in ("train", "val", "test") if s in splits]
            each = [_patterns([g for g in cluster if g.split == s], rest, names) for s in parts]
            for variant in each[0]:
                if all(variant in patterns for patterns in each):
                    patterns = [patterns[variant] for patterns in each]
                    places = Places(dict(zip(parts, patterns, strict=True)))
                    found.setdefault(str(places.by_split), places)
        for pattern in _patterns(cluster, rest, names).values():
            found.setdefault(pattern, Places({"": pattern}))
    return sorted(found.values(), key=lambda places: str(places).count("*"))


def _clusters(groups: Sequence[Group]) -> Iterator[list[Group]]:
    seen = set()
    subsets = [list(groups)]
    words = sorted({(group.start, group.end, group.ending) for group in groups})
    if len(words) > 1:
        subsets += [[g for g in groups if (g.start, g.end, g.ending) == word] for word in words]
    for subset in subsets:
        for key in _KEYS:
            clusters: dict[str, list[Group]] = {}
            for group in subset:
                clusters.setdefault(key(group), []).append(group)
            if len(clusters) > _MANY:
                continue
            for cluster in clusters.values():
                identity = tuple(map(id, cluster))
                if identity not in seen:
                    seen.add(identity)
                    yield cluster


def _patterns(
    groups: Sequence[Group], others: Sequence[Group], names: tuple[str, str, str]
) -> dict[str, str]:
    """Names of a variant to the pattern that finds all files of the groups.

    Args:
        groups: The groups of a place.
        others: All other groups.
        names: As `_names`.
    """
    folders = [tuple(PurePosixPath(group.folder).parts) for group in groups]
    common = tuple(os.path.commonprefix(folders))  # noqa: RUF071 - of parts, not of letters
    found = {}
    divided = [number for number, part in enumerate(common, 1) if split_of(part)]
    for variant, length in (("split", divided[0] if divided else 0), ("folder", len(common))):
        place = "/".join(common[:length])
        if place and not any(f"{other.folder}/".startswith(f"{place}/") for other in others):
            found[variant] = place
    base = _template(folders, common)
    for variant, name in zip(("plain", "end", "words"), names, strict=True):
        found[variant] = "/".join([*base, name])
    return found


def _template(folders: Sequence[tuple[str, ...]], common: tuple[str, ...]) -> list[str]:
    """The parts of all folders, with a wildcard for each part that differs."""
    if len(set(folders)) == 1:
        return list(common)
    if len({len(folder) for folder in folders}) == 1:
        return [parts[0] if len(set(parts)) == 1 else "*" for parts in zip(*folders, strict=True)]
    backwards = os.path.commonprefix([folder[len(common) :][::-1] for folder in folders])  # noqa: RUF071
    return [*common, "**", *tuple(backwards)[::-1]]


def _names(groups: Sequence[Group]) -> tuple[str, str, str]:
    """Patterns of all names: without words, with the words at their end, and at both ends."""
    files = [PurePosixPath(file) for group in groups for file in group.files]
    endings = {file.suffix.lower() for file in files}
    ending = endings.pop() if len(endings) == 1 else ""
    stems = [file.stem for file in files]
    if len(stems) == 1:
        start, end = groups[0].start, groups[0].end
    elif len(set(stems)) == 1:  # a folder for each frame
        return f"*{ending}", f"*{ending}", f"{stems[0]}{ending}"
    else:
        # Not a digit that happens to be the same: it may differ in the next file.
        first = _START.match(os.path.commonprefix(stems))  # noqa: RUF071 - letters
        last = _END.search(os.path.commonprefix([stem[::-1] for stem in stems])[::-1])  # noqa: RUF071
        start, end = first[0] if first else "", last[0] if last else ""
    return f"*{ending}", f"*{end}{ending}", f"{start}*{end}{ending}"
