"""Your own folder, described by a `dataset.yaml` such as dataset.example.yaml."""

import fnmatch
from pathlib import Path

import numpy as np

from auxnet_keras.data.files import stored_values
from auxnet_keras.data.files.image import IMAGES, REFUSED, read_image
from auxnet_keras.data.files.listing import composed, contents
from auxnet_keras.data.files.orientation import TURNS, orientation
from auxnet_keras.data.files.pattern import match_files, unknown_wildcards
from auxnet_keras.data.files.png import file_bytes
from auxnet_keras.data.files.stored_values import read_values
from auxnet_keras.data.frame import DatasetInfo, Frame
from auxnet_keras.data.labels import LabelTable
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.readers.folder_depth import depth_values
from auxnet_keras.data.readers.folder_spec import FILE, read_spec
from auxnet_keras.data.readers.masks import Masks
from auxnet_keras.data.readers.name_list import read_names
from auxnet_keras.data.readers.pairing import pairs, unpaired
from auxnet_keras.data.readers.split import by_sequence
from auxnet_keras.data.units import Calibration, NoCalibrationError
from auxnet_keras.errors import DataError

_ENDINGS = {"label": stored_values.LABELS, "depth": stored_values.DEPTHS}


class FolderSource(Source):
    """Reads the images, labels and depth that the folder's `dataset.yaml` describes.

    The splits are folders, lists of names or patterns of names; without these, a share of all
    frames validates, cut so that neighbours stay together (whole sub-folders if there are several,
    else the end after a gap).
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
            spec.table, spec.classes.colours, stored=spec.stored, divide=spec.divide
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
        images = self._matched(spec.images, IMAGES, REFUSED)
        if not images:
            wild = "".join(map(unknown_wildcards, spec.images.values()))
            places = ", ".join(map(repr, spec.images.values()))
            raise DataError(
                f"No image in {self.root} matches images: {places} of {FILE}.{wild} Expected "
                f"{', '.join(IMAGES)} files; correct the folder or pattern. "
                f"Received: {contents(self.root)}."
            )
        found = {what: self._paired(what, images) for what in self._places}
        return [
            Frame(
                name,
                path,
                found["label"].get(name),
                found["depth"].get(name),
                name.rpartition("/")[0],
            )
            for name, path in images.items()
        ]

    def _matched(
        self, places: dict[str, str], endings: tuple[str, ...], refused: tuple[str, ...]
    ) -> dict[str, Path]:
        """Frame name to file; of a place for one split, the name begins with the split's."""
        return {
            f"{split}/{name}" if split else name: path
            for split, pattern in places.items()
            for name, path in match_files(self.root, pattern, endings, refused).items()
        }

    def _paired(self, what: str, images: dict[str, Path]) -> dict[str, Path]:
        places = self._places[what]
        files = self._matched(places, _ENDINGS[what], stored_values.REFUSED)
        found = pairs(images, files)
        if set(self._spec.images) != {""} and set(places) == {""}:
            # One folder of labels beside images in a folder for each split.
            whole = {name: name.partition("/")[2] for name in images if name not in found}
            alone = pairs(whole.values(), files)
            found |= {name: alone[short] for name, short in whole.items() if short in alone}
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
        return unpaired(self.root, key, pattern, frames, _ENDINGS[what])

    def divide(self, frames: list[Frame]) -> tuple[list[Frame], list[Frame]]:
        split = self._splits
        if split:
            return split["train"], split["val"]
        rank = {frame.name: place for place, frame in enumerate(frames)}
        return by_sequence(
            frames,
            route=lambda frame: frame.sequence,
            position=lambda frame: rank[frame.name],
            fraction=self._spec.ratio,
        )

    def held_out(self, frames: list[Frame]) -> list[Frame]:
        return self._splits.get("test", [])

    @property
    def _splits(self) -> dict[str, list[Frame]]:
        """Split to frames as the description lists them; empty if it gives a share."""
        frames, spec = self._frames, self._spec
        names = {frame.name for frame in frames}
        if set(spec.images) != {""}:
            listed = {
                split: {name for name in names if name.startswith(f"{split}/")}
                for split in spec.images
            }
        elif spec.split:
            listed = {split: self._listed(value, names) for split, value in spec.split.items()}
        else:
            return {}
        _check_disjoint(listed, self.root)
        listed = {"train": set(), "val": set()} | listed
        return {
            split: [frame for frame in frames if frame.name in members]
            for split, members in listed.items()
        }

    def _listed(self, value: str, names: set[str]) -> set[str]:
        if "*" not in value:
            return read_names(self.root / value, names)
        found = set(fnmatch.filter(names, composed(value)))
        if not found:
            raise DataError(
                f"No frame name matches the pattern {value!r} of 'split' in {self.root / FILE}. "
                f"Expected names such as {min(names)!r}; correct the pattern. Received: no match."
            )
        return found

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


def _check_disjoint(listed: dict[str, set[str]], root: Path) -> None:
    splits = list(listed)
    for number, split in enumerate(splits):
        for other in splits[number + 1 :]:
            both = sorted(listed[split] & listed[other])
            if both:
                raise DataError(
                    f"A frame is in both lists of 'split' in {root / FILE}, {split} and {other}. "
                    "Expected every frame in one list; remove it from the other. "
                    f"Received: {both[0]!r}."
                )
