"""Cars, vans and trucks as boxes with a profile, extruded and shaded face by face."""

from dataclasses import dataclass

import numpy as np

from auxnet_keras.data.street.canvas import Canvas, Patch, clip_near
from auxnet_keras.data.street.classes import Label
from auxnet_keras.data.street.palette import paint
from auxnet_keras.data.street.weather import Weather


@dataclass(frozen=True)
class Body:
    """A vehicle seen from the side, from rear bumper (z < 0) to front bumper, metres.

    Args:
        profile: Points (z, y) [N, 2] over the roof from the lower rear to the lower front corner.
        glass: Which edges of the profile are windows.
        side_glass: The side windows, one polygon (z, y) each.
        width: Overall width.
        wheels: Positions z of the axles.
        radius: Of the wheels.
    """

    profile: tuple[tuple[float, float], ...]
    glass: tuple[int, ...]
    side_glass: tuple[tuple[tuple[float, float], ...], ...]
    width: float
    wheels: tuple[float, float]
    radius: float


BODIES: dict[str, Body] = {
    "sedan": Body(
        ((-2.2, 0.28), (-2.25, 0.72), (-2.12, 1.0), (-1.55, 1.06), (-0.85, 1.42), (0.45, 1.44),
         (1.15, 1.0), (2.0, 0.86), (2.25, 0.62), (2.2, 0.26)),
        (3, 5),
        (((-1.38, 1.07), (-0.82, 1.36), (-0.2, 1.38), (-0.2, 1.04)),
         ((-0.12, 1.04), (-0.12, 1.38), (0.42, 1.38), (0.98, 1.02))),
        1.8, (-1.36, 1.36), 0.33),
    "hatchback": Body(
        ((-1.9, 0.3), (-1.98, 0.75), (-1.92, 0.98), (-1.55, 1.44), (-1.1, 1.5), (0.35, 1.48),
         (1.1, 1.02), (1.75, 0.88), (1.98, 0.62), (1.92, 0.28)),
        (2, 5),
        (((-1.62, 1.04), (-1.35, 1.4), (-0.42, 1.43), (-0.42, 1.02)),
         ((-0.34, 1.02), (-0.34, 1.43), (0.3, 1.42), (0.92, 1.02))),
        1.75, (-1.22, 1.26), 0.32),
    "suv": Body(
        ((-2.2, 0.4), (-2.28, 0.9), (-2.2, 1.18), (-1.9, 1.68), (-1.3, 1.76), (0.5, 1.74),
         (1.15, 1.2), (2.05, 1.06), (2.28, 0.8), (2.22, 0.38)),
        (2, 5),
        (((-1.92, 1.2), (-1.75, 1.62), (-0.45, 1.66), (-0.45, 1.16)),
         ((-0.36, 1.16), (-0.36, 1.66), (0.42, 1.66), (0.96, 1.18))),
        1.9, (-1.36, 1.38), 0.38),
    "van": Body(
        ((-2.6, 0.34), (-2.65, 0.9), (-2.62, 1.3), (-2.55, 2.1), (-2.3, 2.25), (1.2, 2.2),
         (1.95, 1.35), (2.45, 1.12), (2.62, 0.8), (2.55, 0.32)),
        (2, 5),
        (((0.55, 1.32), (0.55, 1.95), (1.15, 1.95), (1.72, 1.34)),),
        1.95, (-1.6, 1.65), 0.36),
    "truck": Body(
        ((-3.4, 0.55), (-3.4, 1.4), (-3.4, 2.0), (-3.4, 3.2), (-3.3, 3.25), (2.6, 3.25),
         (2.95, 2.2), (3.05, 1.3), (3.05, 0.8), (3.0, 0.4)),
        (5,),
        (((2.0, 1.5), (2.0, 2.3), (2.6, 2.3), (2.75, 1.5)),),
        2.35, (-2.2, 2.05), 0.46),
}  # fmt: skip
_KINDS, _SHARES = ("sedan", "hatchback", "suv", "van", "truck"), (0.3, 0.32, 0.22, 0.11, 0.05)


def sample_body(rng: np.random.Generator) -> Body:
    """Draw a vehicle."""
    return BODIES[_KINDS[rng.choice(len(_KINDS), p=_SHARES)]]


class CarPainter:
    """Draws one vehicle on one patch."""

    def __init__(
        self, canvas: Canvas, body: Body, at: np.ndarray, forward: np.ndarray, weather: Weather
    ):
        self.canvas, self.body, self.weather = canvas, body, weather
        self.at, self.forward = at, forward
        self.right = np.array([forward[1], -forward[0]])
        self.instance = canvas.new_instance()

    def world(self, x: float, points: np.ndarray) -> np.ndarray:
        """Points (z, y) [N, 2] of the profile at x metres right of the middle, as (X, Y, Z)."""
        points = np.asarray(points, float)
        ground = self.at + x * self.right + points[:, :1] * self.forward
        return np.stack([ground[:, 0], points[:, 1], ground[:, 1]], axis=1)

    def band(self, edge: np.ndarray, left: float, right: float) -> np.ndarray:
        """The quad [4, 3] that an edge of the profile sweeps from left to right, shares of 1."""
        half = self.body.width / 2
        return np.concatenate([self.world(left * half, edge), self.world(right * half, edge[::-1])])

    def flat(self, patch: Patch, corners: np.ndarray, colour: np.ndarray, surface=None) -> None:
        visible = clip_near(corners)
        if len(visible) > 2:
            patch.polygon(self.canvas.camera.project(visible), np.clip(colour, 0, 255), surface)

    def normal(self, corners: np.ndarray) -> np.ndarray:
        normal = np.cross(corners[1] - corners[0], corners[2] - corners[0])
        return normal / (np.linalg.norm(normal) + 1e-9)

    def facing(self, corners: np.ndarray, normal: np.ndarray) -> bool:
        eye = np.array([0.0, self.canvas.camera.height, 0.0])
        return float(normal @ (eye - corners[0])) > 0

    def paint(self, rng: np.random.Generator) -> None:
        body, canvas = self.body, self.canvas
        profile = np.array(body.profile)
        half = body.width / 2
        corners = np.concatenate([self.world(-half, profile), self.world(half, profile)])
        corners = np.concatenate([corners, corners * (1, 0, 1)])
        if (corners[:, 2] < 1.5).any():
            return
        patch = canvas.patch(canvas.camera.project(corners))
        if patch.empty:
            return
        colour = paint(rng, "grey", "white", "dark", "grey", "blue", "red", "green", "earth",
                       "cream", "brick")  # fmt: skip
        fine = canvas.camera.focal / float(self.at[1]) > 9
        faces = [(self.band(profile[i : i + 2], -1, 1), i) for i in range(len(profile) - 1)]
        # The far side and the underside of the wheels show below the body.
        for x in (half - 0.12, -half + 0.12):
            self.wheels(patch, x, None)
        for face, i in sorted(faces, key=lambda face: -face[0][:, 2].mean()):
            normal = self.normal(face)
            if self.facing(face, normal):
                self.face(patch, face, i, normal, colour, fine)
        for x in (-half, half):
            side = self.world(x, profile)
            normal = np.array([self.right[0], 0.0, self.right[1]]) * np.sign(x)
            if self.facing(side, normal):
                self.side(patch, x, side, normal, colour, fine)
        canvas.paste(patch)

    def face(
        self, patch: Patch, corners: np.ndarray, i: int, normal: np.ndarray, colour: np.ndarray,
        fine: bool,
    ) -> None:  # fmt: skip
        """A face across the car: bumper, lid, window, roof, bonnet, grille."""
        body, weather = self.body, self.weather
        plane = self.canvas.camera.plane(corners[0], normal)
        surface = self.canvas.new_surface(Label.CAR, plane, self.instance)
        # Paint mirrors the sky where it looks up.
        mirror = 0.22 * max(float(normal[1]), 0.0)
        base = weather.lit(colour, normal) * (1 - mirror) + weather.horizon * mirror
        self.flat(patch, corners, base, surface)
        edge = np.array(body.profile)[i : i + 2]
        if i in body.glass:
            dark = weather.horizon * 0.22 + 14
            inner = edge[0] + (edge[1] - edge[0]) * np.array([[0.1], [0.92]])
            self.flat(patch, self.band(inner, -0.84, 0.84), dark)
            high = edge[0] + (edge[1] - edge[0]) * np.array([[0.55], [0.92]])
            self.flat(patch, self.band(high, -0.8, 0.8), dark + weather.horizon * 0.18)
        if not fine:
            return
        low, last = edge[0], len(body.profile) - 2
        if i in (0, last):
            rear = i == 0
            bottom, top = (edge[0], edge[1]) if rear else (edge[1], edge[0])
            span = top - bottom

            def strip(lower: float, upper: float, left: float, right: float, tone) -> None:
                part = bottom + span * np.array([[lower], [upper]])
                self.flat(patch, self.band(part, left, right), np.asarray(tone, float))

            strip(0.0, 0.3, -1, 1, base * 0.35)
            strip(0.42, 0.62, -0.28, 0.28, weather.lit(np.array([225, 222, 206]), normal))
            if not rear:
                strip(0.35, 0.85, -0.55, -0.3, base * 0.3)
                strip(0.35, 0.85, 0.3, 0.55, base * 0.3)
        if i in (1, last - 1):
            rear = i == 1
            on = weather.lamps
            tone = np.array([190, 30, 26]) if rear else np.array([236, 236, 224])
            tone = tone * (1.25 if on else 0.9)
            inner = low + (edge[1] - low) * np.array([[0.1], [0.85]])
            for left, right in ((-0.97, -0.62), (0.62, 0.97)):
                lamp = self.band(inner, left, right)
                self.flat(patch, lamp, tone if on else weather.lit(tone, normal))
                if on:
                    self.canvas.glow(lamp.mean(axis=0), tone, 0.5 if rear else 0.9)

    def side(
        self, patch: Patch, x: float, corners: np.ndarray, normal: np.ndarray, colour: np.ndarray,
        fine: bool,
    ) -> None:  # fmt: skip
        """A flank with its windows, sill, door lines and wheels."""
        body, weather = self.body, self.weather
        plane = self.canvas.camera.plane(corners[0], normal)
        surface = self.canvas.new_surface(Label.CAR, plane, self.instance)
        base = weather.lit(colour, normal)
        self.flat(patch, corners, base, surface)
        bottom = min(point[1] for point in body.profile)
        sill = np.array([[body.profile[0][0], bottom + 0.16], [body.profile[-1][0], bottom + 0.16],
                         [body.profile[-1][0], bottom], [body.profile[0][0], bottom]])  # fmt: skip
        self.flat(patch, self.world(x, sill), base * 0.4)
        glass = weather.horizon * 0.24 + 12
        for window in body.side_glass:
            points = np.array(window)
            self.flat(patch, self.world(x, points), glass)
            if fine:
                centre = points.mean(axis=0)
                upper = centre + (points - centre) * (0.9, 0.4) + (0, 0.08)
                self.flat(patch, self.world(x, upper), glass + weather.horizon * 0.16)
        if fine:
            for z in (-0.16, 1.0, -1.15):
                line = np.array([[z, 0.42], [z + 0.025, 0.42], [z + 0.025, 1.0], [z, 1.0]])
                self.flat(patch, self.world(x, line), base * 0.62)
            crease = np.array([[-1.9, 0.86], [1.8, 0.78], [1.8, 0.74], [-1.9, 0.81]])
            self.flat(patch, self.world(x, crease), base * 1.14)
        self.wheels(patch, x, surface)

    def wheels(self, patch: Patch, x: float, surface: int | None) -> None:
        body = self.body
        if surface is None:
            side = np.array([self.right[0], 0.0, self.right[1]])
            point = self.world(x, np.array([[0.0, 0.0]]))[0]
            plane = self.canvas.camera.plane(point, side)
            surface = self.canvas.new_surface(Label.CAR, plane, self.instance)
        angles = np.linspace(0, 2 * np.pi, 14, endpoint=False)
        circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        tyre = np.array([26.0, 26.0, 28.0])
        metal = self.weather.lit(np.array([150.0, 152.0, 156.0]), np.array([0.0, 0.3, -0.95]))
        for z in body.wheels:
            centre = np.array([z, body.radius])
            for share, tone in ((1.16, tyre * 0.55), (1.0, tyre), (0.62, metal), (0.2, tyre)):
                ring = centre + circle * body.radius * share
                ring[:, 1] = np.maximum(ring[:, 1], 0.0)
                self.flat(patch, self.world(x, ring), tone, surface if share <= 1 else None)


def paint_car(
    canvas: Canvas, at: np.ndarray, forward: np.ndarray, body: Body, weather: Weather,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """A vehicle with its middle at `at` (x, z), pointing along `forward` (x, z)."""
    CarPainter(canvas, body, at, forward, weather).paint(rng)
