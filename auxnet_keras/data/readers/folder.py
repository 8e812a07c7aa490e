"""Your own folder, described by a `dataset.yaml` such as dataset.example.yaml."""

import contextlib
from pathlib import Path

import numpy as np

from auxnet_keras.data.files import stored_values
from auxnet_keras.data.files.image import IMAGES, REFUSED, read_image
from auxnet_keras.data.files.listing import contents
from auxnet_keras.data.files.orientation import TURNS, orientation
from auxnet_keras.data.files.pattern import unknown_wildcards
from auxnet_keras.data.files.png import file_bytes
from auxnet_keras.data.files.stored_values import Stored, read_values
from auxnet_keras.data.frame import DatasetInfo, Frame
from auxnet_keras.data.labels import LabelTable
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.readers.folder_depth import depth_values
from auxnet_keras.data.readers.folder_places import ENDINGS, matched
from auxnet_keras.data.readers.folder_spec import FILE, read_spec
from auxnet_keras.data.readers.folder_splits import listed_splits
from auxnet_keras.data.readers.masks import Masks
from auxnet_keras.data.readers.pairing import check_once, pairs_beyond_splits, unpaired
from auxnet_keras.data.readers.split import by_sequence
from auxnet_keras.data.readers.suggested_pattern import pairs
from auxnet_keras.data.units import Calibration, NoCalibrationError
from auxnet_keras.errors import DataError

_EXAMPLES = 20  # masks that show how a data set stores its classes


class FolderSource(Source):
    """Reads the images, labels and depth that the folder's `dataset.yaml` describes.

    The splits are folders, lists of names or patterns of names; without one to validate, a share
    does, cut so that neighbours stay together (whole sub-folders if there are several, else the
    end after a gap).
    """

    searched_below = True
    must_exist = True
    finite = False

    def __init__(self, root: str | Path) -> None:
        # The base class names the kind in its errors, before the file is read.
        self.info = DatasetInfo("folder", (), np.zeros((0, 3), np.uint8), "", "", "")
        super().__init__(root)
        self._spec = spec = read_spec(self.root)
        self.encoding = spec.encoding
        self._masks = Masks(
            spec.table,
            spec.classes.colours,
            stored=spec.stored,
            divide=spec.divide,
            examples=self._examples,
        )
        self._places = {"label": spec.labels, "depth": spec.depth}
        self.label_place = ", ".join(spec.labels.values()) or f"'labels' of {FILE}"
        self.depth_place = ", ".join(spec.depth.values()) or f"'depth' of {FILE}"
        self.upright = spec.upright
        self.resized = spec.resized
        self.info = DatasetInfo(
            kind="folder",
            class_names=spec.table.names,
            palette=spec.table.palette,
            depth_unit=spec.encoding.unit,
            licence=spec.licence,
            citation=spec.citation,
        )

    @property
    def signature(self) -> str:
        return f"folder {self._spec.text}"

    def declares(self, what: str) -> bool:
        return bool(self._places[what])

    def discover(self) -> list[Frame]:
        spec = self._spec
        files = {
            what: matched(self.root, places, ENDINGS[what], stored_values.REFUSED)
            for what, places in self._places.items()
        }
        # A pattern of images may match the masks and depth files beside them.
        taken = {path for found in files.values() for path in found.values()}
        found = matched(self.root, spec.images, IMAGES, REFUSED)
        images = {name: path for name, path in found.items() if path not in taken}
        if not images:
            wild = "".join(map(unknown_wildcards, spec.images.values()))
            places = ", ".join(map(repr, spec.images.values()))
            received = "only files that are labels or depth, too" if found else ""
            raise DataError(
                f"No image in {self.root} matches images: {places} of {FILE}.{wild} Expected "
                f"{', '.join(IMAGES)} files; correct the folder or pattern. "
                f"Received: {received or contents(self.root)}."
            )
        labels, depths = (self._paired(what, images, files[what]) for what in files)
        return [
            Frame(name, path, labels.get(name), depths.get(name), name.rpartition("/")[0])
            for name, path in images.items()
        ]

    def _paired(
        self, what: str, images: dict[str, Path], files: dict[str, Path]
    ) -> dict[str, Path]:
        """Frame name to file.

        Images, or files, in a folder for each split may pair with the others in one folder: then
        the split at the beginning of a name does not count.
        """
        found = pairs(images, files)
        if set(self._spec.images) != {""} and set(self._places[what]) == {""}:
            found = pairs_beyond_splits(images, files) | found
        elif set(self._spec.images) == {""} and set(self._places[what]) != {""}:
            found = pairs(images, _without_splits(what, files)) | found
        check_once(found, images)
        return found

    def _examples(self) -> list[Stored]:
        """Some masks from all over the data set."""
        labels = [frame.label for frame in self._frames if frame.label is not None]
        found = []
        for label in labels[:: -(-len(labels) // _EXAMPLES) or 1]:
            with contextlib.suppress(DataError):  # it is reported when its frame is read
                found.append(read_values(label, "label"))
        return found

    def absent(self, what: str) -> DataError:
        if not self.declares(what):
            return super().absent(what)
        frames = {frame.name: frame.image for frame in self.frames("all")}
        split, pattern = next(iter(self._places[what].items()))
        if split:
            start = f"{split}/"
            inside = {name: path for name, path in frames.items() if name.startswith(start)}
            frames = {name.removeprefix(start): path for name, path in inside.items()} or frames
        key = {"label": "labels", "depth": "depth.files"}[what] + (f".{split}" if split else "")
        return unpaired(self.root, key, pattern, frames, ENDINGS[what])

    def divide(self, frames: list[Frame]) -> tuple[list[Frame], list[Frame]]:
        split = self._splits
        if "val" in split:
            return split["train"], split["val"]
        frames = split.get("train", frames)
        # A share of frames with labels or depth: others could not tell how good a network is.
        known = [frame for frame in frames if frame.label or frame.depth] or frames
        rank = {frame.name: place for place, frame in enumerate(known)}
        train, val = by_sequence(
            known,
            route=lambda frame: frame.sequence,
            position=lambda frame: rank[frame.name],
            fraction=self._spec.ratio,
        )
        rest = [frame for frame in frames if frame.name not in rank]
        return sorted([*train, *rest], key=lambda frame: frame.name), val

    def held_out(self, frames: list[Frame]) -> list[Frame]:
        return self._splits.get("test", [])

    @property
    def _splits(self) -> dict[str, list[Frame]]:
        """Split to frames as the description lists them; without "val", a share validates."""
        frames = self._frames
        listed = listed_splits(self._spec, self.root, frames)
        return {
            split: [frame for frame in frames if frame.name in members]
            for split, members in listed.items()
        }

    def image(self, frame: Frame) -> np.ndarray:
        return read_image(frame.image, upright=self.upright)

    def label_table(self, frame: Frame) -> LabelTable:
        return self._spec.table

    def label_ids(self, frame: Frame, path: Path) -> np.ndarray:
        return self._masks.ids(read_values(path, "label"), path)

    def stored_depth(self, frame: Frame, path: Path) -> np.ndarray:
        return depth_values(read_values(path, "depth"), self._spec.packed, path)

    def size_remedy(
        self, what: str, frame: Frame, size: tuple[int, ...], other: tuple[int, ...]
    ) -> str:
        tag = orientation(file_bytes(frame.image)) if other == tuple(size)[::-1] else 1
        if tag != 1 and not self.upright:
            return (
                f"the image's orientation tag {tag} says that it was {TURNS[tag]}, so set "
                f"`orientation: upright` in {FILE}"
            )
        key = {"label": "labels", "depth": "depth"}[what]
        return (
            "use files of the same frame and resolution, or resize them as they are read: "
            f"{key}: {{files: ..., resize: nearest}} in {FILE}"
        )

    def calibration(self, frame: Frame, width: int) -> Calibration:
        if self._spec.calibration is None:
            raise NoCalibrationError(
                f"No calibration in {self.root / FILE}. Expected depth.focal and depth.baseline to "
                "convert between disparity and depth; add them, or keep the unit. "
                "Received: neither."
            )
        return self._spec.calibration


def _without_splits(what: str, files: dict[str, Path]) -> dict[str, Path]:
    """Files by their names without the split at the beginning."""
    alone: dict[str, Path] = {}
    for name, path in files.items():
        short = name.partition("/")[2]
        if alone.setdefault(short, path) != path:
            raise DataError(
                f"Two {what} files for one image, of two splits: {alone[short]} and {path}. "
                "Expected one; give images a place for each split, too. Received: two files."
            )
    return alone
