"""Placing buildings: textured walls, roofs, chimneys."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from auxnet_keras.street.canvas import Canvas, clip_near
from auxnet_keras.street.classes import Label
from auxnet_keras.street.facade import facade, sample_style
from auxnet_keras.street.palette import paint
from auxnet_keras.street.weather import Weather

# Draws a texture [rows, columns, 4] for (texels per metre, the wall's normal [3], its depth).
Painter = Callable[[float, np.ndarray, float], np.ndarray]
# Surface number of the gaps in a fence.
SEEN_THROUGH = 2
UP = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True)
class Lot:
    """A building.

    Args:
        start, stop: The two ends of its front, (x, z).
        depth: The vector from its front to its back, (x, z).
        height: Height of its eaves, metres.
        gabled: Whether it has a saddle roof.
        joined: Height of the building that touches it at `start`, 0 if none does.
    """

    start: np.ndarray
    stop: np.ndarray
    depth: np.ndarray
    height: float
    gabled: bool
    joined: float


def _upright(a: np.ndarray, b: np.ndarray, bottom: float, top: float) -> np.ndarray:
    """Corners [4, 3] of a wall over the ground segment a-b."""
    return np.array(
        [[a[0], top, a[1]], [b[0], top, b[1]], [b[0], bottom, b[1]], [a[0], bottom, a[1]]]
    )


def outward_normal(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Horizontal unit normal [3] of a wall, on the camera's side."""
    normal = np.array([b[1] - a[1], 0.0, a[0] - b[0]])
    normal /= np.hypot(normal[0], normal[2]) + 1e-9
    middle = (a + b) / 2
    return -normal if normal[0] * middle[0] + normal[2] * middle[1] > 0 else normal


def paint_wall(
    canvas: Canvas,
    ends: tuple[np.ndarray, np.ndarray],
    heights: tuple[float, float],
    label: Label,
    texture_of: Painter,
    holes: bool = False,
) -> None:
    """Map a texture onto an upright rectangle.

    Args:
        canvas: Where to paint.
        ends: Ground positions (x, z) of its two ends.
        heights: Bottom and top, metres.
        label: Its class.
        texture_of: Called with (texels per metre, normal, depth) only if the wall is in view;
            returns RGB and the surface number, 1.
        holes: Texels of surface SEEN_THROUGH show what is behind them but belong to the wall.
    """
    camera = canvas.camera
    a, b = ends
    if not canvas.in_view(ends):
        return
    if a[0] * max(b[1], 0.1) > b[0] * max(a[1], 0.1):  # texture runs left to right
        a, b = b, a
    corners = _upright(a, b, *heights)
    visible = clip_near(corners)
    if len(visible) < 3:
        return
    outline, nearest = camera.project(visible), float(visible[:, 2].min())
    patch = canvas.patch(outline, nearest)
    if patch is None:
        return
    normal = outward_normal(a, b)
    plane = camera.plane(corners[0], normal)
    for _ in range(SEEN_THROUGH if holes else 1):
        patch.surface(label, plane)
    texture = texture_of(
        camera.focal * min(1 / max(nearest, 6.0), 0.045), normal, float(visible[:, 2].mean())
    )
    length = float(np.hypot(*(b - a)))
    along = np.array([b[0] - a[0], 0.0, b[1] - a[1]]) / length
    size = np.array([heights[1] - heights[0], length])
    matrix = camera.wall_homography(corners[0], along, texture.shape[:2], size)
    matrix = np.array([[1, 0, -patch.x], [0, 1, -patch.y], [0, 0, 1]]) @ matrix
    # Outside the texture there is nothing; points behind the camera have no positive inverse depth.
    mode = cv2.INTER_NEAREST if holes else cv2.INTER_LINEAR
    patch.image = cv2.warpPerspective(texture, matrix, patch.image.shape[1::-1], flags=mode)
    canvas.paste(patch, patch.image[..., 3] != SEEN_THROUGH if holes else None)


def _paint_roof(canvas: Canvas, lot: Lot, colour: np.ndarray, weather: Weather) -> None:
    """A saddle roof with its ridge along the front."""
    middle = lot.depth / 2
    eaves = lot.height - 0.15
    ridge = lot.height + min(0.75 * float(np.hypot(*middle)), 4.0)
    a, b = lot.start - lot.depth * 0.04, lot.stop - lot.depth * 0.04
    c, d = lot.stop + middle, lot.start + middle
    back = lot.start + lot.depth
    slope = np.array([[a[0], eaves, a[1]], [b[0], eaves, b[1]], [c[0], ridge, c[1]],
                      [d[0], ridge, d[1]]])  # fmt: skip
    gable = np.array([[lot.start[0], lot.height, lot.start[1]], [d[0], ridge, d[1]],
                      [back[0], lot.height, back[1]]])  # fmt: skip
    for corners, tone in ((gable, colour * 1.15), (slope, colour)):
        normal = np.cross(corners[1] - corners[0], corners[2] - corners[0])
        normal /= np.linalg.norm(normal) + 1e-9
        centre = corners.mean(axis=0)
        if normal @ (centre - (0.0, canvas.camera.height, 0.0)) > 0:
            normal = -normal
        colour_seen = weather.lit(tone, normal, max(float(centre[2]), 1.0))
        canvas.flat(corners, colour_seen, Label.BUILDING, normal)


def paint_building(canvas: Canvas, lot: Lot, weather: Weather, rng: np.random.Generator) -> None:
    """A building: its front, its two ends and, if gabled, its roof."""
    style = sample_style(rng, small=lot.gabled)
    roof = paint(rng, "brick", "dark", "grey", "earth", "dark")
    seed = int(rng.integers(1 << 31))

    def texture(length: float, blank: bool) -> Painter:
        def draw(scale: float, normal: np.ndarray, depth: float) -> np.ndarray:
            own = np.random.default_rng([seed, blank])
            return facade(own, style, (lot.height, length), scale, weather, normal, depth, blank)

        return draw

    walls = (0.0, lot.height)
    front = float(np.hypot(*(lot.stop - lot.start)))
    paint_wall(canvas, (lot.start, lot.stop), walls, Label.BUILDING, texture(front, False))
    deep = float(np.hypot(*lot.depth))
    for corner, away in ((lot.start, lot.start - lot.stop), (lot.stop, lot.stop - lot.start)):
        if away @ corner >= 0:  # this end faces away from the camera
            continue
        end, joined = (corner, corner + lot.depth), lot.joined if corner is lot.start else 0.0
        if joined == 0:
            paint_wall(canvas, end, walls, Label.BUILDING, texture(deep, deep < 16))
        else:  # mostly hidden by the neighbour
            normal = outward_normal(*end)
            seen = weather.lit(style.wall * 0.9, normal, max(float(corner[1]), 1.0))
            canvas.flat(_upright(*end, *walls), seen, Label.BUILDING, normal)
    if lot.gabled:
        _paint_roof(canvas, lot, roof, weather)
