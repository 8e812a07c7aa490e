"""What stands along a lot's edge: fences, railings, garden walls and hedges."""

import cv2
import numpy as np

from auxnet_keras.street.buildings import SEEN_THROUGH, UP, paint_wall
from auxnet_keras.street.canvas import Canvas
from auxnet_keras.street.classes import Label
from auxnet_keras.street.noise import SIZE, wall_grain
from auxnet_keras.street.palette import paint
from auxnet_keras.street.vegetation import foliage_colours, hedge_texture
from auxnet_keras.street.weather import Weather

FENCES = ("boards", "pickets", "railing", "ranch", "mesh")


def _fence_texture(
    kind: str, colour: np.ndarray, size: tuple[float, float], scale: float,
    weather: Weather, normal: np.ndarray, depth: float,
) -> np.ndarray:  # fmt: skip
    """A fence [rows, columns, 4]: RGB and surface 1, or SEEN_THROUGH in its gaps."""
    rows = int(np.clip(size[0] * scale, 3, SIZE))
    columns = int(np.clip(size[1] * scale, 4, 900))
    scale_x, scale_y = columns / size[1], rows / size[0]
    lit = np.maximum(weather.lit(colour, normal, depth), 2)
    x = np.arange(columns) / scale_x
    y = (rows - 0.5 - np.arange(rows)) / scale_y
    image = np.zeros((rows, columns, 3), np.float32)

    def bars(pitch: float, width: float, tone: float) -> None:
        image[:, (x % pitch) < max(width, 0.8 / scale_x)] = lit * tone

    def rail(height: float, width: float, tone: float) -> None:
        image[np.abs(y - height) < max(width / 2, 0.5 / scale_y)] = lit * tone

    if kind == "boards":
        image[:] = lit
        board = np.floor(x / 0.16).astype(int)
        image *= (0.86 + 0.24 * ((board * 7919) % 13 / 12))[None, :, None]
        image[:, (x % 0.16) < 0.022] *= 0.45
        rail(size[0] - 0.1, 0.09, 0.72)
    elif kind == "pickets":
        rail(size[0] * 0.3, 0.09, 0.75)
        rail(size[0] * 0.78, 0.09, 0.75)
        bars(0.17, 0.11, 1.0)
        image[: max(int(0.06 * rows), 1), (x % 0.34) < 0.17] = 0
    elif kind == "railing":
        bars(0.15, 0.035, 0.8)
        rail(0.12, 0.06, 0.9)
        rail(size[0] - 0.05, 0.09, 1.1)
        bars(2.0, 0.12, 1.0)
    elif kind == "ranch":
        for share in (0.28, 0.6, 0.93):
            rail(size[0] * share, 0.14, 1.0)
        bars(2.2, 0.14, 0.9)
    else:
        diagonal = np.minimum((x[None, :] + y[:, None]) % 0.14, (x[None, :] - y[:, None]) % 0.14)
        image[diagonal < max(0.022, 0.45 / scale_x)] = lit * 0.8
        bars(2.5, 0.09, 1.0)
        rail(size[0] - 0.04, 0.07, 1.0)
    grain = wall_grain()[:rows, np.arange(columns) % SIZE]
    fence = np.empty((rows, columns, 4), np.uint8)
    fence[..., :3] = cv2.multiply(image, grain, scale=1 / 128, dtype=cv2.CV_8U)
    fence[..., 3] = np.where(image[..., 0] > 0, 1, SEEN_THROUGH)
    return fence


def paint_fence(
    canvas: Canvas, ends: tuple[np.ndarray, np.ndarray], kind: str, height: float,
    weather: Weather, rng: np.random.Generator,
) -> None:  # fmt: skip
    """A fence between two ground positions (x, z), see-through unless of boards."""
    if kind == "boards":
        colour = paint(rng, "earth", "earth", "grey", "green", "white", "brick")
    else:
        colour = paint(rng, "white", "dark", "green", "earth", "grey", "blue")
    length = float(np.hypot(*(ends[1] - ends[0])))

    def draw(scale: float, normal: np.ndarray, depth: float) -> np.ndarray:
        return _fence_texture(kind, colour, (height, length), scale, weather, normal, depth)

    paint_wall(canvas, ends, (0.0, height), Label.FENCE, draw, holes=kind != "boards")


def paint_hedge(
    canvas: Canvas, ends: tuple[np.ndarray, np.ndarray], back: np.ndarray, height: float,
    season: str, weather: Weather, rng: np.random.Generator,
) -> None:  # fmt: skip
    """A clipped hedge: its front, and its end towards the camera; `back` is its thickness."""
    leaves = foliage_colours(rng, season, "bush")
    away = ends[1] - ends[0]
    sides = [ends]
    for end, outward in ((ends[0], -away), (ends[1], away)):
        if outward @ end < 0:  # this end faces the camera
            sides.append((end, end + back))
    for a, b in sides:
        length = float(np.hypot(*(b - a)))

        def draw(
            scale: float, normal: np.ndarray, depth: float, length: float = length
        ) -> np.ndarray:
            seen = weather.lit(leaves, normal, depth)
            return hedge_texture(rng, seen, (height, length), scale)

        paint_wall(canvas, (a, b), (0.0, height), Label.VEGETATION, draw)
    if canvas.camera.height > height:
        top = np.array([ends[0], ends[1], ends[1] + back, ends[0] + back])
        seen = weather.lit(leaves[150], UP, max(float(top[:, 1].mean()), 1.0))
        canvas.flat(np.insert(top, 1, height, axis=1), seen, Label.VEGETATION, UP)
