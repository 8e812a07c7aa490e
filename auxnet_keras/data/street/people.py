"""Pedestrians and cyclists, drawn on planes that face the camera."""

import numpy as np

from auxnet_keras.data.street.canvas import Canvas, Patch
from auxnet_keras.data.street.classes import Label
from auxnet_keras.data.street.palette import paint
from auxnet_keras.data.street.weather import Weather

_SKIN = ((224, 178, 148), (196, 144, 112), (150, 100, 74), (104, 70, 54), (236, 196, 170))
_CLOTH = ("dark", "grey", "blue", "red", "white", "earth", "green", "yellow", "cream", "brick")
_FRONT = np.array([0.0, 0.25, -0.97])


class Figure:
    """A drawing in metres: x right of and y above a point of the ground."""

    def __init__(
        self,
        canvas: Canvas,
        at: np.ndarray,
        reach: tuple[float, float],
        label: Label,
        mirrored: bool,
    ):
        self.canvas = canvas
        self.scale = canvas.camera.focal / float(at[1])
        self.foot = canvas.camera.project(np.array([[at[0], 0.0, at[1]]]))[0]
        self.sign = -1.0 if mirrored else 1.0
        box = np.array([[-reach[0], 0.0], [reach[0], reach[1]]])
        self.patch: Patch = canvas.patch(self.pixels(box))
        if not self.patch.empty:
            self.surface = canvas.billboard(label, float(at[1]), canvas.new_instance())

    def pixels(self, points: np.ndarray) -> np.ndarray:
        points = np.asarray(points, float)
        return self.foot + points * (self.sign * self.scale, -self.scale)

    def limb(self, start, end, widths: tuple[float, float], colour: np.ndarray) -> None:
        a, b = self.pixels(np.array([start, end]))
        scaled = (widths[0] * self.scale, widths[1] * self.scale)
        self.patch.limb(a, b, scaled, colour, self.surface)

    def shape(self, points, colour: np.ndarray) -> None:
        self.patch.polygon(self.pixels(np.array(points)), colour, self.surface)

    def disc(self, centre, radius: float, colour: np.ndarray) -> None:
        at = self.pixels(np.array([centre]))[0]
        self.patch.disc(at, radius * self.scale, colour, self.surface)


def _head(figure: Figure, x: float, y: float, size: float, weather: Weather, rng, helmet: bool):
    skin = weather.lit(np.array(_SKIN[rng.integers(len(_SKIN))], float), _FRONT)
    hair = weather.lit(paint(rng, "dark", "earth", "dark", "yellow", "grey"), _FRONT)
    figure.limb((x, y - 0.12 * size), (x, y), (0.1 * size, 0.1 * size), skin * 0.8)
    figure.disc((x, y + 0.05 * size), 0.112 * size, skin)
    if helmet:
        hair = weather.lit(paint(rng, "red", "white", "blue", "dark", "yellow"), _FRONT)
    cap = [(x - 0.125, y + 0.06), (x - 0.1, y + 0.14), (x, y + 0.185), (x + 0.1, y + 0.14),
           (x + 0.125, y + 0.06), (x + 0.04, y + 0.1), (x - 0.06, y + 0.1)]  # fmt: skip
    figure.shape([(x + (px - x) * size, y + (py - y) * size) for px, py in cap], hair)


def paint_pedestrian(
    canvas: Canvas, at: np.ndarray, weather: Weather, rng: np.random.Generator
) -> None:
    """A person standing or walking at `at` (x, z)."""
    size = float(rng.choice([1.0, 1.0, 1.0, 0.72]) * rng.uniform(0.92, 1.08))
    stride = float(rng.uniform(0.04, 0.3)) * size
    sideways = float(rng.uniform(0.55, 1.0))
    figure = Figure(canvas, at, (0.75, 2.1), Label.PEDESTRIAN, bool(rng.random() < 0.5))
    coat, trousers = (weather.lit(paint(rng, *_CLOTH), _FRONT) for _ in range(2))
    shoe = weather.lit(paint(rng, "dark", "earth", "white"), _FRONT)
    skirt, bag, long_coat = rng.random() < 0.18, rng.random() < 0.3, rng.random() < 0.25
    if figure.patch.empty:
        return
    hip, shoulder = 0.88 * size, 1.42 * size
    width = 0.4 * size * sideways
    legs = weather.lit(np.array(_SKIN[0], float), _FRONT) if skirt else trousers
    swing = 0.55 * stride
    figure.limb((-0.05, shoulder - 0.06), (-0.22 - swing, 0.95 * size), (0.12, 0.08), coat * 0.62)
    for side, tone in ((-1, 0.68), (1, 1.0)):
        knee = (side * (0.06 + 0.5 * stride) + 0.03, 0.47 * size)
        foot = (side * (0.06 + stride), 0.06)
        figure.limb((side * 0.06, hip), knee, (0.17 * size, 0.13 * size), legs * tone)
        figure.limb(knee, foot, (0.13 * size, 0.09 * size), legs * tone)
        figure.limb((foot[0] - 0.04, 0.045), (foot[0] + 0.12, 0.04), (0.09, 0.08), shoe * tone)
    hem = hip - (0.42 if skirt or long_coat else 0.06) * size
    flare = 1.25 if skirt else 1.05
    torso = [(-width / 2, shoulder), (width / 2, shoulder), (width / 2 * 0.92, hip),
             (width / 2 * flare, hem), (-width / 2 * flare, hem), (-width / 2 * 0.92, hip)]  # fmt: skip
    figure.shape(torso, coat)
    dark = -1 if weather.sun[0] * figure.sign > 0 else 1
    shaded = [(dark * width / 2, shoulder), (dark * width * 0.12, shoulder),
              (dark * width * 0.16, hem), (dark * width / 2 * flare, hem)]  # fmt: skip
    figure.shape(shaded, coat * 0.76)
    if skirt:
        figure.shape([(-width / 2, hip), (width / 2, hip), torso[3], torso[4]], trousers)
    hand = (0.2 + swing, 0.86 * size)
    figure.limb((width / 2 - 0.06, shoulder - 0.05), hand, (0.125, 0.085), coat * 0.9)
    if bag:
        tone = weather.lit(paint(rng, "dark", "brick", "earth", "blue"), _FRONT)
        figure.shape([(hand[0] - 0.1, hand[1]), (hand[0] + 0.14, hand[1]),
                      (hand[0] + 0.17, hand[1] - 0.28), (hand[0] - 0.12, hand[1] - 0.28)], tone)  # fmt: skip
    _head(figure, 0.02, 1.56 * size, size, weather, rng, helmet=False)
    canvas.paste(figure.patch)


def paint_cyclist(
    canvas: Canvas, at: np.ndarray, across: float, weather: Weather, rng: np.random.Generator
) -> None:
    """A rider at `at` (x, z); `across` is how far the bicycle is seen from its side, 0..1."""
    figure = Figure(canvas, at, (1.15, 2.1), Label.CYCLIST, bool(rng.random() < 0.5))
    coat, trousers = (weather.lit(paint(rng, *_CLOTH), _FRONT) for _ in range(2))
    metal = weather.lit(paint(rng, "dark", "red", "blue", "white", "green", "grey"), _FRONT)
    if figure.patch.empty:
        return
    squeeze = max(across, 0.12)
    tyre, radius = np.array([28.0, 28.0, 30.0]), 0.34
    angles = np.linspace(0, 2 * np.pi, 20)
    circle = np.stack([np.cos(angles) * squeeze, np.sin(angles)], axis=1)
    hubs = [np.array([-0.52 * squeeze, radius]), np.array([0.55 * squeeze, radius])]
    patch, surface = figure.patch, figure.surface
    for hub in hubs:  # the disc is the cyclist's, though one sees through its spokes
        patch.polygon(figure.pixels(hub + circle * radius), None, surface)
    opaque = np.zeros(patch.surface.shape, np.uint16)
    discs, patch.surface = patch.surface, opaque
    for hub in hubs:
        for a, b in zip(circle[:-1], circle[1:], strict=True):
            figure.limb(hub + a * radius * 0.94, hub + b * radius * 0.94, (0.06, 0.06), tyre)
        for a in circle[::3]:
            figure.limb(hub, hub + a * radius * 0.9, (0.012, 0.012), tyre * 2.6)

    def at_bike(x: float, y: float) -> tuple[float, float]:
        return x * squeeze, y

    crank, seat, bars = at_bike(-0.05, 0.3), at_bike(-0.22, 0.92), at_bike(0.42, 1.02)
    joints = [(hubs[0], crank), (hubs[0], at_bike(-0.18, 0.76)), (crank, seat),
              (at_bike(-0.18, 0.76), at_bike(0.38, 0.8)), (crank, at_bike(0.38, 0.8)),
              (hubs[1], bars)]  # fmt: skip
    for start, end in joints:
        figure.limb(start, end, (0.05, 0.05), metal)
    shoulder, head = at_bike(0.12, 1.42), at_bike(0.2, 1.56)
    spread = 0.13 * (1 - squeeze)
    for side, tone, foot in ((-1, 0.66, at_bike(-0.1, 0.14)), (1, 1.0, at_bike(0.05, 0.44))):
        shift = np.array([side * spread, 0.0])
        knee = np.array(at_bike(0.24 if side > 0 else 0.14, 0.74 if side > 0 else 0.58)) + shift
        figure.limb(np.array(seat) + shift, knee, (0.19, 0.14), trousers * tone)
        figure.limb(knee, np.array(foot) + shift, (0.13, 0.09), trousers * tone)
        figure.limb(
            np.array(foot) + shift, np.array(foot) + shift + (0.1, -0.01), (0.08, 0.07), tyre
        )
        hand = np.array(bars) + 2.2 * shift
        figure.limb(np.array(shoulder) + 1.4 * shift, hand, (0.11, 0.08), coat * tone)
    back = 0.17 + 0.06 * (1 - squeeze)
    figure.limb((seat[0], seat[1] + 0.06), shoulder, (back * 1.7, back * 1.9), coat)
    figure.limb((seat[0] - 0.05, seat[1] + 0.1), (shoulder[0] - 0.05, shoulder[1] - 0.1),
                (0.1, 0.1), coat * 0.78)  # fmt: skip
    _head(figure, head[0], head[1], 0.98, weather, rng, helmet=bool(rng.random() < 0.6))
    opaque = patch.surface
    patch.surface = np.maximum(opaque, discs)
    canvas.paste(patch, opaque > 0)
