"""Street furniture: lamp posts, traffic signs, traffic lights, bollards, bins."""

import math

import numpy as np

from auxnet_keras.street.canvas import Canvas
from auxnet_keras.street.classes import Label
from auxnet_keras.street.palette import paint
from auxnet_keras.street.sketch import Sketch
from auxnet_keras.street.weather import Weather

SHAPES = ("disc", "triangle", "octagon", "square", "board", "arrow")


def _post(
    sketch: Sketch, x: float, height: float, width: float, colour: np.ndarray, weather: Weather
) -> None:
    """A round post: thicker at its foot, dark on the side away from the sun."""
    label = Label.POLE
    dark = width * 0.24 * (1 if weather.sun[0] < 0 else -1)
    sketch.limb((x, 0), (x, height), (width, width * 0.74), colour, label)
    sketch.limb((x + dark, 0), (x + dark, height), (width * 0.5, width * 0.36), colour * 0.6, label)
    foot = min(0.5, height * 0.3)
    sketch.limb((x, 0), (x, foot), (width * 1.45, width * 1.35), colour * 0.82, label)


def paint_lamp(
    canvas: Canvas, at: np.ndarray, towards: float, weather: Weather, rng: np.random.Generator
) -> None:
    """A street lamp at `at` (x, z) whose arm reaches up to `towards` metres to the right."""
    sketch = Sketch()
    height, width = float(rng.uniform(4.5, 8.5)), float(rng.uniform(0.17, 0.27))
    colour = paint(rng, "grey", "dark", "green", "grey", "earth")
    arm = towards * float(rng.uniform(0.5, 1.0)) if rng.random() < 0.7 else 0.0
    _post(sketch, 0.0, height, width, colour, weather)
    if arm:
        sketch.limb((0, height - 0.5), (arm * 0.3, height), (width * 0.6,) * 2, colour, Label.POLE)
        sketch.limb(
            (arm * 0.3, height), (arm, height + 0.08), (width * 0.6,) * 2, colour, Label.POLE
        )
    head = [(arm - 0.4, height + 0.12), (arm + 0.4, height + 0.12), (arm + 0.3, height - 0.12),
            (arm - 0.3, height - 0.12)]  # fmt: skip
    sketch.polygon(head, colour * 0.9, Label.POLE)
    if weather.lamps:
        warm = np.array([255.0, 226.0, 170.0])
        lens = [(arm - 0.33, height), (arm + 0.33, height), (arm + 0.3, height - 0.14),
                (arm - 0.3, height - 0.14)]  # fmt: skip
        sketch.polygon(lens, warm, Label.POLE, glowing=True)
        canvas.glow(np.array([at[0] + arm, height - 0.1, at[1]]), warm, 1.3)
    sketch.paint(canvas, at, weather)


def _plate(kind: str, size: float) -> list[tuple[float, float]]:
    """Outline of a sign around its centre, metres."""
    if kind == "triangle":
        corners = [(-0.5, -0.4), (0.5, -0.4), (0.0, 0.47)]
    elif kind == "square":
        corners = [(-0.47, -0.47), (0.47, -0.47), (0.47, 0.47), (-0.47, 0.47)]
    elif kind == "board":
        corners = [(-0.9, -0.52), (0.9, -0.52), (0.9, 0.52), (-0.9, 0.52)]
    elif kind == "arrow":
        corners = [(-0.9, -0.2), (0.7, -0.2), (0.98, 0.0), (0.7, 0.2), (-0.9, 0.2)]
    else:
        count = 8 if kind == "octagon" else 18
        angles = [2 * math.pi * (i + 0.5) / count for i in range(count)]
        corners = [(math.cos(a) * 0.5, math.sin(a) * 0.5) for a in angles]
    return [(x * size, y * size) for x, y in corners]


def _symbol(
    sketch: Sketch, kind: str, level: float, size: float, ink: np.ndarray, rng: np.random.Generator
) -> None:
    """Strokes that read as a symbol, a number or lettering."""
    width = (0.1 * size, 0.1 * size)
    if kind in ("board", "arrow"):
        for row in (0.28, 0.04, -0.2) if kind == "board" else (0.0,):
            y = level + row * size
            stop = rng.uniform(-0.2, 0.6) * size
            sketch.limb((-0.7 * size, y), (stop, y), width, ink, Label.SIGN)
        return
    for x, tilt in rng.uniform(-0.17, 0.17, (2, 2)) * size:
        ends = (x - tilt * 0.4, level - 0.18 * size), (x + tilt * 0.4, level + 0.18 * size)
        sketch.limb(*ends, width, ink, Label.SIGN)


def _sign_face(
    sketch: Sketch, kind: str, level: float, size: float, rng: np.random.Generator
) -> None:
    face = paint(rng, "white", "white", "blue", "yellow", "green", "red", "grey", "earth")
    rim = paint(rng, "red", "red", "white", "dark", "blue", "grey")
    ink = paint(rng, "dark") if face.mean() > 120 else paint(rng, "white")
    if rng.random() < 0.15:  # seen from behind
        face = rim = ink = paint(rng, "grey", "dark") * 0.8
    if kind == "octagon" or (kind == "disc" and rng.random() < 0.25):
        face, rim, ink = paint(rng, "red"), paint(rng, "white"), paint(rng, "white")
    turn = -1 if rng.random() < 0.5 else 1
    outline = [(turn * x, y) for x, y in _plate(kind, size)]
    inner = 0.9 if kind in ("board", "arrow") else 0.76
    sketch.polygon([(x, y + level) for x, y in outline], rim, Label.SIGN)
    sketch.polygon([(x * inner, y * inner + level) for x, y in outline], face, Label.SIGN)
    _symbol(sketch, kind, level, size, ink, rng)


def paint_sign(
    canvas: Canvas, at: np.ndarray, weather: Weather, rng: np.random.Generator, large: bool = False
) -> None:
    """A traffic sign on a post; a large one is a direction board on two."""
    sketch = Sketch()
    kind = "board" if large else SHAPES[rng.integers(len(SHAPES))]
    size = float(rng.uniform(1.2, 2.0)) if large else float(rng.uniform(0.75, 1.1))
    level = float(rng.uniform(2.5, 3.6)) if large else float(rng.uniform(2.1, 2.9))
    steel = paint(rng, "grey", "grey", "dark", "white")
    for x in (-0.55 * size, 0.55 * size) if large else (0.0,):
        _post(sketch, x, level, 0.12 if large else 0.09, steel, weather)
    _sign_face(sketch, kind, level, size, rng)
    if not large and rng.random() < 0.3:
        _sign_face(sketch, SHAPES[rng.integers(4)], level - 0.98 * size, size * 0.9, rng)
    sketch.paint(canvas, at, weather)


def paint_traffic_light(
    canvas: Canvas, at: np.ndarray, weather: Weather, rng: np.random.Generator
) -> None:
    """A signal on its post; the head is void, as SYNTHIA's id 15."""
    sketch = Sketch()
    height = float(rng.uniform(2.8, 3.6))
    _post(sketch, 0.0, height, 0.15, paint(rng, "dark", "grey", "green", "yellow"), weather)
    box = [(-0.19, height - 0.52), (0.19, height - 0.52), (0.19, height + 0.52),
           (-0.19, height + 0.52)]  # fmt: skip
    sketch.polygon(box, np.array([40.0, 42.0, 44.0]), Label.VOID)
    on = int(rng.integers(3))
    for i, tone in enumerate(((235.0, 40.0, 34.0), (240.0, 176.0, 40.0), (60.0, 220.0, 120.0))):
        colour, y = np.array(tone), height + (1 - i) * 0.33
        sketch.disc((0.0, y), 0.125, colour if i == on else colour * 0.22, Label.VOID, i == on)
        if i == on:
            canvas.glow(np.array([at[0], y, at[1]]), colour, 0.4)
    sketch.paint(canvas, at, weather)


def paint_bollard(
    canvas: Canvas, at: np.ndarray, weather: Weather, rng: np.random.Generator
) -> None:
    """A low post at the curb."""
    sketch, height = Sketch(), float(rng.uniform(0.8, 1.1))
    _post(sketch, 0.0, height, 0.15, paint(rng, "dark", "grey", "white", "earth", "red"), weather)
    band = paint(rng, "white", "red", "yellow")
    sketch.limb((0, height - 0.22), (0, height - 0.12), (0.13, 0.13), band, Label.POLE)
    sketch.paint(canvas, at, weather)


def paint_bin(canvas: Canvas, at: np.ndarray, weather: Weather, rng: np.random.Generator) -> None:
    """A bin or a cabinet: void."""
    sketch, label = Sketch(), Label.VOID
    half, height = float(rng.uniform(0.25, 0.5)), float(rng.uniform(0.8, 1.3))
    colour = paint(rng, "green", "dark", "grey", "blue", "brick")
    body = [(-half * 0.92, 0), (half * 0.92, 0), (half, height), (-half, height)]
    sketch.polygon(body, colour, label)
    sketch.polygon([(0.1, 0), *body[1:3], (half * 0.2, height)], colour * 0.78, label)
    lid = height - 0.14
    sketch.polygon([(-half * 1.1, lid), (half * 1.1, lid), (half, height), (-half, height)],
                   colour * 0.6, label)  # fmt: skip
    sketch.paint(canvas, at, weather)
