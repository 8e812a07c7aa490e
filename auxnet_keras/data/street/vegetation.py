"""Trees, bushes and hedges."""

from functools import lru_cache

import cv2
import numpy as np

from auxnet_keras.data.street.canvas import Canvas
from auxnet_keras.data.street.classes import Label
from auxnet_keras.data.street.noise import SIZE, fractal
from auxnet_keras.data.street.palette import paint
from auxnet_keras.data.street.weather import Weather

SPRITE = 192
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


@lru_cache
def crowns(species: str) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Crowns lit from the upper left: shade [192, 192] and whether leaves are there."""
    made = []
    for variant in range(5):
        rng = np.random.default_rng([9, SPECIES.index(species), variant])
        shade = np.zeros((SPRITE, SPRITE), np.uint8)
        leaves = np.zeros((SPRITE, SPRITE), np.uint8)
        count = 420
        u = rng.uniform(0.02, 0.97, count)
        side = rng.uniform(-1, 1, count)
        depth = rng.uniform(0, 1, count)
        half = _crown_outline(species, u, rng) * (0.94 if species != "conifer" else 1.0)
        # Masses of leaves, back ones first; the light falls off inside and below each mass.
        lumps = fractal(1.35, 20 + variant)
        for i in np.argsort(depth):
            x = 0.5 + side[i] * half[i]
            y = 1 - u[i]
            lump = lumps[int(y * 150), int(x * 150)]
            light = 104 + 58 * (u[i] - 0.5) - 44 * side[i] * half[i] / 0.46
            light += 42 * (depth[i] - 0.6) + 26 * lump + rng.normal(0, 13)
            radius = int(rng.uniform(3.0, 8.5) if species != "conifer" else rng.uniform(2.5, 6))
            centre = (int(x * SPRITE), int(y * SPRITE))
            cv2.circle(shade, centre, radius, float(np.clip(light - 22, 6, 250)), -1)
            highlight = (centre[0] - radius // 3, centre[1] - radius // 3)
            cv2.circle(shade, highlight, max(radius * 2 // 3, 1), float(np.clip(light, 6, 250)), -1)
            cv2.circle(leaves, centre, radius, 255, -1)
        fine = fractal(0.35, 30)[:SPRITE, :SPRITE]
        shade = np.clip(shade.astype(np.float32) + 15 * fine, 4, 252).astype(np.uint8)
        soft = cv2.GaussianBlur(leaves, (0, 0), 2.2).astype(np.float32) + 34 * fine
        made.append((shade, np.where(soft > 118, 255, 0).astype(np.uint8)))
    return tuple(made)


def foliage_colours(rng: np.random.Generator, season: str, species: str) -> np.ndarray:
    """Colours [256, 3] from the darkest to the brightest leaf of one plant."""
    if species == "conifer" or season == "summer":
        leaf = paint(rng, "green", "green", "green", "earth") * 1.05
    elif season == "autumn":
        leaf = paint(rng, "yellow", "brick", "earth", "green", "red")
    else:
        leaf = paint(rng, "green", "yellow", "green", "grey")
    stops = np.array([leaf * 0.22 + (0, 4, 10), leaf * 0.62, leaf * 1.02, leaf * 1.32 + 14])
    position = np.linspace(0, 1, 256)
    return np.stack(
        [np.interp(position, (0, 0.3, 0.62, 1), stops[:, channel]) for channel in range(3)], axis=1
    )


def _paint_crown(
    canvas: Canvas, centre: np.ndarray, size: tuple[float, float], species: str,
    season: str, weather: Weather, rng: np.random.Generator,
) -> None:  # fmt: skip
    """A crown of (width, height) metres whose foot is at `centre` [3]."""
    scale = canvas.camera.focal / centre[2]
    foot = canvas.camera.project(centre[None])[0]
    width, height = max(round(size[0] * scale), 2), max(round(size[1] * scale), 2)
    left, top = round(float(foot[0]) - width / 2), round(float(foot[1])) - height
    patch = canvas.patch(np.array([[left, top], [left + width - 1, top + height - 1]], float))
    colours = foliage_colours(rng, season, species)
    variants = crowns(species)
    shade, leaves = variants[rng.integers(len(variants))]
    if patch.empty:
        return
    if weather.sun[0] > 0:  # sprites are lit from the left
        shade, leaves = shade[:, ::-1], leaves[:, ::-1]
    # Sample only the part of the sprite that is in view.
    rows, columns = patch.surface.shape
    to_sprite = np.array(
        [
            [SPRITE / width, 0, (patch.x - left + 0.5) * SPRITE / width - 0.5],
            [0, SPRITE / height, (patch.y - top + 0.5) * SPRITE / height - 0.5],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    shade = cv2.warpAffine(shade, to_sprite, (columns, rows), flags=flags)
    leaves = cv2.warpAffine(leaves, to_sprite, (columns, rows), flags=flags)
    gain = weather.shade(np.array([0.0, 0.8, -0.6]))
    lit = np.clip(colours * gain, 0, 255).astype(np.uint8)
    patch.image = cv2.LUT(cv2.merge([shade] * 3), lit[None])
    surface = canvas.billboard(Label.VEGETATION, float(centre[2]))
    patch.surface = np.where(leaves > 127, np.uint16(surface), np.uint16(0))
    canvas.paste(patch)


def paint_tree(
    canvas: Canvas, at: np.ndarray, season: str, weather: Weather, rng: np.random.Generator,
    species: str, height: float,
) -> None:  # fmt: skip
    """A tree `height` metres tall rooted at `at` (x, z)."""
    camera = canvas.camera
    spread = {"round": 0.62, "wide": 0.85, "poplar": 0.27, "conifer": 0.42}[species] * height
    clear = height * (0.12 if species in ("conifer", "poplar") else rng.uniform(0.24, 0.36))
    bark = weather.lit(paint(rng, "earth", "grey", "dark"), np.array([0.0, 0.0, -1.0]))
    scale = camera.focal / at[1]
    lean = rng.normal(0, 0.02) * height
    girth = max(height * 0.045, 0.16)
    spine = camera.project(
        np.array([[at[0], -0.02, at[1]], [at[0] + lean, clear + 0.3 * (height - clear), at[1]]])
    )
    reach = np.array([[girth * scale, 0.0]])
    patch = canvas.patch(np.concatenate([spine - reach, spine + reach]))
    if not patch.empty:
        surface = canvas.billboard(Label.VEGETATION, float(at[1]))
        patch.limb(spine[0], spine[1], (girth * scale, girth * 0.55 * scale), bark, surface)
        dark_side = 1.0 if weather.sun[0] < 0 else -1.0
        shift = np.array([dark_side * girth * scale * 0.22, 0.0])
        patch.limb(
            spine[0] + shift,
            spine[1] + shift,
            (girth * scale * 0.5, girth * 0.3 * scale),
            bark * 0.6,
        )
        canvas.paste(patch)
    centre = np.array([at[0] + lean * 0.6, clear, at[1]])
    _paint_crown(canvas, centre, (spread, height - clear), species, season, weather, rng)


def paint_bush(
    canvas: Canvas, at: np.ndarray, season: str, weather: Weather, rng: np.random.Generator,
    size: float,
) -> None:  # fmt: skip
    """A bush `size` metres across at `at` (x, z)."""
    foot = np.array([at[0], -0.03, at[1]])
    shape = (size, size * rng.uniform(0.55, 0.85))
    _paint_crown(canvas, foot, shape, "bush", season, weather, rng)


def hedge_texture(
    rng: np.random.Generator, season: str, size: tuple[float, float], scale: float,
    weather: Weather, normal: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Leaves [rows, columns, 3] for a clipped hedge of (height, length) metres."""
    rows = int(np.clip(size[0] * scale, 4, SIZE - 1))
    columns = int(np.clip(size[1] * scale, 4, SIZE - 1))
    row, column = rng.integers(SIZE - rows), rng.integers(SIZE - columns)
    window = slice(row, row + rows), slice(column, column + columns)
    shade = 92 + 30 * fractal(0.45, 21)[window] + 20 * fractal(1.1, 22)[window]
    shade = shade + np.linspace(52, -48, rows)[:, None]
    colours = np.clip(foliage_colours(rng, season, "bush") * weather.shade(normal), 1, 255)
    return colours.astype(np.uint8)[np.clip(shade, 0, 255).astype(np.uint8)]
