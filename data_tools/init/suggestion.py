"""Suggests the `dataset.yaml` of a folder from what is in it."""

from pathlib import Path

from auxnet_keras.data.files.listing import contents
from auxnet_keras.data.readers.folder import FolderSource
from auxnet_keras.data.readers.folder_yaml import FILE
from auxnet_keras.errors import DataError
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.write_errors import writing
from data_tools.init.choice import Choice, Found
from data_tools.init.counting import Counted, count
from data_tools.init.description import depth_lines, label_lines, place_text
from data_tools.init.groups import Group, groups_in
from data_tools.init.known import refuse_known
from data_tools.init.left_out import left_out, nothing_found
from data_tools.init.lists import find_lists
from data_tools.init.names import names_beside
from data_tools.init.places import Places
from data_tools.init.sizes import compare
from data_tools.init.sorts import sort_of
from data_tools.init.text import comment

_FEW_GROUPS = 40  # more are sequences, where one file of each is enough to look at


def init(folder: str | Path) -> FolderSource:
    """Looks at a folder of images, masks and depth, and writes the `dataset.yaml` it suggests.

    A few files of each group show what it holds; ids or colours are counted in up to 2,000 masks.
    Names of classes come from lists that tools write beside masks (`classes.txt`, `labelmap.txt`,
    `class_dict.csv`, `codes.txt`) and from the palettes of CamVid and Cityscapes; else they are
    "class 0" and so on, to be filled in. What is a guess, as the scale of depth in whole numbers,
    and what is left out stands in a comment.

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
    refuse_known(root)
    text = suggest(root)
    with writing(path):
        write_file(path, text)
    try:
        opened = FolderSource(root)
        opened.check_found()
        opened.frames("train")
    except DataError as error:
        path.unlink(missing_ok=True)
        raise DataError(
            f"Cannot describe {root}: the suggested {FILE} did not open, and was removed. Describe "
            f"the folder by hand, as in the documentation. Received: {error}"
        ) from error
    return opened


def suggest(root: Path) -> str:
    """The text of a `dataset.yaml`.

    Raises:
        DataError: As `init`.
    """
    groups = _sorted_groups(root)
    found, counted, notes = _choose(root, groups)
    lines = [
        "# Suggested by `auxnet data init`: check it, fill in names, then run",
        comment(f"auxnet data verify folder:{root}"),
        f"images: {place_text(found.places['image'])}",
    ]
    seen: dict = {}
    paired = found.paired
    sizes = {what: compare(found.images, files, what, seen) for what, files in paired.items()}
    lines += sorted({each.upright for each in sizes.values() if each.upright})[:1]
    if counted is not None:
        places, number = found.places["label"], len(paired["label"])
        lines += label_lines(places, number, counted, sizes["label"], names_beside(root))
    if "depth" in paired:
        files = sorted(paired["depth"].values())
        lines += depth_lines(found.places["depth"], files, sizes["depth"])
    divided = [places for places in found.places.values() if places.divided]
    if not divided:
        lists = find_lists(root, found.images, paired.get("label") or paired["depth"])
        notes += lists.notes
        if lists.split:
            lines.append(f"split: {place_text(Places(lists.split))}")
    elif "val" not in divided[0].by_split:
        notes.append("There is no folder for validation: a fifth of train validates.")
    if found.rival is not None:
        notes.append(f"Check the images: those in {found.rival} pair with as many files.")
    notes += left_out(root, groups, found)
    return "\n".join([*lines, *map(comment, notes)]) + "\n"


def _sorted_groups(root: Path) -> list[Group]:
    groups = groups_in(root)
    for group in groups:
        group.sort = sort_of(root, group.files, group.hint, 5 if len(groups) <= _FEW_GROUPS else 1)
    return groups


def _choose(root: Path, groups: list[Group]) -> tuple[Found, Counted | None, list[str]]:
    """The places that pair best, what their masks hold, and what is to be said about others."""
    choice = Choice(root, groups)
    without: set[Path] = set()
    notes: list[str] = []
    while True:
        found = choice.best(without)
        if found is None:
            raise DataError(notes[0] if notes else nothing_found(root, groups))
        if "label" not in found.paired:
            return found, None, notes
        masks = sorted(found.paired["label"].values())
        try:
            return found, count(masks), notes
        except DataError as error:
            notes.append(str(error))
            without.update(masks)
