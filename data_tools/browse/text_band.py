"""Words as pixels: titles, captions, and what is said in the place of a picture."""

import textwrap
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

from auxnet_keras.plots import figure as figures

TEXT = 22
"""Height of the letters in pixels; a page shows a montage at about half its size."""

INK, GREY = figures.INK, "#656d76"
_DPI = 128  # a power of two, so that n / _DPI inches are n pixels and never one less
_LINE = 1.35  # of the letters' height
_HALF_CAPITAL = 0.365  # of the letters' height; texts side by side share their baseline
_AVERAGE = 0.6  # width of a letter, of its height


@dataclass(frozen=True)
class Words:
    """A text, and where it stands in a band.

    Args:
        text: One line or several; names of files may hold anything.
        x: In pixels from the left: of the text's left end, middle or right end.
        align: Which of the three, "left", "center" or "right".
        weight: "normal" or "bold".
        colour: As Matplotlib names it.
    """

    text: str
    x: float
    align: str = "left"
    weight: str = "normal"
    colour: str = INK


def band(
    height: int, width: int, words: Sequence[Words], background: Sequence[int] = (255, 255, 255)
) -> np.ndarray:
    """Texts side by side, half-way up a band of one colour.

    Args:
        height, width: In pixels.
        background: RGB, 0..255.

    Returns:
        uint8 [height, width, 3], RGB.
    """
    figure = figures.new(width / _DPI, height / _DPI, _DPI)
    figure.set_facecolor([value / 255 for value in background])
    for word in words:
        several = "\n" in word.text
        figure.text(
            word.x / width,
            0.5 if several else 0.5 - _HALF_CAPITAL * TEXT / height,
            _printable(word.text),
            fontproperties=_font(word.weight),
            ha=word.align,
            va="center" if several else "baseline",
            color=word.colour,
            linespacing=_LINE,
            parse_math=False,
        )
    with _without_missing_glyphs():
        return figures.pixels(figure)


def width_of(text: str, weight: str = "normal") -> float:
    """The width of a line of text, in pixels."""
    with _without_missing_glyphs():
        return _RENDERER.get_text_width_height_descent(
            _printable(text), _font(weight), ismath=False
        )[0]


def shortened(text: str, room: float, weight: str = "normal") -> str:
    """One line that fits into `room` pixels: the text's end, which tells frames apart, is kept."""
    short = text = " ".join(text.splitlines())
    while width_of(short, weight) > room and len(short) > 1:
        excess = width_of(short, weight) - room
        short = "…" + short[1 + max(1, int(excess / TEXT)) :]
    return short


def paragraph(text: str, room: float, height: float) -> str:
    """A sentence broken into the lines that fit into `room` x `height` pixels; the rest is cut."""
    most = max(1, int(height / (_LINE * TEXT)))
    letters = max(4, int(room / (_AVERAGE * TEXT)))
    return "\n".join(textwrap.wrap(text, letters, max_lines=most, placeholder=" …"))


_RENDERER = RendererAgg(1, 1, _DPI)


def _font(weight: str) -> FontProperties:
    return FontProperties(size=TEXT * 72 / _DPI, weight=weight)


def _printable(text: str) -> str:
    """Without control characters and bytes that are no text, of which no font has a picture."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text)


def _without_missing_glyphs() -> warnings.catch_warnings:
    """A letter that the font lacks is drawn as an empty box; that is all there is to say."""
    return warnings.catch_warnings(action="ignore", category=UserWarning)
