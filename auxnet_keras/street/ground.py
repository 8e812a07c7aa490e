"""Painting the ground: road, lane marking, curb, sidewalk, grass, with grain and shadows."""

import cv2
import numpy as np

from auxnet_keras.street.canvas import Canvas
from auxnet_keras.street.classes import Label
from auxnet_keras.street.noise import GRAIN, GRAIN_METRES, MATERIALS, material_grain
from auxnet_keras.street.palette import paint, pick
from auxnet_keras.street.road import Side, Street
from auxnet_keras.street.weather import Weather
from auxnet_keras.street.zones import LINE, ROAD, brightness_section, section_entry, zones_of

FAR = 300.0


def _materials(street: Street, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Colour [8, 3] and material code [8] of every zone."""
    road = paint(rng, "grey", "dark", "grey", "earth") * 0.75 + 12
    walk = paint(rng, "grey", "cream", "grey", "brick", "earth")
    curb = paint(rng, "grey", "white")
    line = paint(rng, "white") if rng.random() < 0.85 else paint(rng, "yellow", "white")

    def soft(side: Side) -> np.ndarray:
        if side.yard in ("slabs", "pavers"):
            return paint(rng, "grey", "earth", "cream", "brick")
        return paint(rng, "green", "green", "earth")

    asphalt = MATERIALS.index(pick(rng, {"asphalt": 0.45, "old asphalt": 0.45, "pavers": 0.1}))
    paving = MATERIALS.index(pick(rng, {"slabs": 0.34, "pavers": 0.33, "asphalt": 0.33}))
    verge = paint(rng, "green", "green", "earth")
    colours = [road, line, road, curb, walk, verge, soft(street.left), soft(street.right)]
    codes = [asphalt, asphalt, asphalt, asphalt, paving, MATERIALS.index("grass")]
    codes += [MATERIALS.index(street.left.yard), MATERIALS.index(street.right.yard)]
    return np.array(colours), np.array(codes, np.uint8)


def _grain(
    s: np.ndarray, t: np.ndarray, codes: np.ndarray, z: np.ndarray, focal: float
) -> np.ndarray:
    """Grain around 128 [rows, columns], from the mip level that suits each depth."""
    levels = material_grain()
    grain = np.full(s.shape, 128, np.uint8)
    texel = GRAIN_METRES / GRAIN
    # Texels of the finest level; the offset keeps them positive.
    column = (s * np.float32(1 / texel) + np.float32(65536)).astype(np.int32)
    row = (t * np.float32(1 / texel) + np.float32(65536)).astype(np.int32)
    # A texel should not be smaller than a sample across; rows are coarser still.
    bounds = [0.0] + [texel * focal * 2**level * 0.8 for level in range(len(levels))]
    for level, texels in enumerate(levels):
        rows = np.flatnonzero((z >= bounds[level]) & (z < bounds[level + 1]))
        if not len(rows):
            continue
        band = slice(rows[0], rows[-1] + 1)
        bits = GRAIN.bit_length() - 1 - level
        index = (row[band] >> level) & ((1 << bits) - 1)
        index <<= bits
        index |= (column[band] >> level) & ((1 << bits) - 1)
        index += codes[band].astype(np.int32) << (2 * bits)
        grain[band] = texels.reshape(-1).take(index)
    return grain


def paint_ground(
    canvas: Canvas, street: Street, weather: Weather, shadow: np.ndarray, rng: np.random.Generator
) -> int:
    """Paint everything flat; returns the highest surface number used.

    Args:
        canvas: The canvas, with nothing but sky.
        street: The street.
        weather: The light.
        shadow: Share of light lost [rows, columns]; 255 is all.
        rng: Where colours and materials come from.
    """
    camera = canvas.camera
    colours, materials = _materials(street, rng)
    first = int(np.ceil(camera.cy + camera.focal * camera.height / FAR))
    rows = slice(max(first, 0), camera.size[0])
    z = 1 / np.maximum(canvas.ray_y[rows].astype(float) / camera.height, 1 / FAR)
    s, t = street.coordinates(canvas.ray_x, z)
    entry = section_entry(s)
    zones = zones_of(street, s, t, entry)
    grain = _grain(s, t, materials.take(zones), z, camera.focal)

    # Light that remains after the haze of each row's depth; the rest is the horizon's.
    remains = np.exp(-weather.haze * z)[:, None]
    gain = cv2.multiply(brightness_section(street).take(entry), grain, scale=1 / 128)
    gain = cv2.multiply(gain, 255 - shadow[rows], scale=1 / 255)
    row_gain = np.repeat((remains * 255).astype(np.uint8), gain.shape[1], axis=1)
    gain = cv2.multiply(gain, row_gain, scale=1 / 255)
    lit = np.zeros((len(colours) + 1, 4), np.uint8)
    lit[:-1, :3] = np.clip(colours * weather.shade(np.array([0.0, 1.0, 0.0])), 0, 255)
    # Paint wears off: worn places show the road.
    lit[-1] = 0.5 * lit[LINE] + 0.5 * lit[ROAD]
    tones = zones.copy().reshape(-1)
    lines = np.flatnonzero(tones == LINE)
    tones[lines[grain.reshape(-1)[lines] < 122]] = len(colours)
    image = lit.view(np.uint32)[:, 0].take(tones).view(np.uint8).reshape(*zones.shape, 4)
    image = cv2.multiply(image, cv2.merge([gain] * 4), scale=1 / 128)
    veil = np.zeros((len(z), 1, 4), np.uint8)
    veil[..., :3] = (weather.horizon * (1 - remains))[:, None]
    cv2.add(image, np.repeat(veil, image.shape[1], axis=1), dst=canvas.image[rows])

    labels = [Label.ROAD, Label.LANE_MARKING, Label.ROAD, Label.SIDEWALK, Label.SIDEWALK]
    labels.append(Label.VEGETATION)
    labels += [
        Label.SIDEWALK if side.yard in ("slabs", "pavers") else Label.VEGETATION
        for _, side in street.sides
    ]
    ids = np.array([canvas.new_surface(label, camera.ground()) for label in labels], np.uint16)
    canvas.surface[rows] = ids.take(zones)
    canvas.inverse_depth[rows] = (1 / z).astype(np.float32)[:, None]
    return int(ids[-1])
