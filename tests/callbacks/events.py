"""Reads back what was written for TensorBoard."""

from pathlib import Path

import cv2
import numpy as np
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.util.tensor_util import make_ndarray


def scalars(folder: Path) -> dict[str, dict[int, float]]:
    """Tag -> step -> value."""
    found: dict[str, dict[int, float]] = {}
    for tag, step, array in arrays(folder, "scalars"):
        found.setdefault(tag, {})[step] = float(array)
    return found


def points(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """Tag -> (step, value) of every record, repeated ones too; of pictures, their mean colour."""
    found: dict[str, list[tuple[int, float]]] = {}
    for tag, step, array in arrays(folder, "scalars"):
        found.setdefault(tag, []).append((step, float(array)))
    for tag, step, array in arrays(folder, "images"):
        colours = [_pixels(png).mean() for png in array[2:]]
        found.setdefault(tag, []).append((step, float(np.mean(colours))))
    return found


def images(folder: Path) -> dict[str, dict[int, list[np.ndarray]]]:
    """Tag -> step -> samples, uint8 [H, W, 3]."""
    found: dict[str, dict[int, list[np.ndarray]]] = {}
    for tag, step, array in arrays(folder, "images"):  # width, height, PNGs
        found.setdefault(tag, {})[step] = [_pixels(png) for png in array[2:]]
    return found


def texts(folder: Path) -> dict[str, list[tuple[int, str]]]:
    """Tag -> (step, text) of every record."""
    found: dict[str, list[tuple[int, str]]] = {}
    for tag, step, array in arrays(folder, "text"):
        found.setdefault(tag, []).append((step, array.item().decode()))
    return found


def charts(folder: Path) -> dict[str, dict[str, list[str]]]:
    """Category -> chart -> patterns of tags, of the newest layout."""
    newest = [array.item() for _, _, array in arrays(folder, "custom_scalars")][-1]
    return {
        category.title: {chart.title: list(chart.multiline.tag) for chart in category.chart}
        for category in layout_pb2.Layout.FromString(newest).category
    }


def metadata(folder: Path, plugin: str) -> dict[str, list[bytes]]:
    """Tag -> content of a plug-in in every record's metadata."""
    found: dict[str, list[bytes]] = {}
    for _, value in _values(folder):
        if value.metadata.plugin_data.plugin_name == plugin:
            found.setdefault(value.tag, []).append(value.metadata.plugin_data.content)
    return found


def arrays(folder: Path, plugin: str):
    """(tag, step, array) of every record of a plug-in."""
    for event, value in _values(folder):
        if value.metadata.plugin_data.plugin_name == plugin:
            yield value.tag, event.step, make_ndarray(value.tensor)


def _values(folder: Path):
    for file in sorted(folder.glob("events.*")):
        for event in EventFileLoader(str(file)).Load():  # TensorBoard's own reader
            for value in event.summary.value:
                yield event, value


def _pixels(png: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR_RGB)
