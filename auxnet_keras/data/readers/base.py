"""The base class of readers: find a data set's frames, split them, read one into a sample."""

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from auxnet_keras.core.whole_numbers import check_whole
from auxnet_keras.data.files.image import read_image
from auxnet_keras.data.files.listing import folders_in
from auxnet_keras.data.frame import IGNORE, INVALID, DatasetInfo, Frame, Sample
from auxnet_keras.data.frame_table import has, take
from auxnet_keras.data.labels import LabelTable
from auxnet_keras.data.readers.folds import in_folds
from auxnet_keras.data.remote.folders.naming import naming
from auxnet_keras.data.resize import Size, resize_bilinear, resize_nearest
from auxnet_keras.data.units import Calibration, DepthEncoding, check_unit
from auxnet_keras.errors import AuxnetError, DataError, unknown

SPLITS = ("train", "val", "test", "all")
_NEAR = 50  # folders that are tried if the root has no frames


class Source(ABC):
    """A data set on disk.

    A subclass sets `info`, `encoding`, `label_place` and `depth_place`, and defines how frames are
    found, split and decoded; everything else (mismatched pairs, resizing, units, caches,
    augmentation, order) is shared. Finding frames lists folders and opens no file.
    """

    info: DatasetInfo
    encoding: DepthEncoding
    label_place: str  # where the reader looks for labels, for warnings
    depth_place: str
    fold: int | None = None
    """The part, of five, that validates in a cross-validation; None is the usual split."""
    searched_below: bool = False
    """Whether `discover` finds frames in any folder below the root."""
    must_exist: bool = False
    """Whether files that the data set declares must exist: its own description names them."""
    finite: bool = True
    """Whether NaN and infinity in a depth file are damage; else they mean "not measured"."""
    upright: bool = False
    """Whether images are turned as the camera's orientation tag says."""
    reads_addresses: bool = False
    """Whether `root` may be an address; otherwise, one is copied, and `root` is the copy."""
    address: str | None = None
    """Where `root` was copied from, if it was."""
    resized: frozenset[str] = frozenset()
    """What may have another size than its image: "label", "depth"."""

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)
        with contextlib.suppress(RuntimeError):  # ~nobody stays as it is and fails below
            self.root = self.root.expanduser()
        if not self.root.is_dir():
            raise DataError(
                f"No folder at {self.root}. Expected the folder of the {self.info.kind} data set; "
                f"check the path. Received: {str(root)!r}."
            )

    @abstractmethod
    def discover(self) -> Sequence[Frame]:
        """All frames, in any order; raises DataError when there are none."""

    @abstractmethod
    def divide(self, frames: list[Frame]) -> tuple[Sequence[Frame], Sequence[Frame]]:
        """Training and validation frames."""

    def held_out(self, frames: list[Frame]) -> Sequence[Frame]:
        """Frames that neither train nor validate: the split "test"; by default, none."""
        return []

    @property
    def place(self) -> str | Path:
        """The root for messages: the address if it was copied from one."""
        return self.address or self.root

    def declares(self, what: str) -> bool:
        """Whether the data set has files of a sort, "label" or "depth", at all."""
        return True

    def absent(self, what: str) -> DataError:
        """The error when no frame has a file of a sort: what was looked for, and what was found."""
        place = self.label_place if what == "label" else self.depth_place
        return DataError(
            f"No frame in {self.place} has a {what} file. Expected them in {place}, "
            f"named as the images. Received: {len(self._frames)} frames without {what}."
        )

    def check_found(self) -> None:
        """Raises a DataError without frames, or without any file that a description names."""
        frames = self._frames
        for what in ("label", "depth"):
            if self.must_exist and self.declares(what) and not has(frames, what).any():
                raise self.absent(what)

    def fold_group(self, frame: Frame) -> str:
        """Frames of one group stay together in a cross-validation: by default, a sequence."""
        return frame.sequence

    @abstractmethod
    def label_table(self, frame: Frame) -> LabelTable:
        """What the ids in a frame's label file mean."""

    @abstractmethod
    def label_ids(self, frame: Frame, path: Path) -> np.ndarray:
        """The ids of a label file, before the label table.

        Args:
            frame: The label's frame.
            path: `frame.label`.

        Returns:
            Integers [H, W]; -1 is ignored.

        Raises:
            DataError: It cannot be read, or does not follow the data set's format.
        """

    @abstractmethod
    def stored_depth(self, frame: Frame, path: Path) -> np.ndarray:
        """The values of a depth file, before `encoding` turns them into depths.

        Args:
            frame: The depth file's frame.
            path: `frame.depth`.

        Returns:
            Integers or float32 [H, W].

        Raises:
            DataError: It cannot be read, or does not follow the data set's format.
        """

    @abstractmethod
    def calibration(self, frame: Frame, width: int) -> Calibration:
        """Focal length and baseline; raises NoCalibrationError if the data set has none."""

    def image(self, frame: Frame) -> np.ndarray:
        """The frame's image, uint8 [H, W, 3], RGB.

        Raises:
            DataError: It cannot be read.
        """
        return read_image(frame.image)

    def files(self, frame: Frame) -> list[Path]:
        """The files that decide what `read` returns."""
        return [path for path in (frame.image, frame.label, frame.depth) if path is not None]

    def content_keys(self, frame: Frame) -> tuple[str | None, ...] | None:
        """Keys of the content of a frame's image, label and depth, without reading the files.

        Returns:
            16 hex digits each, that of the image as `file_key` gives it; `None` for no file. `None`
            if only the files themselves tell, as usual.
        """
        return None

    def damaged(self) -> dict[Path, DataError]:
        """Files that hold many frames and are missing or damaged, each with what is wrong."""
        return {}

    @property
    def signature(self) -> str:
        """Whatever besides the files decides what `read` returns, as text."""
        return self.info.kind

    @cached_property
    def _frames(self) -> Sequence[Frame]:
        with naming(self.address, self.root):
            return self._sorted_frames()

    def _sorted_frames(self) -> list[Frame]:
        try:
            found = self.discover()
        except DataError as error:
            near = self._near_root()
            if near is None:
                raise
            said, _, received = str(error).rpartition("Received:")
            raise DataError(
                f"{said}There are some in {near}; give that folder. Received:{received}"
            ) from error
        return sorted(found, key=lambda frame: frame.name)

    def _near_root(self) -> Path | None:
        """A folder one level above or below the root that has frames."""
        if self.searched_below:
            return None
        above = [self.root.resolve().parent] if self.address is None else []
        for folder in [*above, *folders_in(self.root)[:_NEAR]]:
            with contextlib.suppress(AuxnetError, OSError):
                if type(self)(folder).discover():
                    return folder
        return None

    def frames(
        self, split: str = "train", seed: int = 0, limit: int | None = None
    ) -> Sequence[Frame]:
        """The frames of a split, sorted by name.

        Args:
            split: "train", "val", "test" or "all"; splits never depend on the seed.
            seed: Which frames `limit` keeps.
            limit: Largest number of frames, sampled from the split; a larger limit with the same
                seed keeps the same frames and adds others.
        """
        if split not in SPLITS:
            raise unknown("split", split, SPLITS)
        frames: Any = self._frames  # a list, but of shards a table
        if split == "test":
            frames = self.held_out(frames)
        elif split != "all":
            train, val = self._split(frames)
            frames = train if split == "train" else val
        if limit is not None:
            check_whole("limit", limit, least=1)
        if limit is None or limit >= len(frames):
            return take(frames, np.arange(len(frames)))
        kept = np.random.default_rng(seed).permutation(len(frames))[:limit]
        return take(frames, np.sort(kept))

    def _split(self, frames: list[Frame]) -> tuple[Sequence[Frame], Sequence[Frame]]:
        if self.fold is None:
            return self.divide(frames)
        test = {frame.name for frame in self.held_out(frames)}
        frames = [frame for frame in frames if frame.name not in test]
        val = in_folds(frames, self.fold_group)[self.fold]
        held_out = {frame.name for frame in val}
        return [frame for frame in frames if frame.name not in held_out], val

    def read(
        self,
        frame: Frame,
        depth_unit: str | None = None,
        ignore_void: bool = True,
        size: Size | None = None,
    ) -> Sample:
        """Decodes a frame.

        Args:
            depth_unit: One of `units.UNITS`; None is the data set's own.
            ignore_void: Whether "void" pixels are 255 instead of class 0.
            size: (height, width); None keeps the file's resolution. Disparity is in pixels of the
                returned image's width.

        Raises:
            DataError: A file does not follow the data set's format; the message names it.
        """
        unit = check_unit(depth_unit or self.info.depth_unit)
        image = self.image(frame)
        native = image.shape[:2]
        size = size or native
        segmentation = np.full(size, IGNORE, self.info.label_dtype)
        if frame.label is not None:
            ids = self.label_ids(frame, frame.label)
            self._check_pair("label", frame, native, ids.shape)
            segmentation = self.label_table(frame).train_ids(
                resize_nearest(ids, size), frame.label, ignore_void=ignore_void
            )
        depth = np.full(size, INVALID, np.float32)
        if frame.depth is not None:
            stored = self.stored_depth(frame, frame.depth)
            self._check_pair("depth", frame, native, stored.shape)
            width = stored.shape[1]  # disparity is in pixels of the map that holds it
            calibration: Callable = lambda: self._calibration(frame, native[1], width)  # noqa: E731
            depth = self.encoding.decode(resize_nearest(stored, size), unit, calibration)
            if unit == "disparity_px" and size[1] != width:
                depth *= np.where(depth < 0, np.float32(1), np.float32(size[1] / width))
        return Sample(resize_bilinear(image, size), segmentation, depth[..., None])

    def label(self, frame: Frame, path: Path) -> np.ndarray:
        """Train ids at the file's resolution, void as 255.

        Args:
            path: The frame's label.

        Raises:
            DataError: As `read`.
        """
        return self.label_table(frame).train_ids(self.label_ids(frame, path), path)

    def _calibration(self, frame: Frame, image_width: int, width: int) -> Calibration:
        """The calibration for a depth map of another width than the image."""
        found = self.calibration(frame, image_width)
        return Calibration(found.focal * width / image_width, found.baseline)

    def _check_pair(
        self, what: str, frame: Frame, size: tuple[int, ...], other: tuple[int, ...]
    ) -> None:
        if tuple(size) == tuple(other) or what in self.resized:
            return
        path = frame.label if what == "label" else frame.depth
        raise DataError(
            f"Sizes differ: {path} does not match {frame.image}. Expected "
            f"{size[1]}x{size[0]}, the image's size; {self.size_remedy(what, frame, size, other)}. "
            f"Received: {other[1]}x{other[0]}.",
            "other_size",
        )

    def size_remedy(
        self, what: str, frame: Frame, size: tuple[int, ...], other: tuple[int, ...]
    ) -> str:
        """What to do about a file of another size than its image."""
        return "use files of the same frame and resolution"
