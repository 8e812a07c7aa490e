"""Chooses the places whose files pair best, as the reader of the kind `folder` will pair them."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from auxnet_keras.data.files.image import IMAGES
from auxnet_keras.data.files.pattern import match_files
from auxnet_keras.data.files.stored_values import DEPTHS, LABELS
from auxnet_keras.data.readers.pairing import pairs_beyond_splits
from auxnet_keras.data.readers.suggested_pattern import pairs, suggestion
from auxnet_keras.errors import DataError
from data_tools.init.groups import Group
from data_tools.init.places import Places, candidates
from data_tools.init.sorts import PICTURE

_ENDINGS = {"image": IMAGES, "label": LABELS, "depth": DEPTHS}
_SECOND = re.compile(r"inst|object|small|thumb", re.I)  # what stands beside the real masks


@dataclass
class Found:
    """What a folder seems to hold.

    Args:
        places: "image", "label" and "depth" to where they are; without what there is not.
        images: Frame name to image.
        paired: "label" and "depth" to frame name to file.
        rival: Where other images pair with as many files; None if there are none.
    """

    places: dict[str, Places]
    images: dict[str, Path]
    paired: dict[str, dict[str, Path]] = field(default_factory=dict)
    rival: Places | None = None

    @property
    def total(self) -> int:
        """How many files pair with an image."""
        return sum(map(len, self.paired.values()))

    @property
    def files(self) -> set[Path]:
        """All files that the places find."""
        return {*self.images.values(), *(p for each in self.paired.values() for p in each.values())}


class Choice:
    """Tries places and remembers what they hold.

    Args:
        root: The folder.
        groups: Its groups, with their sorts.
    """

    def __init__(self, root: Path, groups: Sequence[Group]) -> None:
        self._root = root
        self._seen: dict[tuple[str, str], dict[str, Path]] = {}
        groups = [group for group in groups if group.can_be_named]
        self._candidates: dict[str, list[Places]] = {}
        for sort in _ENDINGS:
            members = [group for group in groups if group.sort == sort]
            others = [group for group in groups if group.sort not in ("", sort)]
            self._candidates[sort] = candidates(members, others)

    def best(self, without: Collection[Path] = ()) -> Found | None:
        """The places with most pairs; None if nothing pairs.

        Folders of splits go before the same files without their splits.

        Args:
            without: Files that turned out to be something else.
        """
        divided = [places for places in self._candidates["image"] if places.divided]
        whole = [places for places in self._candidates["image"] if not places.divided]
        for tried in (divided, whole):
            found = [self._with_pairs(places, without) for places in tried]
            most = max((each.total for each in found), default=0)
            if most:
                found = [each for each in found if each.total == most]
                found.sort(key=lambda each: _rank(each.places["image"]))
                best, used = found[0], set(found[0].images.values())
                rivals = [e.places["image"] for e in found if used.isdisjoint(e.images.values())]
                alike = [r for r in rivals if _drawn(r) == _drawn(best.places["image"])]
                best.rival = alike[0] if alike else None
                return best
        return None

    def _with_pairs(self, images: Places, without: Collection[Path]) -> Found:
        names = self._files(images, "image")
        found = Found({"image": images}, names)
        for sort in ("label", "depth"):
            others = self._candidates[sort]
            tried = [(other, self._paired(images, names, other, sort)) for other in others]
            if not any(paired for _, paired in tried):
                tried += self._suggested(images, names, sort)
            tried = [each for each in tried if not set(each[1].values()) & set(without)]
            if tried:
                place, paired = min(tried, key=lambda each: (-len(each[1]), *_rank(each[0])))
                if paired:
                    found.places[sort], found.paired[sort] = place, paired
        theirs = {
            p for s, place in found.places.items() if s != "image" for p in self._all(place, s)
        }
        found.images = {name: path for name, path in names.items() if path not in theirs}
        found.paired = {
            sort: {name: path for name, path in paired.items() if name in found.images}
            for sort, paired in found.paired.items()
        }
        return found

    def _all(self, places: Places, sort: str) -> list[Path]:
        return list(self._files(places, sort).values())

    def _files(self, places: Places, sort: str) -> dict[str, Path]:
        """Files by frame name; of a place for one split, the name begins with the split's."""
        found = {}
        for split, pattern in places.by_split.items():
            if (pattern, sort) not in self._seen:
                self._seen[pattern, sort] = self._matched(pattern, sort)
            for name, path in self._seen[pattern, sort].items():
                found[f"{split}/{name}" if split else name] = path
        return found

    def _matched(self, pattern: str, sort: str) -> dict[str, Path]:
        try:
            return match_files(self._root, pattern, _ENDINGS[sort])
        except DataError:  # two files of one name: not this place
            return {}

    def _paired(
        self, images: Places, names: Mapping[str, Path], other: Places, sort: str
    ) -> dict[str, Path]:
        files = self._files(other, sort)
        found = pairs(names, files)
        if images.divided and not other.divided:
            found = pairs_beyond_splits(names, files) | found
        elif other.divided and not images.divided:
            short = {name.partition("/")[2]: path for name, path in files.items()}
            found = (pairs(names, short) if len(short) == len(files) else {}) | found
        once = len(set(found.values())) == len(found)
        return {name: path for name, path in found.items() if once and path != names[name]}

    def _suggested(
        self, images: Places, names: Mapping[str, Path], sort: str
    ) -> list[tuple[Places, dict[str, Path]]]:
        """Patterns for files whose names hold the images' names."""
        found = []
        for places in self._candidates[sort]:
            folder = places.by_split.get("", "*")
            if "*" in folder:
                continue
            inside = [path.relative_to(self._root / folder) for path in self._all(places, sort)]
            files = [PurePosixPath(path).as_posix() for path in inside]
            better = suggestion(self._root, self._root / folder, files, names, _ENDINGS[sort])
            if better is not None:
                place = Places({"": better[0]})
                found.append((place, self._paired(images, names, place, sort)))
        return found


def _rank(places: Places) -> tuple[bool, int, int, str]:
    """Smaller for what is more likely the real thing, and simpler."""
    text = str(places)
    return not places.divided, _drawn(places), text.count("*"), text


def _drawn(places: Places) -> int:
    """Above 0 for names of what is made from the real images and masks."""
    text = str(places)
    return bool(PICTURE.search(text)) + bool(_SECOND.search(text))
