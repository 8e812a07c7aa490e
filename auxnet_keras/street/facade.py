"""Drawing facades: windows, doors, shops, balconies on walls of many materials."""

from dataclasses import dataclass

import cv2
import numpy as np

from auxnet_keras.street.noise import SIZE, wall_grain
from auxnet_keras.street.palette import paint
from auxnet_keras.street.weather import Weather

# A bay of one storey, and the position of its pane: x, y, width, height.
Cell = tuple[np.ndarray, tuple[float, float, float, float]]


@dataclass(frozen=True)
class Style:
    """One architect's habits; colours RGB, lengths in metres, shares of a bay or storey."""

    wall: np.ndarray
    trim: np.ndarray
    frame: np.ndarray
    accent: np.ndarray
    bricks: bool
    storey: float
    bay: float
    window: tuple[float, float]
    shutters: bool
    balcony: bool
    shops: bool
    bands: bool


def sample_style(rng: np.random.Generator, small: bool) -> Style:
    """Draw a style for a house (small) or a block."""
    bricks = rng.random() < 0.3
    wall = paint(rng, "brick") if bricks else paint(
        rng, "cream", "white", "grey", "grey", "earth", "pink", "green", "blue", "yellow", "dark"
    )  # fmt: skip
    return Style(
        wall=wall,
        trim=paint(rng, "white", "cream", "grey", "earth"),
        frame=paint(rng, "white", "white", "dark", "earth", "green"),
        accent=paint(rng, "red", "green", "blue", "yellow", "dark", "white", "brick"),
        bricks=bricks,
        storey=float(rng.uniform(2.7, 3.5)),
        bay=float(rng.uniform(1.9, 3.6)),
        window=(float(rng.uniform(0.32, 0.72)), float(rng.uniform(0.45, 0.66))),
        shutters=rng.random() < 0.25,
        balcony=not small and rng.random() < 0.3,
        shops=not small and rng.random() < 0.65,
        bands=rng.random() < 0.5,
    )


def _box(image: np.ndarray, x: float, y: float, w: float, h: float, colour: np.ndarray) -> None:
    """Fill a rectangle; edges that fall on the same texel vanish."""
    left, top, right, bottom = round(x), round(y), round(x + w) - 1, round(y + h) - 1
    if right >= left and bottom >= top:
        cv2.rectangle(image, (left, top), (right, bottom), colour.tolist(), -1)


def _glass(image: np.ndarray, x: float, y: float, w: float, h: float, weather: Weather) -> None:
    """A pane: the sky in its upper part, a dark room below."""
    sky = weather.horizon * 0.34 + 12
    room = np.array([38.0, 42.0, 50.0])
    _box(image, x, y, w, h, room)
    _box(image, x, y, w, h * 0.45, sky)
    _box(image, x, y, w, max(h * 0.1, 0.6), room * 0.6)


def _window_cell(style: Style, cell: tuple[int, int], scale: float, weather: Weather) -> Cell:
    """One bay of one storey [h, w, 3] and where its pane is (x, y, w, h)."""
    h, w = cell
    image = np.empty((h, w, 3), np.uint8)
    image[:] = style.wall.astype(np.uint8)
    if style.bricks and scale > 11:
        course = max(round(0.16 * scale), 3)
        image[::course] = np.clip(style.wall * 0.78 + 22, 1, 255)
    if style.bands:
        _box(image, 0, h - max(0.16 * scale, 1), w, max(0.16 * scale, 1), style.trim)
    pane_w, pane_h = style.window[0] * w, style.window[1] * h
    x, y = (w - pane_w) / 2, h * 0.2
    edge = max(0.09 * scale, 0.7)
    _box(
        image, x - edge * 1.6, y - edge * 1.6, pane_w + 3.2 * edge, pane_h + 3.4 * edge, style.trim
    )
    _box(image, x - edge, y - edge, pane_w + 2 * edge, pane_h + 2 * edge, style.frame)
    _glass(image, x, y, pane_w, pane_h, weather)
    if style.window[0] * style.bay > 0.9:
        _box(image, x + pane_w / 2 - edge / 2, y, edge, pane_h, style.frame)
    if style.window[0] < 0.5:
        _box(image, x, y + pane_h * 0.3, pane_w, max(edge * 0.8, 0.6), style.frame)
    _box(image, x - 2 * edge, y + pane_h + edge, pane_w + 4 * edge, edge, style.trim * 1.08)
    _box(image, x - 2 * edge, y + pane_h + 2 * edge, pane_w + 4 * edge, edge, style.wall * 0.62)
    if style.shutters:
        for left in (x - edge - 0.3 * pane_w, x + pane_w + edge):
            _box(image, left, y - edge, 0.3 * pane_w, pane_h + 2 * edge, style.accent * 0.8)
    if style.balcony:
        floor = y + pane_h
        _box(image, x - 0.18 * w, floor, pane_w + 0.36 * w, max(0.14 * scale, 1), style.trim * 0.9)
        _box(image, x - 0.18 * w, floor + 0.14 * scale, pane_w + 0.36 * w, 0.2 * scale,
             style.wall * 0.6)  # fmt: skip
        top = floor - 0.32 * h
        _box(image, x - 0.16 * w, top, pane_w + 0.32 * w, max(0.06 * scale, 0.8), style.frame * 0.5)
        for bar in np.arange(x - 0.16 * w, x + pane_w + 0.16 * w, max(0.22 * scale, 2.5)):
            _box(image, bar, top, max(0.05 * scale, 0.6), floor - top, style.frame * 0.5)
    return image, (x, y, pane_w, pane_h)


def _ground_floor(
    rng: np.random.Generator, image: np.ndarray, style: Style, bays: int, top: int, scale: float,
    weather: Weather,
) -> None:  # fmt: skip
    """Shops with awnings, or a door and a plinth, below row `top`."""
    h, w = image.shape[0] - top, image.shape[1] / bays
    if style.shops and bays > 1:
        image[top:] = (style.trim * 0.8).astype(np.uint8)
        for bay in range(bays):
            x = bay * w
            _glass(image, x + 0.08 * w, top + 0.3 * h, 0.84 * w, 0.6 * h, weather)
            goods = paint(rng, "cream", "red", "yellow", "blue", "brick") * 0.6
            _box(image, x + 0.14 * w, top + 0.62 * h, 0.7 * w, 0.22 * h, goods)
            fascia = style.accent if rng.random() < 0.7 else paint(rng, "blue", "red", "dark")
            _box(image, x, top + 0.06 * h, w, 0.2 * h, fascia * 0.85)
            _box(image, x + 0.2 * w, top + 0.12 * h, 0.6 * w, 0.07 * h, style.trim * 1.1)
            if scale > 9 and rng.random() < 0.5:
                stripe = max(w / 10, 2)
                for i, left in enumerate(np.arange(x, x + w - 1, stripe)):
                    tone = style.accent if i % 2 else np.array([225.0, 222.0, 214.0])
                    _box(image, left, top + 0.26 * h, stripe, 0.13 * h, tone)
                _box(image, x, top + 0.39 * h, w, 0.05 * h, style.wall * 0.4)
    door = int(rng.integers(bays))
    x = door * w + 0.28 * w
    tall = min(2.15 * scale, 0.8 * h)
    foot = image.shape[0]
    _box(image, 0, foot - 0.35 * scale, image.shape[1], 0.35 * scale, style.wall * 0.7)
    _box(image, x - 0.1 * scale, foot - tall - 0.12 * scale, min(0.44 * w, 1.3 * scale)
         + 0.2 * scale, tall + 0.12 * scale, style.trim)  # fmt: skip
    _box(image, x, foot - tall, min(0.44 * w, 1.3 * scale), tall, style.accent * 0.62)
    _box(image, x, foot - tall, min(0.44 * w, 1.3 * scale), tall * 0.22, np.array([52, 58, 68.0]))


def facade(
    rng: np.random.Generator, style: Style, size: tuple[float, float], scale: float,
    weather: Weather, normal: np.ndarray, depth: float, blank: bool,
) -> np.ndarray:  # fmt: skip
    """A wall's texture, lit.

    Args:
        rng: Which windows have curtains, what shops sell.
        style: The architect.
        size: Height and length, metres.
        scale: Texels per metre.
        weather: The light.
        normal: The wall's unit normal [3].
        depth: How far away it is, for the haze.
        blank: An end wall, with few windows or none.
    """
    storeys = max(1, round(size[0] / style.storey))
    bays = max(1, round(size[1] / style.bay))
    cell = (max(round(style.storey * scale), 4), max(round(style.bay * scale), 4))
    if blank:
        image = np.empty((storeys * cell[0], bays * cell[1], 3), np.uint8)
        image[:] = (style.wall * 0.95).astype(np.uint8)
        if style.bricks and scale > 11:
            image[:: max(round(0.16 * scale), 3)] = np.clip(style.wall * 0.75 + 20, 1, 255)
        if storeys > 1 and rng.random() < 0.6:
            one, _ = _window_cell(style, cell, scale, weather)
            for storey in range(storeys - 1):
                image[storey * cell[0] : (storey + 1) * cell[0], : cell[1]] = one
    else:
        one, (x, y, w, h) = _window_cell(style, cell, scale, weather)
        image = np.tile(one, (storeys, bays, 1))
        for row, bay in np.argwhere(rng.random((storeys, bays)) < (0.5 if weather.lamps else 0.35)):
            left, top = bay * cell[1] + x, row * cell[0] + y
            if weather.lamps and rng.random() < 0.6:
                warm = np.array([255.0, 212.0, 140.0]) / np.maximum(weather.shade(normal), 0.2)
                _box(image, left, top, w, h, np.minimum(warm, 255) * rng.uniform(0.6, 1.0))
            else:
                tone = paint(rng, "white", "cream", "grey", "earth") * 0.72
                _box(image, left, top, w, h * rng.uniform(0.2, 1.0), tone)
        _ground_floor(rng, image, style, bays, (storeys - 1) * cell[0], scale, weather)
    rows, columns = image.shape[:2]
    _box(image, 0, 0, columns, max(0.35 * scale, 1), style.trim * 0.9)
    _box(image, 0, 0.35 * scale, columns, max(0.22 * scale, 1), style.wall * 0.55)
    # Walls have grain and are dirtier at the foot.
    if rows <= SIZE and columns <= SIZE:
        at = int(rng.integers(SIZE - rows + 1)), int(rng.integers(SIZE - columns + 1))
        grain = wall_grain()[at[0] : at[0] + rows, at[1] : at[1] + columns]
        image = cv2.multiply(image, grain, scale=1 / 128)
    foot = max(rows // 4, 1)
    fall = np.linspace(1.0, 0.78, foot, dtype=np.float32)[:, None]
    fall = cv2.merge([np.repeat(fall, columns, axis=1)] * 3)
    image[-foot:] = cv2.multiply(image[-foot:], fall, dtype=cv2.CV_8U)
    table = weather.lit(np.arange(256.0)[:, None], normal, depth)
    image = cv2.LUT(image, table.astype(np.uint8)[None])
    return cv2.merge([image, np.ones((rows, columns), np.uint8)])
