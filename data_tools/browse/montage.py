"""A picture of a dataset's frames, to save or to see in Jupyter."""

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from auxnet_keras.errors import ConfigError
from auxnet_keras.storage.atomic import write
from auxnet_keras.storage.write_errors import writing


@dataclass(frozen=True, eq=False)
class Montage:
    """What `browse` drew. Jupyter shows it.

    Args:
        image: uint8 [H, W, 3], RGB.
        frames: The names of the frames, from top to bottom.
        problems: Of the frames that could not be read, name to sentence.
    """

    image: np.ndarray = field(repr=False)
    frames: list[str]
    problems: dict[str, str]

    def save(self, path: str | Path) -> Path:
        """Writes a PNG and makes the folder it goes to.

        Raises:
            ConfigError: The path does not end in .png.
            DataError: It cannot be written.
        """
        path = check_png(Path(path).expanduser())
        with writing(path):
            write(path, self._repr_png_())
        return path

    def _repr_png_(self) -> bytes:
        return cv2.imencode(".png", self.image[..., ::-1])[1].tobytes()


def check_png(path: Path) -> Path:
    """The path itself, or the error that says what a montage is written as."""
    if path.suffix.lower() != ".png":
        raise ConfigError(
            "A montage is written as PNG; give a file that ends in .png, as in browse.png. "
            f"Received: {str(path)!r}."
        )
    return path
