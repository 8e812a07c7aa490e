"""trained_images.txt: which images a run was trained on, by content."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from auxnet_keras.data.file_key import DIGITS, image_keys_of
from auxnet_keras.data.frame_table import take
from auxnet_keras.errors import DataError
from auxnet_keras.safety import read_text
from auxnet_keras.safety.bounded_read import MAX_TABLE
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.write_errors import writing

if TYPE_CHECKING:
    from auxnet_keras.data.plan import Plan
    from auxnet_keras.experiments.run.run import Run

FILE = "trained_images.txt"


def write_trained_images(run: "Run", plan: "Plan") -> None:
    """Writes the key of every image that shows a target of the run's tasks, one per line.

    Extra data counts, and so does a frame whose labels are withheld but whose depth trains.

    Args:
        run: The run.
        plan: Its training data.
    """
    tasks = run.config.tasks
    trained = np.any([plan.examples.showing(task) for task in tasks], axis=0)
    keys: set[str | None] = set()
    start = 0
    for source, frames in plan.examples.parts:
        shown = take(frames, np.flatnonzero(trained[start : start + len(frames)]))
        keys.update(image_keys_of(source, shown))
        start += len(frames)
    file = run.path / FILE
    with writing(file):
        write_file(file, "".join(f"{key}\n" for key in sorted(filter(None, keys))))


def read_trained_images(folder: Path) -> frozenset[str]:
    """The keys in a run folder.

    Raises:
        DataError: The file is missing or damaged.
    """
    file = folder / FILE
    keys = read_text(file, MAX_TABLE).split("\n") if file.is_file() else []
    if len(keys) < 2 or keys.pop() or not all(map(_is_key, keys)):
        raise DataError(
            f"{file} is missing or damaged. Expected the file that training wrote, to find out "
            "whether the run was trained on the data; copy the whole run folder or train again. "
            f"Received: {str(file)!r}."
        )
    return frozenset(keys)


def _is_key(line: str) -> bool:
    return re.fullmatch(rf"[0-9a-f]{{{DIGITS}}}", line) is not None
