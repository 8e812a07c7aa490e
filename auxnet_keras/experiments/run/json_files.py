"""Files of a run folder: damaged ones raise a clear error; writes are complete or do not happen."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from auxnet_keras.errors import DataError
from auxnet_keras.safety import read_bytes
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.write_errors import writing

MAX_JSON = 1 << 22
"""Bytes; a manifest lists a run's files, and a run has fewer than ten thousand."""

_AGAIN = (
    "restore it from a copy of the run folder, or move it away and repeat the run's `auxnet train` "
    "command, which writes it again"
)


def read_json(path: Path, **expected: type) -> dict[str, Any]:
    """The object a JSON file holds.

    Args:
        path: The file.
        expected: Names the object must have, and the type of each value.

    Raises:
        DataError: The file cannot be read, is not JSON, or holds something else.
    """
    try:
        content = json.loads(read_bytes(path, MAX_JSON))
    except DataError:
        raise
    except (ValueError, RecursionError) as error:
        raise damaged(path, error) from error
    if not isinstance(content, dict):
        raise damaged(path, f"a {type(content).__name__}")
    for name, kind in expected.items():
        if not isinstance(content.get(name), kind):
            raise damaged(path, f"{name!r}: {type(content.get(name)).__name__}")
    return content


def damaged(path: Path, received: object, remedy: str = _AGAIN) -> DataError:
    """The error for a damaged file of a run folder."""
    line = " ".join(str(received).split())[:200].rstrip(".")
    return DataError(f"{path} is damaged; {remedy}. Received: {line}.")


def write_json(content: Any, path: Path) -> None:
    """Writes JSON; creates its folder."""
    with writing(path):
        write_file(path, json.dumps(content, indent=2) + "\n")


def write_grey_png(image: np.ndarray, path: Path) -> None:
    """Writes uint8 or uint16 [H, W] as PNG; creates its folder."""
    _, encoded = cv2.imencode(".png", image)
    with writing(path):
        write_file(path, encoded.tobytes())
