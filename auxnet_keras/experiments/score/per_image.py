"""per_image.csv: the scores of every image, the worst first."""

import csv
import dataclasses
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from auxnet_keras.data.frame import Frame
from auxnet_keras.errors import DataError
from auxnet_keras.safety.bounded_read import MAX_TABLE, read_text
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.write_errors import writing
from auxnet_keras.tables import escape
from auxnet_keras.tables.table import Table

FILE = "per_image.csv"
SCORES = {"segmentation": ("mean_iou", "pixel_accuracy"), "depth": ("abs_rel", "rmse")}
"""Task -> its scores of an image; the first one orders the images."""

SMALL_IS_GOOD = ("abs_rel", "rmse")


@dataclasses.dataclass(frozen=True)
class ImageScores:
    """The scores of one image.

    Attributes:
        name: The frame's name.
        file: The image's path, below the data set's root.
        scores: Score -> value; NaN without a valid pixel.
    """

    name: str
    file: str
    scores: Mapping[str, float]


def worst_first(images: Sequence[ImageScores], score: str) -> list[ImageScores]:
    """Images in the order of a score, the worst first; those without a value are last."""
    sign = -1.0 if score in SMALL_IS_GOOD else 1.0

    def rank(image: ImageScores) -> tuple[bool, float, str]:
        value = image.scores.get(score, math.nan)
        return math.isnan(value), 0.0 if math.isnan(value) else sign * value, image.name

    return sorted(images, key=rank)


def file_of(frame: Frame, root: Path) -> str:
    """The path of a frame's image below the root of its data set."""
    inside = frame.image.is_relative_to(root)
    return (frame.image.relative_to(root) if inside else frame.image).as_posix()


def write_per_image(images: Sequence[ImageScores], tasks: Sequence[str], path: Path) -> None:
    """Writes `image, file` and the scores of the tasks, ordered by the first task's first score.

    Raises:
        DataError: The file cannot be written.
    """
    columns = [score for task in tasks for score in SCORES.get(task, ())]
    rows = [
        (image.name, (image.file, *(image.scores.get(score) for score in columns)))
        for image in worst_first(images, columns[0])
    ]
    with writing(path):
        write_file(path, Table(("file", *columns), tuple(rows), corner="image").csv())


def read_per_image(path: Path) -> list[ImageScores]:
    """What `write_per_image` wrote; names as they are in the file.

    Raises:
        DataError: The file is damaged.
    """
    rows = csv.DictReader(io.StringIO(read_text(path, MAX_TABLE), newline=""))
    images = []
    for number, row in enumerate(rows, start=2):
        try:
            if None in row.values():
                raise ValueError("a short row")
            values = {key: value for key, value in row.items() if key not in ("image", "file")}
            scores = {key: float(value) if value else math.nan for key, value in values.items()}
            images.append(ImageScores(row["image"], row["file"], scores))
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"{path}, line {number}, is not a row of image scores. Expected a name, a file and "
                "numbers; remove the file, and the scores are computed again. "
                f"Received: {type(error).__name__}."
            ) from error
    return images


def key_of(name: str) -> str:
    """A frame's name as the file has it; of a name in the file, the name itself."""
    return escape.csv(name)
