"""Street furniture: lamp posts, traffic signs, traffic lights, bollards, bins."""

import numpy as np

from auxnet_keras.data.street.canvas import Canvas, Patch
from auxnet_keras.data.street.classes import Label
from auxnet_keras.data.street.palette import paint
from auxnet_keras.data.street.weather import Weather

_FRONT = np.array([0.0, 0.1, -0.995])
SHAPES = ("disc", "triangle", "octagon", "square", "board", "arrow")


def _post(
    canvas: Canvas, at: np.ndarray, height: float, width: float, colour: np.ndarray,
    weather: Weather, arm: float = 0.0,
) -> None:  # fmt: skip
    """A round post with a bright and a dark side, and an arm at its top if one is given."""
    scale = canvas.camera.focal / float(at[1])
    ends = np.array([[at[0], 0.0, at[1]], [at[0], height, at[1]], [at[0] + arm, height, at[1]]])
    foot, top, tip = canvas.camera.project(ends)
    thick = max(width * scale, 2.0)
    reach = np.array([[thick, thick]])
    points = np.array([foot, top, tip])
    patch = canvas.patch(np.concatenate([points - reach, points + reach]))
    if patch.empty:
        return
    surface = canvas.billboard(Label.POLE, float(at[1]))
    lit = weather.lit(colour, _FRONT)
    patch.limb(foot, top, (thick, thick * 0.72), lit, surface)
    shift = np.array([thick * 0.22 * (1 if weather.sun[0] < 0 else -1), 0.0])
    patch.limb(foot + shift, top + shift, (thick * 0.5, thick * 0.36), lit * 0.62)
    patch.limb(foot, foot + (0, -0.5 * scale), (thick * 1.5, thick * 1.4), lit * 0.8, surface)
    if arm:
        patch.limb(top, tip, (thick * 0.7, thick * 0.6), lit * 0.8, surface)
    canvas.paste(patch)


def paint_lamp(
    canvas: Canvas, at: np.ndarray, towards: float, weather: Weather, rng: np.random.Generator
) -> None:
    """A street lamp at `at` (x, z) whose arm reaches `towards` metres to the right."""
    height = float(rng.uniform(4.5, 8.5))
    colour = paint(rng, "grey", "dark", "green", "grey", "earth")
    arm = towards * float(rng.uniform(0.5, 1.0)) if rng.random() < 0.7 else 0.0
    _post(canvas, at, height, float(rng.uniform(0.16, 0.26)), colour, weather, arm)
    head = np.array([at[0] + arm, height, at[1]])
    size = np.array([[-0.38, 0.1, 0], [0.38, 0.1, 0], [0.3, -0.14, 0], [-0.3, -0.14, 0]])
    outline = canvas.camera.project(head + size)
    patch = canvas.patch(outline)
    if patch.empty:
        return
    surface = canvas.billboard(Label.POLE, float(at[1]) - 0.02)
    tone = np.array([255.0, 236, 190]) if weather.lamps else weather.lit(colour * 0.9, _FRONT)
    patch.polygon(outline, tone, surface)
    canvas.paste(patch)
    if weather.lamps:
        canvas.glow(head - (0, 0.15, 0), np.array([255.0, 214, 150]), 1.6)


def _shape(kind: str, size: float) -> np.ndarray:
    """Outline [N, 2] of a sign's plate around its centre, metres."""
    if kind == "triangle":
        return np.array([[-0.5, -0.4], [0.5, -0.4], [0.0, 0.47]]) * size
    if kind in ("square", "board"):
        ratio = (0.5, 0.5) if kind == "square" else (0.9, 0.52)
        corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        return corners * ratio * size
    if kind == "arrow":
        return np.array([[-0.9, -0.2], [0.7, -0.2], [0.98, 0], [0.7, 0.2], [-0.9, 0.2]]) * size
    count = 8 if kind == "octagon" else 20
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False) + np.pi / count
    return np.stack([np.cos(angles), np.sin(angles)], axis=1) * size * 0.5


def _symbol(
    patch: Patch, kind: str, centre: np.ndarray, unit: float, ink: np.ndarray,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Strokes that read as a symbol, a number or lettering."""
    if kind in ("board", "arrow"):
        for row in np.arange(0.26, -0.3, -0.22) if kind == "board" else (0.0,):
            length = rng.uniform(0.5, 1.1)
            start = centre + np.array([-0.68, -row]) * unit
            patch.limb(start, start + np.array([length, 0]) * unit, (0.09 * unit,) * 2, ink)
        return
    strokes = rng.uniform(-0.17, 0.17, (2, 2))
    for stroke in strokes:
        offset = np.array([stroke[0], 0.0]) * unit
        height = np.array([stroke[1] * 0.4, 0.17]) * unit
        patch.limb(centre + offset - height, centre + offset + height, (0.08 * unit,) * 2, ink)


def paint_sign(
    canvas: Canvas, at: np.ndarray, weather: Weather, rng: np.random.Generator, large: bool = False
) -> None:
    """A traffic sign on a post; a large one is a direction board on two."""
    kind = "board" if large else SHAPES[rng.integers(len(SHAPES))]
    size = float(rng.uniform(1.3, 2.1)) if large else float(rng.uniform(0.75, 1.05))
    height = float(rng.uniform(2.5, 3.6)) if large else float(rng.uniform(2.1, 2.9))
    steel = paint(rng, "grey", "grey", "dark", "white")
    for shift in (-0.55 * size, 0.55 * size) if large else (0.0,):
        _post(canvas, at + (shift, 0.03), height, 0.1 if large else 0.085, steel, weather)
    plates = [(kind, size, height)]
    if not large and rng.random() < 0.3:
        plates.append((SHAPES[rng.integers(4)], size * 0.9, height - 0.95 * size))
    surface = canvas.billboard(Label.SIGN, float(at[1]) - 0.05)
    for plate, extent, level in plates:
        face = paint(rng, "white", "white", "blue", "yellow", "green", "red", "grey", "earth")
        rim = paint(rng, "red", "red", "white", "dark", "blue", "grey")
        ink = paint(rng, "dark") if face.mean() > 120 else paint(rng, "white")
        face, rim, ink = (weather.lit(tone, _FRONT) for tone in (face, rim, ink))
        if rng.random() < 0.15:  # seen from behind
            face = rim = ink = weather.lit(paint(rng, "grey", "dark"), _FRONT) * 0.8
        outline = _shape(plate, extent)
        if rng.random() < 0.5:
            outline = outline * (-1, 1)
        world = np.insert(outline + (at[0], level), 2, at[1] - 0.05, axis=1)
        pixels = canvas.camera.project(world)
        patch = canvas.patch(pixels)
        if patch.empty:
            return
        unit = canvas.camera.focal / float(at[1]) * extent
        centre = pixels.mean(axis=0)
        patch.polygon(pixels, rim, surface)
        patch.polygon(centre + (pixels - centre) * 0.8, face)
        _symbol(patch, plate, centre, unit, ink, rng)
        canvas.paste(patch)


def paint_traffic_light(
    canvas: Canvas, at: np.ndarray, weather: Weather, rng: np.random.Generator
) -> None:
    """A signal on its post; the head is void, as in SYNTHIA without its id 15."""
    height = float(rng.uniform(2.6, 3.4))
    _post(canvas, at, height, 0.14, paint(rng, "dark", "grey", "green", "yellow"), weather)
    centre = canvas.camera.project(np.array([[at[0], height, at[1]]]))[0]
    unit = canvas.camera.focal / float(at[1])
    box = np.array([[-0.17, -0.5], [0.17, -0.5], [0.17, 0.5], [-0.17, 0.5]]) * unit + centre
    patch = canvas.patch(box)
    if patch.empty:
        return
    surface = canvas.billboard(Label.VOID, float(at[1]) - 0.05)
    patch.polygon(box, weather.lit(np.array([40.0, 42, 44]), _FRONT), surface)
    on = int(rng.integers(3))
    for i, tone in enumerate(((235, 40, 34), (240, 176, 40), (60, 220, 120))):
        colour = np.array(tone, float) if i == on else np.array(tone) * 0.22
        patch.disc(centre + (0, (i - 1) * 0.31 * unit), 0.115 * unit, colour)
        if i == on:
            lamp = np.array([at[0], height + (1 - i) * 0.31, at[1] - 0.06])
            canvas.glow(lamp, colour, 0.45)
    canvas.paste(patch)


def paint_bollard(
    canvas: Canvas, at: np.ndarray, weather: Weather, rng: np.random.Generator
) -> None:
    """A low post at the curb."""
    colour = paint(rng, "dark", "grey", "white", "earth", "red")
    _post(canvas, at, float(rng.uniform(0.8, 1.1)), 0.17, colour, weather)


def paint_bin(canvas: Canvas, at: np.ndarray, weather: Weather, rng: np.random.Generator) -> None:
    """A bin or a cabinet: void."""
    width, height = rng.uniform(0.25, 0.5), rng.uniform(0.8, 1.3)
    colour = weather.lit(paint(rng, "green", "dark", "grey", "blue", "brick"), _FRONT)
    box = np.array([[-width, 0], [width, 0], [width * 1.08, height], [-width * 1.08, height]])
    pixels = canvas.camera.project(np.insert(box + (at[0], 0.0), 2, at[1], axis=1))
    patch = canvas.patch(pixels)
    if patch.empty:
        return
    patch.polygon(pixels, colour, canvas.billboard(Label.VOID, float(at[1])))
    lid = pixels * (1, 0) + (0, 1) * (pixels[3, 1] + (pixels[:, 1:] - pixels[3, 1]) * 0.16)
    patch.polygon(lid, colour * 0.7)
    canvas.paste(patch)
