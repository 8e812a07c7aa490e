"""Pedestrians and cyclists."""

import math

import numpy as np

from auxnet_keras.street.canvas import Canvas
from auxnet_keras.street.classes import Label
from auxnet_keras.street.palette import paint
from auxnet_keras.street.sketch import Sketch
from auxnet_keras.street.weather import Weather

_SKIN = np.array([(224, 178, 148), (196, 144, 112), (150, 100, 74), (104, 70, 54), (236, 196, 170)])
_CLOTH = ("dark", "grey", "blue", "red", "white", "earth", "green", "yellow", "cream", "brick")
_TYRE = np.array([28.0, 28.0, 30.0])
_WHEEL = [(math.cos(i * math.pi / 9), math.sin(i * math.pi / 9)) for i in range(18)]


def _head(
    sketch: Sketch, at: tuple[float, float], size: float, label: Label, rng: np.random.Generator,
    helmet: bool,
) -> None:  # fmt: skip
    x, y = at
    skin = _SKIN[rng.integers(len(_SKIN))].astype(float)
    hair = paint(rng, "dark", "earth", "dark", "yellow", "grey")
    if helmet:
        hair = paint(rng, "red", "white", "blue", "dark", "yellow")
    sketch.limb((x, y - 0.13 * size), (x, y), (0.1 * size, 0.1 * size), skin * 0.78, label)
    sketch.disc((x, y + 0.05 * size), 0.112 * size, skin, label)
    cap = [(-0.125, 0.04), (-0.1, 0.14), (0, 0.185), (0.1, 0.14), (0.125, 0.06), (0.04, 0.1),
           (-0.06, 0.1)]  # fmt: skip
    sketch.polygon([(x + a * size, y + b * size) for a, b in cap], hair, label)


def paint_pedestrian(
    canvas: Canvas, at: np.ndarray, weather: Weather, rng: np.random.Generator
) -> None:
    """A person standing or walking at `at` (x, z)."""
    label, sketch = Label.PEDESTRIAN, Sketch()
    size = float(rng.uniform(0.94, 1.08)) * (0.72 if rng.random() < 0.25 else 1.0)
    stride, sideways = float(rng.uniform(0.03, 0.3)) * size, float(rng.uniform(0.6, 1.0))
    mirrored = bool(rng.random() < 0.5)
    coat, trousers = paint(rng, *_CLOTH), paint(rng, *_CLOTH)
    shoe = paint(rng, "dark", "earth", "white")
    skirt, bag, long_coat = rng.random() < 0.18, rng.random() < 0.3, rng.random() < 0.25
    hip, shoulder, half = 0.88 * size, 1.43 * size, 0.21 * size * sideways
    legs = _SKIN[0].astype(float) if skirt else trousers
    swing = 0.55 * stride
    sketch.limb((-half + 0.04, shoulder - 0.06), (-half - 0.04 - swing, 0.84 * size),
                (0.13, 0.09), coat * 0.6, label)  # fmt: skip
    for side, shade in ((-1, 0.66), (1, 1.0)):
        knee = (side * (0.05 + 0.5 * stride) + 0.03, 0.47 * size)
        foot = (side * (0.05 + stride), 0.07)
        sketch.limb((side * 0.05, hip), knee, (0.18 * size, 0.135 * size), legs * shade, label)
        sketch.limb(knee, foot, (0.135 * size, 0.1 * size), legs * shade, label)
        sketch.limb(
            (foot[0] - 0.04, 0.05), (foot[0] + 0.13, 0.04), (0.1, 0.08), shoe * shade, label
        )
    hem = hip - (0.42 if skirt or long_coat else 0.08) * size
    flare = half * (1.3 if skirt else 1.08)
    slope = shoulder + 0.045
    sketch.polygon(
        [(-half * 0.6, slope), (half * 0.6, slope), (half, shoulder - 0.03), (half * 0.9, hip),
         (flare, hem), (-flare, hem), (-half * 0.9, hip), (-half, shoulder - 0.03)],
        coat, label)  # fmt: skip
    if skirt:
        sketch.polygon([(-half, hip), (half, hip), (flare, hem), (-flare, hem)], trousers, label)
    # The side away from the sun.
    dark = -1 if (weather.sun[0] > 0) != mirrored else 1
    shaded = [(half * 0.6, slope), (half * 0.1, shoulder), (half * 0.2, hem), (flare, hem),
              (half, shoulder - 0.03)]  # fmt: skip
    sketch.polygon([(dark * x, y) for x, y in shaded], coat * 0.74, label)
    hand = (half + 0.02 + swing, 0.84 * size)
    sketch.limb((half - 0.05, shoulder - 0.05), hand, (0.13, 0.09), coat * 0.92, label)
    if bag:
        tone = paint(rng, "dark", "brick", "earth", "blue")
        x, y = hand
        sketch.polygon([(x - 0.1, y), (x + 0.14, y), (x + 0.17, y - 0.28), (x - 0.12, y - 0.28)],
                       tone, label)  # fmt: skip
    _head(sketch, (0.02, 1.57 * size), size, label, rng, helmet=False)
    sketch.paint(canvas, at, weather, mirrored, moving=True)


def _wheel(sketch: Sketch, hub: tuple[float, float], squeeze: float, fine: bool) -> None:
    """A bicycle's wheel; what shows through its spokes is labelled cyclist, too."""
    radius, label = 0.34, Label.CYCLIST
    rim = [(hub[0] + x * squeeze * radius, hub[1] + y * radius) for x, y in _WHEEL]
    inner = [(hub[0] + x * squeeze * radius * 0.8, hub[1] + y * radius * 0.84) for x, y in _WHEEL]
    sketch.veil.append(rim)
    # The tyre as one outline: around the rim, then back inside it.
    sketch.polygon([*rim, rim[0], inner[0], *inner[::-1]], _TYRE, label)
    if fine:
        for x, y in inner[::3]:
            sketch.limb(hub, (x, y), (0.014, 0.014), _TYRE * 2.6, label)


def paint_cyclist(
    canvas: Canvas, at: np.ndarray, across: float, weather: Weather, rng: np.random.Generator
) -> None:
    """A rider at `at` (x, z); `across` is how far the bicycle is seen from its side, 0..1."""
    label, sketch = Label.CYCLIST, Sketch()
    coat, trousers = paint(rng, *_CLOTH), paint(rng, *_CLOTH)
    metal = paint(rng, "dark", "red", "blue", "white", "green", "grey")
    mirrored, helmet = bool(rng.random() < 0.5), bool(rng.random() < 0.6)
    squeeze = max(across, 0.14)

    def on(x: float, y: float, aside: float = 0.0) -> tuple[float, float]:
        return x * squeeze + aside, y

    hubs = on(-0.52, 0.34), on(0.55, 0.34)
    fine = canvas.camera.focal / float(at[1]) > 26
    for hub in hubs:
        _wheel(sketch, hub, squeeze, fine)
    crank, seat, bars = on(-0.05, 0.3), on(-0.22, 0.92), on(0.42, 1.02)
    low, head_tube = on(-0.18, 0.76), on(0.38, 0.8)
    for start, end in ((hubs[0], crank), (hubs[0], low), (crank, seat), (low, head_tube),
                       (crank, head_tube), (hubs[1], bars)):  # fmt: skip
        sketch.limb(start, end, (0.05, 0.05), metal, label)
    shoulder = on(0.12, 1.42)
    spread = 0.15 * (1 - squeeze)
    for side, tone, foot, knee in ((-1, 0.64, (-0.1, 0.14), (0.14, 0.58)),
                                   (1, 1.0, (0.05, 0.44), (0.24, 0.74))):  # fmt: skip
        aside = side * spread
        joint, toe = on(*knee, aside), on(*foot, aside)
        sketch.limb(on(-0.22, 0.92, aside * 0.7), joint, (0.2, 0.15), trousers * tone, label)
        sketch.limb(joint, toe, (0.14, 0.1), trousers * tone, label)
        sketch.limb(toe, (toe[0] + 0.1, toe[1] - 0.01), (0.09, 0.08), _TYRE, label)
        hand = (bars[0] + 2.0 * aside, bars[1])
        sketch.limb(
            (shoulder[0] + 1.4 * aside, shoulder[1]), hand, (0.12, 0.09), coat * tone, label
        )
    girth = 0.29 + 0.12 * (1 - squeeze)
    sketch.limb((seat[0], seat[1] + 0.06), shoulder, (girth, girth * 1.15), coat, label)
    sketch.limb((seat[0] - 0.06, seat[1] + 0.1), (shoulder[0] - 0.06, shoulder[1] - 0.1),
                (0.1, 0.1), coat * 0.76, label)  # fmt: skip
    _head(sketch, on(0.2, 1.57), 1.0, label, rng, helmet)
    sketch.paint(canvas, at, weather, mirrored, moving=True)
