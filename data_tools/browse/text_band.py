"""Text as pixels: titles, captions, and the messages shown in place of an image."""

import functools
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from auxnet_keras.core.printable import printable
from auxnet_keras.plots import figure as figures

TEXT = 22
"""Height of the letters in pixels; a page shows a montage at about half its size."""

INK, GREY = figures.INK, "#656d76"
_GAP = 8  # pixels between two lines
_LINE = 1.35  # of the letters' height, with the gap
_HALF_CAPITAL = 0.365  # of the letters' height; neighbours share their baseline
_AVERAGE = 0.6  # width of a letter, of its height
_FONTS = {"normal": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf"}  # as in all other figures
_ANCHORS = {"left": "l", "center": "m", "right": "r"}


@dataclass(frozen=True)
class PlacedText:
    """Text and its position in a band.

    Args:
        text: One or more lines; file names may contain any character.
        x: The position of the text's left end, middle or right end, in pixels from the left.
        align: Which of the three `x` is: "left", "center" or "right".
        weight: "normal" or "bold".
        colour: Such as "#24292f".
    """

    text: str
    x: float
    align: str = "left"
    weight: str = "normal"
    colour: str = INK


def band(
    height: int,
    width: int,
    texts: Sequence[PlacedText],
    background: Sequence[int] = (255, 255, 255),
) -> np.ndarray:
    """Pieces of text next to each other, vertically centred in a band of one colour.

    Args:
        height, width: In pixels.
        background: RGB, 0..255.

    Returns:
        uint8 [height, width, 3], RGB.
    """
    image = Image.new("RGB", (width, height), tuple(background))
    draw = ImageDraw.Draw(image)
    for text in texts:
        lines = [printable(line) for line in text.text.split("\n")]
        baseline = height / 2 + _HALF_CAPITAL * TEXT
        several = len(lines) > 1
        draw.text(
            (text.x, height / 2 if several else baseline),
            "\n".join(lines),
            fill=text.colour,
            font=_font(text.weight),
            anchor=_ANCHORS[text.align] + ("m" if several else "s"),
            spacing=_GAP,
            align=text.align,
        )
    return np.array(image)


def width_of(text: str, weight: str = "normal") -> float:
    """The width of a line of text, in pixels."""
    return _font(weight).getlength(printable(text))


def shortened(text: str, room: float, weight: str = "normal") -> str:
    """One line that fits into `room` pixels: the end, which distinguishes frames, is kept."""
    short = text = " ".join(text.splitlines())
    while width_of(short, weight) > room and len(short) > 1:
        excess = width_of(short, weight) - room
        short = "…" + short[1 + max(1, int(excess / TEXT)) :]
    return short


def paragraph(text: str, room: float, height: float) -> str:
    """Text wrapped into the lines that fit into `room` x `height` pixels; the rest is cut."""
    most = max(1, int(height / (_LINE * TEXT)))
    letters = max(4, int(room / (_AVERAGE * TEXT)))
    return "\n".join(textwrap.wrap(text, letters, max_lines=most, placeholder=" …"))


@functools.cache
def _font(weight: str) -> ImageFont.FreeTypeFont:
    path = Path(matplotlib.get_data_path(), "fonts", "ttf", _FONTS[weight])
    return ImageFont.truetype(path, TEXT)
