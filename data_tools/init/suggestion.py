"""Suggests the `dataset.yaml` of a folder from what is in it."""

import contextlib
import itertools
from dataclasses import dataclass, field
from pathlib import Path

from auxnet_keras.data.files.listing import contents, files_below, folders_in
from auxnet_keras.data.readers.catalogue import source
from auxnet_keras.data.readers.folder import FolderSource
from auxnet_keras.data.readers.folder_yaml import FILE
from auxnet_keras.data.readers.name_list import read_names
from auxnet_keras.errors import AuxnetError, DataError
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.write_errors import writing
from data_tools.init.classes import count
from data_tools.init.description import depth_lines, image_lines, label_lines
from data_tools.init.groups import Group, groups_in
from data_tools.init.layout import Places, matched, paired, places_of
from data_tools.init.sorts import sort_of

_KNOWN = ("kitti", "cityscapes", "synthia", "vkitti", "nyuv2")


@dataclass
class Found:
    """What a folder seems to hold.

    Args:
        images: Where its images are.
        labels, depth: Where their labels and depth files are; None without any.
        counts: Sort to the number of files that pair with an image.
        split: Split to a list of names.
    """

    images: Places
    labels: Places | None = None
    depth: Places | None = None
    counts: dict[str, int] = field(default_factory=dict)
    split: dict[str, str] = field(default_factory=dict)


def init(folder: str | Path) -> FolderSource:
    """Looks at a folder of images, masks and depth, and writes the `dataset.yaml` it suggests.

    A few files of each group show what it holds; ids or colours are counted in up to 200 masks.
    Names of classes come from lists that tools write beside masks (`classes.txt`, `labelmap.txt`,
    `class_dict.csv`, `codes.txt`) and from the palettes of CamVid and Cityscapes; else they are
    "class 0" and so on, to be filled in. The scale of depth in whole numbers is a guess, and the
    file says so.

    Args:
        folder: The folder; no file in it is changed.

    Returns:
        The data set, opened with the new description.

    Raises:
        DataError: There is a description, no images, neither labels nor depth that pair with them,
            or a data set that has a kind of its own.

    Example:
        >>> init("/data/new").frames("train")  # doctest: +SKIP
    """
    root = Path(folder).expanduser()
    if not root.is_dir():
        raise DataError(f"No folder at {root}. Check the path. Received: {str(folder)!r}.")
    path = root / FILE
    if path.exists():
        raise DataError(
            f"{path} exists; nothing was changed. Move it away to have a new one suggested. "
            f"Received: {contents(root)}."
        )
    _refuse_known(root)
    text = suggest(root)
    with writing(path):
        write_file(path, text)
    try:
        opened = FolderSource(root)
        opened.check_found()
        opened.frames("train")
    except DataError:
        path.unlink(missing_ok=True)
        raise
    return opened


def suggest(root: Path) -> str:
    """The text of a `dataset.yaml`.

    Raises:
        DataError: As `init`.
    """
    found = _look(root)
    lines = [
        "# Suggested by `auxnet data init`: check it, fill in names, then run",
        f"# auxnet data verify folder:{root}",
        *image_lines(found.images),
    ]
    if found.labels is not None:
        lines += label_lines(root, found.labels, found.images, count(root, found.labels.files))
    if found.depth is not None:
        lines += depth_lines(root, found.depth, found.images)
    if found.split:
        listed = ", ".join(f'{split}: "{place}"' for split, place in found.split.items())
        lines.append(f"split: {{{listed}}}")
    return "\n".join(lines) + "\n"


def _look(root: Path) -> Found:
    sorts: dict[str, list[Group]] = {"image": [], "label": [], "depth": []}
    for group in groups_in(root):
        sort = sort_of(root, group.files, f"{group.folder}/{group.affix}")
        if sort:
            sorts[sort].append(group)
    if not sorts["image"]:
        raise DataError(_nothing(root, sorts))
    places = {
        sort: places_of(members, [g for s, other in sorts.items() if s != sort for g in other])
        for sort, members in sorts.items()
    }
    best: tuple[int, Found] | None = None
    for images in places["image"]:
        found = Found(images)
        for sort, name in (("label", "labels"), ("depth", "depth")):
            for other in places[sort]:
                first, second, number = paired(root, found.images, other, sort)
                if number > found.counts.get(sort, 0):
                    found.images, found.counts[sort] = first, number
                    setattr(found, name, second)
        total = sum(found.counts.values())
        if total and (best is None or total > best[0]):
            best = total, found
    if best is None:
        raise DataError(_nothing(root, sorts))
    if set(best[1].images.by_split) == {""}:
        best[1].split = _lists(root, best[1].images)
    return best[1]


def _lists(root: Path, images: Places) -> dict[str, str]:
    """Lists of names for training and validation, if the folder has them."""
    names = matched(root, images, "image")
    found: dict[str, str] = {}
    for file in sorted(files_below(root)):
        split = Path(file).stem.lower()
        if split in ("train", "val", "test") and file.endswith(".txt") and split not in found:
            with contextlib.suppress(AuxnetError):
                if read_names(root / file, root, names):
                    found[split] = file
    return found if {"train", "val"} <= found.keys() else {}


def _refuse_known(root: Path) -> None:
    """Data sets that have a kind need no description."""
    for kind, folder in itertools.product(_KNOWN, [root, *folders_in(root)[:20]]):
        try:
            frames = source(kind, folder).discover()
        except (AuxnetError, OSError):
            continue
        if any(frame.label or frame.depth for frame in frames):
            raise DataError(
                f"{folder} looks like the data set {kind!r}, which needs no description. Use it as "
                f"{kind}:{folder}. Received: {str(root)!r}."
            )


def _nothing(root: Path, sorts: dict[str, list[Group]]) -> str:
    seen = [
        f"{sum(len(g.files) for g in groups)} {sort}{'s' if sort != 'depth' else ' files'}"
        for sort, groups in sorts.items()
        if groups
    ]
    return (
        f"Cannot tell what {root} holds. Expected images, and masks or depth files with names like "
        "theirs; describe the folder by hand, as in the documentation. "
        f"Received: {', '.join(seen) or contents(root)}."
    )
