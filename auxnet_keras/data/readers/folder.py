"""Your own folder, described by a `dataset.yaml` such as dataset.example.yaml."""

import difflib
from pathlib import Path

import numpy as np

from auxnet_keras.data.files import png
from auxnet_keras.data.files.listing import contents
from auxnet_keras.data.files.pattern import match_files
from auxnet_keras.data.frame import DatasetInfo, Frame
from auxnet_keras.data.labels import LabelTable
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.readers.folder_spec import FILE, read_spec
from auxnet_keras.data.readers.split import by_sequence
from auxnet_keras.data.units import Calibration, NoCalibrationError
from auxnet_keras.errors import DataError

_IMAGES = (".png", ".jpg", ".jpeg")
_DEPTH = png.PngKind("depth", 16, ("grey",), f"values as {FILE} describes them")


class FolderSource(Source):
    """Reads the images, labels and depth that the folder's `dataset.yaml` describes.

    `split` defines the validation frames: a list of names, or a share of all frames, cut so that
    neighbours stay together (whole sub-folders if there are several, else the end after a gap).
    """

    def __init__(self, root: str | Path) -> None:
        # The base class names the kind in its errors, before the file is read.
        self.info = DatasetInfo("folder", (), np.zeros((0, 3), np.uint8), "", "", "")
        super().__init__(root)
        self._spec = spec = read_spec(self.root)
        self.encoding = spec.encoding
        bits = 8 if max(spec.table.known) <= 255 else 16
        self._label = png.PngKind("label", bits, ("grey",), f"ids as {FILE} lists them")
        self.label_place = spec.labels or f"'labels' of {FILE}"
        self.depth_place = spec.depth or f"'depth' of {FILE}"
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

    def discover(self) -> list[Frame]:
        spec = self._spec
        images = match_files(self.root, spec.images, _IMAGES)
        if not images:
            raise DataError(
                f"No image in {self.root} matches images: {spec.images!r} of {FILE}. Expected "
                f"{', '.join(_IMAGES)} files; correct the folder or pattern. "
                f"Received: {contents(self.root)}."
            )
        labels = match_files(self.root, spec.labels, (".png",)) if spec.labels else {}
        depths = match_files(self.root, spec.depth, (".png",)) if spec.depth else {}
        return [
            Frame(name, path, labels.get(name), depths.get(name), name.rpartition("/")[0])
            for name, path in images.items()
        ]

    def divide(self, frames: list[Frame]) -> tuple[list[Frame], list[Frame]]:
        if self._spec.lists is None:
            rank = {frame.name: place for place, frame in enumerate(frames)}
            return by_sequence(
                frames,
                route=lambda frame: frame.sequence,
                position=lambda frame: rank[frame.name],
                fraction=self._spec.ratio,
            )
        names = {frame.name for frame in frames}
        train, val = (self._listed(self.root / name, names) for name in self._spec.lists)
        if train & val:
            raise DataError(
                f"A frame is in both lists of 'split' in {self.root / FILE}. Expected every frame "
                f"in one list; remove it from the other. Received: {sorted(train & val)[0]!r}."
            )
        return (
            [frame for frame in frames if frame.name in train],
            [frame for frame in frames if frame.name in val],
        )

    def _listed(self, path: Path, names: set[str]) -> set[str]:
        text = png.file_bytes(path).decode("utf-8", errors="replace")
        listed = {line.strip() for line in text.splitlines() if line.strip()}
        unknown_names = sorted(listed - names)
        if unknown_names:
            near = difflib.get_close_matches(unknown_names[0], names, n=1, cutoff=0.4)
            raise DataError(
                f"Unknown frame in {path}. Expected one frame name per line, such as "
                f"{(near or sorted(names))[0]!r}; correct or remove it. "
                f"Received: {unknown_names[0]!r}."
            )
        return listed

    def label_table(self, frame: Frame) -> LabelTable:
        return self._spec.table

    def label_ids(self, frame: Frame, path: Path) -> np.ndarray:
        return png.decode(path, self._label)

    def stored_depth(self, frame: Frame, path: Path) -> np.ndarray:
        return png.decode(path, _DEPTH)

    def calibration(self, frame: Frame, width: int) -> Calibration:
        if self._spec.calibration is None:
            raise NoCalibrationError(
                f"No calibration in {self.root / FILE}. Expected depth.focal and depth.baseline to "
                "convert between disparity and depth; add them, or keep the unit. "
                "Received: neither."
            )
        return self._spec.calibration
