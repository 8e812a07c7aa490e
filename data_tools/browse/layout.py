"""The layout of a montage: one frame per row, its name above it, the classes at the bottom."""

import math
from collections.abc import Sequence

import cv2
import numpy as np

from data_tools.browse.depth_scale import DepthScale
from data_tools.browse.text_band import GREY, PlacedText, band, paragraph, shortened, width_of

# All in pixels.
MARGIN, GAP, BETWEEN_GROUPS = 20, 6, 18
TITLE, COLUMN_TITLE, ABOVE, CAPTION, LEGEND_LINE = 56, 36, 12, 38, 40
MIN_WIDTH, LARGEST_SIDE = 320, 480  # of an image: smaller ones are enlarged, larger ones shrunk
GROUP = ("image", "labels", "depth")
SWATCH, SPACE, BETWEEN = 24, 10, 34  # legend: a colour; the gap after it; the gap after its name
BAR_HEIGHT = 16
PAPER, FAULT = (240, 243, 246), (255, 235, 233)  # empty areas; areas with an error

Cell = np.ndarray | str
"""uint8 [H, W, 3], RGB, or the text shown in its place."""


class Layout:
    """Draws a montage part by part, so that no samples have to be kept.

    Args:
        size: (height, width) of every sample.
        augmented: Whether a second group of columns follows.
    """

    def __init__(self, size: tuple[int, int], augmented: bool) -> None:
        self.cell = _shown_size(*size)
        self.columns = len(GROUP) * (2 if augmented else 1)
        self.width = self.corner(0, self.columns - 1)[1] + self.cell[1] + MARGIN

    def corner(self, row: int, column: int) -> tuple[int, int]:
        """The top and left of an image, in pixels of the montage."""
        left = MARGIN + column * (self.cell[1] + GAP)
        left += BETWEEN_GROUPS if column >= len(GROUP) else 0
        each = ABOVE + CAPTION + self.cell[0]
        return TITLE + COLUMN_TITLE + (row + 1) * each - self.cell[0], left

    def head(self, title: str, augmentation: str) -> np.ndarray:
        """The title, the augmentation above its columns, and the column titles."""
        lefts = [self.corner(0, column)[1] for column in range(self.columns)]
        room = len(GROUP) * (self.cell[1] + GAP) - GAP
        texts = [PlacedText(shortened(title, room, "bold"), lefts[0], weight="bold")]
        if self.columns > len(GROUP):
            text = shortened(augmentation, room, "bold")
            texts.append(PlacedText(text, lefts[len(GROUP)], weight="bold"))
        titles = [
            PlacedText(GROUP[column % len(GROUP)], left + self.cell[1] / 2, "center", colour=GREY)
            for column, left in enumerate(lefts)
        ]
        return np.concatenate(
            [band(TITLE, self.width, texts), band(COLUMN_TITLE, self.width, titles)]
        )

    def row(
        self,
        name: str,
        cells: Sequence[Cell],
        scale: DepthScale | None = None,
        augmented_range: str = "",
    ) -> np.ndarray:
        """A frame's name, its depth scale, and its images, one per column."""
        _, depth = self.corner(0, len(GROUP) - 1)
        texts = [PlacedText(shortened(name, depth - MARGIN - BETWEEN), MARGIN, weight="bold")]
        if scale is not None:
            texts.append(PlacedText(scale.far_text, depth, colour=GREY))
            texts.append(PlacedText(scale.near_text, depth + self.cell[1], "right", colour=GREY))
        if augmented_range:
            right = self.corner(0, self.columns - 1)[1] + self.cell[1]
            texts.append(PlacedText(augmented_range, right, "right", colour=GREY))
        caption = band(CAPTION, self.width, texts)
        if scale is not None:
            _draw_bar(caption, scale, depth, self.cell[1])
        body = _white(self.cell[0], self.width)
        for column, cell in enumerate(cells):
            _, left = self.corner(0, column)
            body[:, left : left + self.cell[1]] = self._pixels(cell)
        return np.concatenate([_white(ABOVE, self.width), caption, body])

    def fault(self, name: str, message: str) -> np.ndarray:
        """The row of a frame that cannot be read."""
        height, width = self.cell[0], self.width - 2 * MARGIN
        item = PlacedText(shortened(name, width, "bold"), MARGIN, weight="bold")
        caption = band(CAPTION, self.width, [item])
        text = paragraph(message, width - 2 * MARGIN, height)
        body = _white(height, self.width)
        body[:, MARGIN:-MARGIN] = band(height, width, [PlacedText(text, MARGIN)], FAULT)
        return np.concatenate([_white(ABOVE, self.width), caption, body])

    def legend(self, names: Sequence[str], colours: np.ndarray) -> np.ndarray:
        """The classes in columns, and a note on how to read the colours.

        Args:
            names: The names of the classes that occur.
            colours: Their colours, uint8 [K, 3], RGB.
        """
        parts = [_white(MARGIN, self.width)]
        inside = self.width - 2 * MARGIN
        widest = max((math.ceil(width_of(name)) for name in names), default=0)
        entry = min(SWATCH + SPACE + widest + BETWEEN, inside)
        lines = math.ceil(len(names) / (inside // entry))
        columns = math.ceil(len(names) / lines) if lines else 0
        for line in range(lines):
            shown = range(line * columns, min((line + 1) * columns, len(names)))
            lefts = [MARGIN + entry * place for place in range(len(shown))]
            texts = [
                PlacedText(shortened(names[k], entry - SWATCH - SPACE), left + SWATCH + SPACE)
                for k, left in zip(shown, lefts, strict=True)
            ]
            parts.append(band(LEGEND_LINE, self.width, texts))
            for k, left in zip(shown, lefts, strict=True):
                top = (LEGEND_LINE - SWATCH) // 2
                parts[-1][top : top + SWATCH, left : left + SWATCH] = colours[k]
        note = "Ignored pixels have no colour. Depth: bright is near, grey is unknown."
        parts.append(band(LEGEND_LINE, self.width, [PlacedText(note, MARGIN, colour=GREY)]))
        return np.concatenate([*parts, _white(MARGIN // 2, self.width)])

    def _pixels(self, cell: Cell) -> np.ndarray:
        height, width = self.cell
        if isinstance(cell, str):
            item = PlacedText(cell, width / 2, "center", colour=GREY)
            return band(height, width, [item], PAPER)
        # Averaging when shrinking; nearest when enlarging keeps class borders sharp.
        shrunk = cell.shape[0] > height
        how = cv2.INTER_AREA if shrunk else cv2.INTER_NEAREST
        return cv2.resize(cell, (width, height), interpolation=how)


def _shown_size(height: int, width: int) -> tuple[int, int]:
    longest = max(height, width)
    if longest > LARGEST_SIDE:
        factor = LARGEST_SIDE / longest
        return max(1, round(height * factor)), max(1, round(width * factor))
    times = max(1, min(math.ceil(MIN_WIDTH / width), LARGEST_SIDE // longest))
    return height * times, width * times


def _draw_bar(caption: np.ndarray, scale: DepthScale, left: int, width: int) -> None:
    """The depth colours between the labels of the two ends."""
    start = left + math.ceil(width_of(scale.far_text)) + SPACE
    end = left + width - math.ceil(width_of(scale.near_text)) - SPACE
    if end > start:
        top = (CAPTION - BAR_HEIGHT) // 2
        caption[top : top + BAR_HEIGHT, start:end] = scale.bar(BAR_HEIGHT, end - start)


def _white(height: int, width: int) -> np.ndarray:
    return np.full((height, width, 3), 255, np.uint8)
