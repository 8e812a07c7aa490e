"""Trees, bushes and hedges."""

from functools import lru_cache

import cv2
import numpy as np

from auxnet_keras.street.canvas import Canvas
from auxnet_keras.street.classes import Label
from auxnet_keras.street.noise import SIZE, fractal
from auxnet_keras.street.palette import paint
from auxnet_keras.street.sketch import Sketch
from auxnet_keras.street.weather import Weather

SPRITE = 192
_UPWARDS = np.array([0.0, 0.8, -0.6])
SPECIES = ("round", "wide", "poplar", "conifer", "bush")


def _crown_outline(species: str, u: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Half width of a crown at heights u, 0 at its foot and 1 at its top."""
    if species == "conifer":
        return 0.46 * (1 - u) ** 0.85 + 0.03 * np.sin(u * 40)
    if species == "poplar":
        return 0.42 * np.sqrt(np.clip(1 - (2 * u - 1) ** 4, 0, 1))
    if species == "bush":
        return 0.47 * np.sqrt(np.clip(1 - u**2, 0, 1))
    lift = rng.uniform(0.38, 0.5)
    v = np.where(u < lift, (lift - u) / lift, (u - lift) / (1 - lift))
    return 0.46 * np.sqrt(np.clip(1 - v**2.2, 0, 1))


def _grow(species: str, variant: int) -> np.ndarray:
    """One crown lit from the upper left [192, 192]: brightness 1..255 of leaves, 0 between."""
    rng = np.random.default_rng([9, SPECIES.index(species), variant])
    shade = np.zeros((SPRITE, SPRITE), np.uint8)
    leaves = np.zeros((SPRITE, SPRITE), np.uint8)
    count = 900
    u, side, depth = rng.uniform(0.02, 0.97, count), rng.uniform(-1, 1, count), rng.random(count)
    half = _crown_outline(species, u, rng)
    # Branches bulge: no crown is a ball.
    for waves, reach in ((2.3, 0.10), (4.1, 0.08), (7.7, 0.05)):
        left, right = rng.uniform(0, 2 * np.pi, 2)
        half *= 1 - reach + reach * np.sin(2 * np.pi * waves * u + np.where(side < 0, left, right))
    # Masses of leaves, back ones first; the light falls off to the right, below and behind.
    lumps = fractal(1.35, 20 + variant)
    for i in np.argsort(depth):
        x, y = 0.5 + side[i] * half[i], 1 - u[i]
        light = 112 + 62 * (u[i] - 0.5) - 46 * side[i] * half[i] / 0.46
        light += 46 * (depth[i] - 0.6) + 24 * lumps[int(y * 150), int(x * 150)] + rng.normal(0, 11)
        radius = rng.uniform(2.5, 6.0) if species == "conifer" else rng.uniform(3.5, 9.0)
        at, size = (int(x * SPRITE), int(y * SPRITE)), int(radius)
        lit = (at[0] - size // 3, at[1] - size // 3)
        cv2.circle(shade, at, size, float(np.clip(light - 24, 6, 250)), -1)
        cv2.circle(shade, lit, max(size * 2 // 3, 1), float(np.clip(light, 6, 250)), -1)
        cv2.circle(leaves, at, size, 255, -1)
    fine = fractal(0.35, 30)[:SPRITE, :SPRITE]
    shade = np.clip(shade.astype(np.float32) + 17 * fine, 4, 252).astype(np.uint8)
    soft = cv2.GaussianBlur(leaves, (0, 0), 2.6).astype(np.float32)
    return np.where((soft > 40) & (soft + 40 * fine > 112), shade, 0).astype(np.uint8)


@lru_cache
def crowns(species: str, level: int) -> tuple[np.ndarray, ...]:
    """All crowns of a species, each halved `level` times."""
    if level == 0:
        return tuple(_grow(species, variant) for variant in range(6))
    halved = []
    for crown in crowns(species, level - 1):
        size = crown.shape[0] // 2
        leaves = cv2.resize(
            (crown > 0).astype(np.float32), (size, size), interpolation=cv2.INTER_AREA
        )
        total = cv2.resize(crown.astype(np.float32), (size, size), interpolation=cv2.INTER_AREA)
        halved.append(np.where(leaves > 0.45, total / np.maximum(leaves, 0.1), 0).astype(np.uint8))
    return tuple(halved)


_POSITION = np.linspace(0, 1, 256)
# How much of each stop (0, 0.3, 0.62, 1) is in each of the 256 tones.
_BLEND = np.stack([np.interp(_POSITION, (0, 0.3, 0.62, 1), row) for row in np.eye(4)], axis=1)


def foliage_colours(rng: np.random.Generator, season: str, species: str) -> np.ndarray:
    """Colours [256, 3] from the darkest to the brightest leaf of one plant."""
    if species == "conifer" or season == "summer":
        leaf = paint(rng, "green", "green", "green", "earth") * 1.05
    elif season == "autumn":
        leaf = paint(rng, "yellow", "brick", "earth", "green", "red")
    else:
        leaf = paint(rng, "green", "yellow", "green", "grey")
    return _BLEND @ np.array([leaf * 0.22 + (0, 4, 10), leaf * 0.62, leaf * 1.02, leaf * 1.32 + 14])


def leaf_table(colours: np.ndarray, number: int) -> np.ndarray:
    """RGB and surface number as one 32-bit value for each brightness; 0 is empty."""
    table = np.full((256, 4), number, np.uint8)
    table[:, :3] = colours
    table[0] = 0
    return table.view(np.uint32)[:, 0]


def _paint_crown(
    canvas: Canvas, centre: np.ndarray, size: tuple[float, float], species: str,
    season: str, weather: Weather, rng: np.random.Generator,
) -> None:  # fmt: skip
    """A crown of (width, height) metres whose foot is at `centre` [3]."""
    scale = canvas.camera.focal / centre[2]
    foot = canvas.camera.project(centre[None])[0]
    width, height = max(round(size[0] * scale), 2), max(round(size[1] * scale), 2)
    left, top = round(float(foot[0]) - width / 2), round(float(foot[1])) - height
    depth = float(centre[2])
    box = np.array([[left, top], [left + width - 1, top + height - 1]], float)
    patch = canvas.patch(box, depth)
    if patch is None:
        return
    level = 0 if height > 140 else 1 if height > 70 else 2
    sprites = crowns(species, level)
    sprite = sprites[rng.integers(len(sprites))]
    if weather.sun[0] > 0:  # sprites are lit from the left
        sprite = sprite[:, ::-1]
    # Sample only the part of the sprite that is in view.
    rows, columns = patch.image.shape[:2]
    step_x, step_y = len(sprite) / width, len(sprite) / height
    to_sprite = np.array(
        [
            [step_x, 0, (patch.x - left + 0.5) * step_x - 0.5],
            [0, step_y, (patch.y - top + 0.5) * step_y - 0.5],
        ]
    )
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    shade = cv2.warpAffine(sprite, to_sprite, (columns, rows), flags=flags)
    lit = weather.lit(foliage_colours(rng, season, species), _UPWARDS, depth)
    number = patch.surface(Label.VEGETATION, np.array([0.0, 0.0, 1 / depth]))
    table = leaf_table(lit, number)
    patch.image = table.take(shade).view(np.uint8).reshape(rows, columns, 4)
    canvas.paste(patch)


def paint_tree(
    canvas: Canvas, at: np.ndarray, season: str, weather: Weather, rng: np.random.Generator,
    species: str, height: float,
) -> None:  # fmt: skip
    """A tree `height` metres tall rooted at `at` (x, z)."""
    spread = {"round": 0.62, "wide": 0.85, "poplar": 0.27, "conifer": 0.42}[species] * height
    clear = height * (0.12 if species in ("conifer", "poplar") else rng.uniform(0.24, 0.36))
    lean, girth = rng.normal(0, 0.012) * height, max(height * 0.045, 0.16)
    bark, top = paint(rng, "earth", "grey", "dark"), clear + 0.3 * (height - clear)
    dark = girth * 0.22 * (1 if weather.sun[0] < 0 else -1)
    trunk = Sketch()
    stripes = ((0.0, 1.0, 1.0), (dark, 0.5, 0.6)) if at[1] < 35 else ((0.0, 1.0, 0.8),)
    for shift, share, tone in stripes:
        widths = (girth * share, girth * share * 0.55)
        ends = (shift, -0.02), (lean + shift, top)
        trunk.limb(*ends, widths, bark * tone, Label.VEGETATION)
    trunk.paint(canvas, at, weather)
    # A little nearer than the trunk, which it hides.
    centre = np.array([at[0] + lean * 0.6, clear, at[1] - 0.1])
    _paint_crown(canvas, centre, (spread, height - clear), species, season, weather, rng)


def paint_bush(
    canvas: Canvas, at: np.ndarray, season: str, weather: Weather, rng: np.random.Generator,
    size: float,
) -> None:  # fmt: skip
    """A bush `size` metres across at `at` (x, z)."""
    foot = np.array([at[0], -0.03, at[1]])
    shape = (size, size * rng.uniform(0.55, 0.85))
    _paint_crown(canvas, foot, shape, "bush", season, weather, rng)


@lru_cache
def _hedge_leaves() -> np.ndarray:
    field = 92 + 30 * fractal(0.45, 21) + 20 * fractal(1.1, 22)
    return np.clip(field, 0, 255).astype(np.uint8)


def hedge_texture(
    rng: np.random.Generator, colours: np.ndarray, size: tuple[float, float], scale: float,
) -> np.ndarray:  # fmt: skip
    """Leaves [rows, columns, 4] of a clipped hedge of (height, length) metres, as surface 1.

    Args:
        rng: Where in the noise the leaves come from.
        colours: Colours [256, 3] as seen, from the darkest to the brightest leaf.
        size: Height and length, metres.
        scale: Texels per metre.
    """
    rows = int(np.clip(size[0] * scale, 4, SIZE - 1))
    columns = int(np.clip(size[1] * scale, 4, SIZE - 1))
    row, column = rng.integers(SIZE - rows), rng.integers(SIZE - columns)
    leaves = _hedge_leaves()[row : row + rows, column : column + columns]
    fall = np.linspace(52, -48, rows, dtype=np.float32)[:, None]
    shade = cv2.add(leaves, np.repeat(fall, columns, axis=1), dtype=cv2.CV_8U)
    table = leaf_table(colours, 1)
    return table.take(np.maximum(shade, 1)).view(np.uint8).reshape(rows, columns, 4)
