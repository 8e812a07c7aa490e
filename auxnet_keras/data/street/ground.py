"""Painting the ground: road, lane marking, curb, sidewalk, grass, with grain and shadows."""

import cv2
import numpy as np

from auxnet_keras.data.street.canvas import Canvas
from auxnet_keras.data.street.classes import Label
from auxnet_keras.data.street.noise import GRAIN, GRAIN_METRES, MATERIALS, material_grain
from auxnet_keras.data.street.palette import paint
from auxnet_keras.data.street.road import Side, Street
from auxnet_keras.data.street.weather import Weather

FAR = 300.0
# Cross-sections are tables with one entry every RESOLUTION metres out to EXTENT on each side.
EXTENT, RESOLUTION = 50.0, 0.025
ROAD, LINE, DASH, CURB, WALK, VERGE, LEFT_YARD, RIGHT_YARD = range(8)
_DASH_PERIOD, _DASH_LENGTH = 9.0, 4.0
_ZEBRA_DEPTH = 3.2


def _cross_section(street: Street) -> np.ndarray:
    """Zone codes over s."""
    s = np.arange(-EXTENT, EXTENT, RESOLUTION)
    zones = np.full(s.shape, ROAD, np.uint8)
    if street.marked:
        if not street.one_way:
            zones[np.abs(s) < 0.09] = DASH if street.left.road < 4 else LINE
        for line in np.arange(street.lane, street.left.road - 1.0, street.lane):
            zones[np.abs(np.abs(s) - line) < 0.08] = DASH
        zones[np.abs(np.abs(s) - street.left.road + 0.15) < 0.075] = LINE
    for sign, side in street.sides:
        out = sign * s
        yard = LEFT_YARD if sign < 0 else RIGHT_YARD
        zones[out > side.curb] = CURB
        zones[out > side.curb + 0.18] = VERGE
        zones[out > side.walk] = WALK
        zones[out > side.front] = yard
    return zones


def _gain_section(street: Street) -> np.ndarray:
    """Brightness over s: worn wheel tracks, dirty gutters, a bright curb edge."""
    s = np.arange(-EXTENT, EXTENT, RESOLUTION)
    gain = np.ones(s.shape, np.float32)
    for sign, side in street.sides:
        out = sign * s
        track = np.cos(2 * np.pi * out / street.lane * 2)
        gain = np.where((out >= 0) & (out < side.road), 1 - 0.045 * track, gain)
        gutter = np.exp(-np.square((out - side.curb) / 0.35))
        gain = np.where((out > 0) & (out < side.curb), gain * (1 - 0.28 * gutter), gain)
        foot = np.exp(-np.abs(out - side.building) / 0.7)
        gain = np.where((out > side.walk) & (out < side.building), gain * (1 - 0.3 * foot), gain)
    return gain.astype(np.float32)


def _cross_streets(zones: np.ndarray, s: np.ndarray, t: np.ndarray, street: Street) -> None:
    """Overwrite the zones where another street meets this one."""
    if street.end is not None:
        walk = street.right.sidewalk + 1.0
        zones[t > street.end - walk - 8.0] = ROAD
        zones[t > street.end - walk - 0.2] = CURB
        zones[t > street.end - walk] = WALK
        zones[t > street.end] = RIGHT_YARD
    if street.crossing is not None:
        start, stop = street.crossing
        for is_open, sign, side in zip(
            (street.open_left, street.open_right), (-1, 1), (street.left, street.right), strict=True
        ):
            if not is_open:
                continue
            beside = s * sign > side.road
            near = beside & (t > start - 2.2) & (t < stop + 2.2) & (s * sign > side.walk)
            zones[near] = WALK
            zones[beside & (t > start) & (t < stop)] = ROAD
        middle = (t > start) & (t < stop) & (np.abs(s) < max(street.left.curb, street.right.curb))
        zones[middle & ((zones == LINE) | (zones == DASH))] = ROAD
    if street.zebra is not None:
        on = (t > street.zebra) & (t < street.zebra + _ZEBRA_DEPTH) & (zones < CURB)
        bars = ((s + EXTENT) * 2).astype(np.int16) & 1
        zones[on] = np.where(bars[on] == 1, LINE, ROAD)
        stop_line = (t > street.zebra - 1.6) & (t < street.zebra - 1.2) & (zones < CURB)
        zones[stop_line & (s * np.sign(-street.offset or 1.0) > 0)] = LINE


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

    asphalt = MATERIALS.index(str(rng.choice(["asphalt", "old asphalt"])))
    if rng.random() < 0.1:
        asphalt = MATERIALS.index("pavers")
    paving = MATERIALS.index(str(rng.choice(["slabs", "pavers", "asphalt"])))
    verge = paint(rng, "green", "green", "earth")
    colours = [road, line, road, curb, walk, verge, soft(street.left), soft(street.right)]
    codes = [asphalt, asphalt, asphalt, asphalt, paving, MATERIALS.index("grass")]
    codes += [MATERIALS.index(street.left.yard), MATERIALS.index(street.right.yard)]
    return np.array(colours), np.array(codes, np.uint8)


def _grain(s: np.ndarray, t: np.ndarray, codes: np.ndarray, z: np.ndarray, focal: float):
    """Grain around 128 [rows, columns], from the mip level that suits each depth."""
    levels = material_grain()
    grain = np.full(s.shape, 128, np.uint8)
    texel = GRAIN_METRES / GRAIN
    # A texel should not be smaller than a sample across; rows are coarser still.
    bounds = [0.0] + [texel * focal * 2**level * 0.8 for level in range(len(levels))]
    for level, texels in enumerate(levels):
        rows = np.flatnonzero((z >= bounds[level]) & (z < bounds[level + 1]))
        if not len(rows):
            continue
        band = slice(rows[0], rows[-1] + 1)
        size = texels.shape[1]
        scale = size / GRAIN_METRES
        column = (s[band] * scale + 65536).astype(np.int32) & (size - 1)
        row = (t[band] * scale + 65536).astype(np.int32) & (size - 1)
        index = (codes[band].astype(np.int32) * size + row) * size + column
        grain[band] = texels.reshape(-1).take(index)
    return grain


def paint_ground(
    canvas: Canvas, street: Street, weather: Weather, shadow: np.ndarray, rng: np.random.Generator
) -> int:
    """Paint everything flat; returns the highest surface number it used.

    Args:
        canvas: The canvas, nothing but sky on it.
        street: The street.
        weather: The light.
        shadow: Share of light lost [rows, columns], 255 being all.
        rng: Where colours and materials come from.
    """
    camera = canvas.camera
    colours, materials = _materials(street, rng)
    first = int(np.ceil(camera.cy + camera.focal * camera.height / FAR))
    rows = slice(max(first, 0), camera.size[0])
    z = 1 / np.maximum(canvas.ray_y[rows].astype(float) / camera.height, 1 / FAR)
    s, t = street.coordinates(canvas.ray_x, z)
    entry = ((s + EXTENT) * (1 / RESOLUTION)).astype(np.int32)
    np.clip(entry, 0, int(2 * EXTENT / RESOLUTION) - 1, out=entry)
    zones = _cross_section(street).take(entry)
    _cross_streets(zones, s, t, street)
    dashed = zones == DASH
    on = ((t + 900.0) * 10).astype(np.int32) % int(_DASH_PERIOD * 10) < int(_DASH_LENGTH * 10)
    zones[dashed & on] = LINE
    grain = _grain(s, t, materials[zones], z, camera.focal)

    # Light that remains after the haze of each row's depth; the rest is the horizon's.
    remains = np.exp(-weather.haze * z).astype(np.float32)[:, None]
    gain = _gain_section(street).take(entry)
    gain *= 255 - shadow[rows].astype(np.float32)
    gain *= remains * np.float32(1 / 255)
    gain = cv2.multiply(gain, grain, dtype=cv2.CV_8U)
    lit = np.zeros((len(colours), 4), np.uint8)
    lit[:, :3] = np.clip(colours * weather.shade(np.array([0.0, 1.0, 0.0])), 0, 255)
    # Paint wears off: worn places show the road.
    worn = len(lit)
    lit = np.concatenate([lit, (0.5 * lit[LINE] + 0.5 * lit[ROAD]).astype(np.uint8)[None]])
    tones = np.where((zones == LINE) & (grain < 122), np.uint8(worn), zones)
    image = np.take(lit.view(np.uint32)[:, 0], tones).view(np.uint8).reshape(*tones.shape, 4)
    image = cv2.multiply(image, cv2.merge([gain] * 4), scale=1 / 128)
    veil = np.zeros((len(z), 1, 4), np.uint8)
    veil[..., :3] = (weather.horizon * (1 - remains))[:, None]
    canvas.image[rows] = cv2.add(image, np.repeat(veil, image.shape[1], axis=1))

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
