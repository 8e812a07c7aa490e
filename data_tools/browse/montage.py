"""An image of a data set's frames, to save or to show in Jupyter."""

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from auxnet_keras.errors import ConfigError
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.write_errors import writing


@dataclass(frozen=True, eq=False)
class Montage:
    """The image that `browse` drew. Jupyter shows it.

    Args:
        image: uint8 [H, W, 3], RGB.
        frames: The names of the frames, from top to bottom.
        problems: Frames that could not be read, name to error message.
    """

    image: np.ndarray = field(repr=False)
    frames: list[str]
    problems: dict[str, str]

    def save(self, path: str | Path) -> Path:
        """Writes a PNG and creates its folder if needed.

        Raises:
            ConfigError: The path does not end in .png.
            DataError: The file cannot be written.
        """
        path = check_png(Path(path).expanduser())
        with writing(path):
            write_file(path, self._repr_png_())
        return path

    def _repr_png_(self) -> bytes:
        return cv2.imencode(".png", self.image[..., ::-1])[1].tobytes()


def check_png(path: Path) -> Path:
    """Returns the path, or raises if it does not end in .png."""
    if path.suffix.lower() != ".png":
        raise ConfigError(
            "A montage is written as PNG; choose a file name that ends in .png, as in browse.png. "
            f"Received: {str(path)!r}."
        )
    return path
