"""From the values of a mask, as any tool writes it, to label ids."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path

import numpy as np

from auxnet_keras.data.files.colours import ColourTable, first_colour
from auxnet_keras.data.files.stored_values import Stored
from auxnet_keras.data.labels import LabelTable
from auxnet_keras.errors import DataError

_CHANNELS = {"red": 0, "green": 1, "blue": 2}
_UNLISTED = -2


class Masks:
    """Turns stored values into ids.

    A single channel holds ids. Three channels hold the same id three times, an id in red alone, or
    the colours of the classes. Which of these a file is follows from its values; if they allow two
    meanings, from those of other files, and if these do too, the description must say which.

    Args:
        table: What ids mean.
        colours: Colour to id, -1 for a colour that is ignored.
        stored: "ids", "colors", "red", "green", "blue", or None to find out.
        divide: The id is the stored value divided by this, rounded down.
        examples: Gives some masks of the data set.
    """

    def __init__(
        self,
        table: LabelTable,
        colours: Mapping[tuple[int, int, int], int],
        *,
        stored: str | None = None,
        divide: int = 1,
        examples: Callable[[], Iterable[Stored]] = tuple,
    ) -> None:
        self.table = table
        self._examples = examples
        self.stored = stored
        self.divide = divide
        self.colours = ColourTable(colours, _UNLISTED)

    def ids(self, mask: Stored, path: Path) -> np.ndarray:
        """Integers [H, W]; -1 is ignored.

        Raises:
            DataError: Fractions, a colour that is not listed, or values with two meanings.
        """
        values = mask.values
        if values.dtype.kind == "f" and _whole(values):
            values = values.astype(np.int32)
        if values.dtype.kind not in "bui":
            raise DataError(
                f"Wrong label file: {path}. Expected whole numbers, the class ids. "
                f"Received: {mask.form}, with fractions.",
                "other_format",
            )
        if values.dtype.kind == "b":
            values = values.astype(np.uint8)
        if values.ndim == 3:
            return self._from_channels(values[..., :3], mask, path)
        if self.stored in ("colors", *_CHANNELS):
            raise DataError(
                f"Wrong label file: {path}. Expected three channels, because labels.stored is "
                f"{self.stored!r}; correct the description. Received: {mask.form}.",
                "other_format",
            )
        return self._divided(values, path)

    def _divided(self, values: np.ndarray, path: Path) -> np.ndarray:
        if self.divide == 1:
            return values
        below = np.unique(values[(values > 0) & (values < self.divide)])
        # Instances of class 0 are numbered without large gaps; other small values are plain ids.
        if below.size > 3 and below[-1] > 1.5 * below.size + 2 and self.table.knows(below).all():
            few = ", ".join(map(str, below[:8].tolist()))
            raise DataError(
                f"Ids without instances in {path}. Expected id * {self.divide} + instance "
                f"everywhere, because labels.divide is {self.divide}; use the files of plain ids "
                f"(in Cityscapes, labelIds). Received: {few}.",
                "other_format",
            )
        return values // self.divide

    def _from_channels(self, rgb: np.ndarray, mask: Stored, path: Path) -> np.ndarray:
        if self.stored in _CHANNELS:
            return self._divided(rgb[..., _CHANNELS[self.stored]], path)
        alone = _alone(rgb)
        if self.stored == "colors" or (self.stored is None and not alone):
            return self._from_colours(rgb, path)
        if not alone:
            raise DataError(
                f"Wrong label file: {path}. Expected ids in three equal channels or in red alone, "
                "because labels.stored is 'ids'; correct the description. "
                f"Received: {mask.form}, with colours.",
                "other_format",
            )
        ids = self._divided(rgb[..., 0], path)
        return ids if self.stored == "ids" else self._ids_or_colours(ids, rgb, path)

    def _ids_or_colours(self, ids: np.ndarray, rgb: np.ndarray, path: Path) -> np.ndarray:
        if rgb.dtype != np.uint8:
            return ids
        if self._coloured:
            return self._from_colours(rgb, path)
        listed, known = self._shares(rgb)
        if listed < 1 or known < 1:
            return self._from_colours(rgb, path) if listed > known else ids
        coloured = self.colours.look_up(rgb)
        same = np.array_equal(self.table.train_ids(coloured, path), self.table.train_ids(ids, path))
        if same or self._coloured is False:
            return ids
        raise DataError(
            f"A label file with two meanings: {path}. Its values are ids of classes, and they are "
            "colours of classes too. Say which in dataset.yaml: labels: {files: ..., stored: ids}, "
            f"or stored: colors. Received: {len(np.unique(ids))} values, such as "
            f"{rgb.reshape(-1, 3)[0].tolist()}.",
            "other_format",
        )

    def _shares(self, rgb: np.ndarray) -> tuple[float, float]:
        """The shares of pixels whose colour is listed, and whose id is."""
        listed = self.colours.look_up(rgb) != _UNLISTED
        return float(listed.mean()), float(self.table.knows(rgb[..., 0] // self.divide).mean())

    @cached_property
    def _coloured(self) -> bool | None:
        """Whether the data set's masks hold colours; None if the examples allow both."""
        channels = [mask.values[..., :3] for mask in self._examples() if mask.values.ndim == 3]
        if not all(map(_alone, channels)):
            return True
        shares = [self._shares(rgb) for rgb in channels if rgb.dtype == np.uint8]
        meanings = {listed > known for listed, known in shares if listed != known}
        return meanings.pop() if len(meanings) == 1 else None

    def _from_colours(self, rgb: np.ndarray, path: Path) -> np.ndarray:
        if rgb.dtype != np.uint8:
            raise DataError(
                f"Wrong label file: {path}. Expected colours of 8 bits per channel, or "
                "labels: {files: ..., stored: red} for ids in the red channel. "
                "Received: 16 bits per channel.",
                "other_format",
            )
        ids = self.colours.look_up(rgb)
        unlisted = ids == _UNLISTED
        if unlisted.any():
            if not self.table.others:
                raise _unlisted(rgb, unlisted, path)
            ids[unlisted] = -1
        return ids


def _whole(values: np.ndarray) -> bool:
    return bool((np.abs(values) < 1 << 31).all() and (values == np.floor(values)).all())


def _alone(rgb: np.ndarray) -> bool:
    """Whether a single number is in every pixel: in red alone, or three times."""
    red, green, blue = np.moveaxis(rgb, -1, 0)
    return not (green.any() or blue.any()) or bool((red == green).all() and (red == blue).all())


def _unlisted(rgb: np.ndarray, unlisted: np.ndarray, path: Path) -> DataError:
    colour = first_colour(rgb, unlisted)
    row, column = np.argwhere(unlisted)[0]
    same = int((rgb == colour).all(axis=-1).sum())
    return DataError(
        f"A colour of no class in {path}: {list(colour)}, in {same:,} pixels, the first in row "
        f"{row}, column {column}. Expected the `color` of a class in dataset.yaml, or black; add "
        "it to its class, or set others: ignore. "
        f"Received: {len(np.unique(rgb[unlisted], axis=0))} such colours in "
        f"{int(unlisted.sum()):,} of {unlisted.size:,} pixels.",
        "unknown_colours",
    )
