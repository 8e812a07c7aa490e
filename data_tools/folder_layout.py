"""Writes a frame of any data set as files of the kind `folder`, with their description."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from auxnet_keras.core.printable import printable
from auxnet_keras.data.frame import IGNORE, DatasetInfo, Frame
from auxnet_keras.data.labels import UNUSED
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.units import Calibration
from auxnet_keras.errors import DataError
from data_tools.depth_files import DepthFiles, depth_bytes, described, png_bytes

IMAGES, LABELS, DEPTH = "rgb", "labels", "depth"
COPIED = (".png", ".jpg", ".jpeg")
"""Endings of images that are copied byte for byte."""

_NO_LINE = re.compile("[\\\\\r\n\ud800-\udfff]")


def check_names(frames: Sequence[Frame]) -> None:
    """Refuses names that would not be found in a list again, before anything is written."""
    for frame in frames:
        name = frame.name
        if _NO_LINE.search(name) or name != name.strip().strip("\"'"):
            raise DataError(
                f"A name that no list of names can hold: {printable(str(frame.image))}. Expected "
                "UTF-8 without backslashes, line breaks, and quotation marks or spaces at the "
                f"start or end; rename the files of the frame. Received: {printable(name)!r}."
            )


def files_of(source: Source, frame: Frame, deep: DepthFiles) -> dict[str, Path]:
    """The paths of a frame's files, relative to the new folder; the image last."""
    suffix = frame.image.suffix.lower()
    places = {}
    if frame.label is not None:
        places[LABELS] = Path(LABELS, f"{frame.name}.png")
    if frame.depth is not None:
        places[DEPTH] = Path(DEPTH, frame.name + deep.ending)
    kept = suffix if _is_copied(source, frame) else ".png"
    return places | {IMAGES: Path(IMAGES, frame.name + kept)}


def _is_copied(source: Source, frame: Frame) -> bool:
    usual = frame.image.suffix.lower() in COPIED and frame.image.is_file()
    return usual and not source.upright


def places_of(frame: Frame) -> list[Path]:
    """Every path a frame's files can have, whatever the data set contains now."""
    images = [Path(IMAGES, frame.name + suffix) for suffix in COPIED]
    depths = [Path(DEPTH, frame.name + ending) for ending in (".png", ".npy")]
    return [Path(LABELS, f"{frame.name}.png"), *depths, *images]


def content_of(source: Source, frame: Frame, deep: DepthFiles) -> dict[str, bytes]:
    """The bytes of the files. An image file is copied unchanged, after the reader's checks.

    Raises:
        DataError: The frame cannot be read, or its depth does not fit.
    """
    sample = source.read(frame, ignore_void=False)
    content = {}
    if frame.label is not None:
        train_ids = sample.segmentation
        if "label" in source.resized:  # written as large as it is, and resized when it is read
            ids = source.label_ids(frame, frame.label)
            train_ids = source.label_table(frame).train_ids(ids, frame.label, ignore_void=False)
        content[LABELS] = png_bytes(train_ids.astype(label_dtype(source)), frame.label)
    if frame.depth is not None:
        content[DEPTH] = depth_bytes(source, frame, frame.depth, deep)
    if _is_copied(source, frame):
        content[IMAGES] = frame.image.read_bytes()
    else:
        content[IMAGES] = png_bytes(sample.image[..., ::-1], frame.image)  # OpenCV's order is BGR
    return content


def label_dtype(source: Source) -> type[np.integer]:
    """The type of the labels that are written."""
    return np.uint8 if source.info.num_classes <= IGNORE + 1 else np.uint16


def description(
    source: Source,
    depth: DepthFiles | None,
    calibration: Calibration | None,
    splits: Sequence[str] = ("train", "val"),
) -> str:
    """`dataset.yaml`, with which the kind `folder` reads what `source` reads.

    Args:
        depth: How depth is written; None if no frame has any.
        calibration: The calibration shared by all frames, if there is one.
        splits: The splits that have a list of names.
    """
    info = source.info
    spec: dict[str, Any] = {"images": IMAGES}
    resize = {what: {"resize": "nearest"} for what in source.resized}
    if info.class_names:
        labels = resize.get("label")
        spec["labels"] = {"files": LABELS} | labels if labels else LABELS
    if depth is not None:
        spec[DEPTH] = {"files": DEPTH} | described(source.encoding, depth)
        spec[DEPTH] |= resize.get("depth", {})
        if calibration is not None:
            spec[DEPTH] |= {"focal": calibration.focal, "baseline": calibration.baseline}
    if info.class_names:
        spec["classes"] = _classes(info)
        spec["ignore"] = [IGNORE]
    spec["split"] = {split: f"{split}.txt" for split in splits}
    spec["licence"], spec["citation"] = info.licence, info.citation
    head = f"# {info.kind}, converted; labels are train ids.\n"
    return head + yaml.safe_dump(
        spec, sort_keys=False, allow_unicode=True, width=100, default_flow_style=None
    )


def _classes(info: DatasetInfo) -> dict[int, dict[str, Any]]:
    """Names and colours; of classes with one colour, the first has it, as a description must."""
    found: dict[int, dict[str, Any]] = {}
    taken: list[list[int]] = []
    for number, (name, colour) in enumerate(
        zip(info.class_names, info.palette.tolist(), strict=True)
    ):
        if name != UNUSED:
            found[number] = {"name": name} | ({} if colour in taken else {"color": colour})
            taken.append(colour)
    return found
