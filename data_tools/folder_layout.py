"""Writes a frame of any data set as files of the kind `folder`, with their description."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml

from auxnet_keras.data.frame import IGNORE, Frame
from auxnet_keras.data.labels import UNUSED
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.units import Calibration, DepthEncoding
from auxnet_keras.errors import DataError

STEP = 0.001
"""Depth stored as fractions is rounded to this step, in the data set's unit (1 mm)."""

IMAGES, LABELS, DEPTH = "rgb", "labels", "depth"
_COPIED = (".png", ".jpg", ".jpeg")


def files_of(source: Source, frame: Frame) -> dict[str, Path]:
    """The paths of a frame's files, relative to the new folder; the image last."""
    suffix = frame.image.suffix.lower()
    places = {}
    if frame.label is not None:
        places[LABELS] = Path(LABELS, f"{frame.name}.png")
    if frame.depth is not None:
        places[DEPTH] = Path(DEPTH, f"{frame.name}.png")
    kept = suffix if _is_copied(source, frame) else ".png"
    return places | {IMAGES: Path(IMAGES, frame.name + kept)}


def _is_copied(source: Source, frame: Frame) -> bool:
    usual = frame.image.suffix.lower() in _COPIED and frame.image.is_file()
    return usual and not source.upright


def places_of(frame: Frame) -> list[Path]:
    """Every path a frame's files can have, whatever the data set contains now."""
    images = [Path(IMAGES, frame.name + suffix) for suffix in _COPIED]
    return [Path(folder, f"{frame.name}.png") for folder in (LABELS, DEPTH)] + images


def has_fractions(source: Source, frame: Frame) -> bool:
    """Whether a frame's depth file holds other numbers than a PNG of 16 bits can."""
    if frame.depth is None:
        return False
    return source.stored_depth(frame, frame.depth).dtype not in (np.uint8, np.uint16)


def content_of(source: Source, frame: Frame, fractions: bool) -> dict[str, bytes]:
    """The bytes of the files. An image file is copied unchanged, after the reader's checks.

    Args:
        fractions: Whether depth is written in steps of `STEP`.

    Raises:
        DataError: The frame cannot be read, or its depth does not fit 16 bits.
    """
    sample = source.read(frame, ignore_void=False)
    content = {}
    if frame.label is not None:
        content[LABELS] = _png(sample.segmentation.astype(_label_dtype(source)), frame.label)
    if frame.depth is not None:
        content[DEPTH] = _png(_stored(source, frame, frame.depth, fractions), frame.depth)
    if _is_copied(source, frame):
        content[IMAGES] = frame.image.read_bytes()
    else:
        content[IMAGES] = _png(sample.image[..., ::-1], frame.image)  # OpenCV's order is BGR
    return content


def _label_dtype(source: Source) -> type[np.integer]:
    return np.uint8 if source.info.num_classes <= IGNORE + 1 else np.uint16


def _lost(encoding: DepthEncoding) -> int:
    """The value written for "not measured"."""
    whole = (int(value) for value in encoding.invalid if value == int(value) and 0 <= value < 65536)
    return next(whole, 65535)


def _stored(source: Source, frame: Frame, path: Path, fractions: bool) -> np.ndarray:
    """uint16 [H, W]: the data set's own integers, or depths in steps of `STEP`."""
    stored, encoding = source.stored_depth(frame, path), source.encoding
    if fractions:
        depth = encoding.decode(stored, encoding.unit)
        valid = depth >= 0
        # Depths below half a step are rounded up: 0 means "not measured".
        steps = np.maximum(np.rint(np.where(valid, depth, 0) / STEP), 1)
        if steps.max(where=valid, initial=0) > 65535:
            raise DataError(
                f"Depth too large for a 16-bit PNG in steps of {STEP}: {path}. Expected at most "
                f"{65535 * STEP:.5g}; read the original data set instead. "
                f"Received: {depth.max(where=valid, initial=0):.5g}."
            )
        return np.where(valid, steps, 0).astype(np.uint16)
    if stored.dtype not in (np.uint8, np.uint16):
        raise DataError(
            f"Depth files of different types: {path}. Expected integers of at most 16 bits, as in "
            f"the first frame; save all files alike. Received: {stored.dtype}."
        )
    valid = encoding.decode(stored, "raw") >= 0
    return np.where(valid, stored, _lost(encoding)).astype(np.uint16)


def _png(pixels: np.ndarray, path: Path) -> bytes:
    encoded, buffer = cv2.imencode(".png", np.ascontiguousarray(pixels))
    if not encoded:
        raise DataError(f"Cannot be written as PNG: {path}. Received: {pixels.dtype}.")
    return buffer.tobytes()


def description(
    source: Source,
    depth: bool,
    fractions: bool,
    calibration: Calibration | None,
    splits: Sequence[str] = ("train", "val"),
) -> str:
    """`dataset.yaml`, with which the kind `folder` reads what `source` reads.

    Args:
        depth: Whether any frame has depth.
        fractions: Whether the data set stores depth as fractions.
        calibration: The calibration shared by all frames, if there is one.
        splits: The splits that have a list of names.
    """
    info = source.info
    spec: dict[str, Any] = {"images": IMAGES}
    if info.class_names:
        spec["labels"] = LABELS
    if depth:
        spec[DEPTH] = {"files": DEPTH} | _depth(source.encoding, fractions)
        if calibration is not None:
            spec[DEPTH] |= {"focal": calibration.focal, "baseline": calibration.baseline}
    if info.class_names:
        colours = zip(info.class_names, info.palette.tolist(), strict=True)
        spec["classes"] = {
            number: {"name": name, "color": colour}
            for number, (name, colour) in enumerate(colours)
            if name != UNUSED
        }
        spec["ignore"] = [IGNORE]
    spec["split"] = {split: f"{split}.txt" for split in splits}
    spec["licence"], spec["citation"] = info.licence, info.citation
    head = f"# {info.kind}, converted; labels are train ids.\n"
    return head + yaml.safe_dump(
        spec, sort_keys=False, allow_unicode=True, width=100, default_flow_style=None
    )


def _depth(encoding: DepthEncoding, fractions: bool) -> dict[str, Any]:
    if fractions:
        return {"unit": encoding.unit, "scale": STEP, "offset": 0.0, "invalid": [0]}
    return {
        "unit": encoding.unit,
        "scale": encoding.scale,
        "offset": encoding.offset,
        "invalid": sorted({*(v for v in encoding.invalid if v == int(v)), _lost(encoding)}),
    }
