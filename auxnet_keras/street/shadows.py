"""Shadows on the ground: cast by the sun, and dark spots under things that touch the ground."""

import cv2
import numpy as np

from auxnet_keras.street.bodies import BODIES
from auxnet_keras.street.camera import Camera
from auxnet_keras.street.canvas import NEAR, Canvas, clip_near
from auxnet_keras.street.things import Thing
from auxnet_keras.street.weather import Weather


class _Ground:
    """Polygons on the ground, projected and filled together."""

    def __init__(self) -> None:
        self.points: list[np.ndarray] = []
        self.values: list[int] = []

    def add(self, corners: np.ndarray, value: int) -> None:
        """A convex polygon (x, z) [N, 2]."""
        self.points.append(corners)
        self.values.append(value)

    def fill(self, camera: Camera) -> np.ndarray:
        """Their mask at half of the canvas' resolution, the darkest value winning."""
        rows, columns = camera.size
        mask = np.zeros((rows // 2, columns // 2), np.uint8)
        for corners, value in sorted(
            zip(self.points, self.values, strict=True), key=lambda pair: pair[1]
        ):
            x, z = corners.T
            if z.min() < NEAR:
                visible = clip_near(np.insert(corners, 1, 0.0, axis=1))
                if len(visible) < 3:
                    continue
                x, _, z = visible.T
            points = np.empty((len(x), 2))
            points[:, 0] = camera.cx + camera.focal * x / z
            points[:, 1] = camera.cy + camera.focal * camera.height / z
            np.clip(points, -9e4, 9e4, out=points)
            cv2.fillConvexPoly(mask, (points * 8).astype(np.int32), value, cv2.LINE_8, 4)
        return mask


_ANGLES = np.linspace(0, 2 * np.pi, 12, endpoint=False)
_CIRCLE = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)


def _ellipse(centre: np.ndarray, forward: np.ndarray, length: float, width: float) -> np.ndarray:
    axes = np.array([forward * length, np.array([forward[1], -forward[0]]) * width]) / 2
    return centre + _CIRCLE @ axes


def cast_shadows(canvas: Canvas, things: list[Thing], weather: Weather) -> np.ndarray:
    """Share of light lost on the ground [rows, columns] of the canvas; 255 is all."""
    rows, columns = canvas.camera.size
    mask, contact = _Ground(), _Ground()
    # Where a point one metre up casts its shadow; long shadows are cut.
    throw = -np.array([weather.sun[0], weather.sun[2]]) / max(float(weather.sun[1]), 0.22)
    sunny = weather.shadow > 0.3
    north = np.array([0.0, 1.0])
    for thing in things:
        if thing.distance > 50 or not canvas.in_view(thing.ground, thing.margin + 8):
            continue
        if thing.lot is not None and sunny:
            a, b, top = thing.lot.start, thing.lot.stop, throw * thing.lot.height
            for p, q in ((a, b), (a, a + thing.lot.depth), (b, b + thing.lot.depth)):
                mask.add(np.array([p, q, q + top, p + top]), 255)
        elif thing.ends is not None:
            a, b = thing.ends
            if sunny:
                top = throw * thing.size
                value = 150 if thing.kind == "fence" else 255
                mask.add(np.array([a, b, b + top, a + top]), value)
        elif thing.body:
            body = BODIES[thing.body]
            right = np.array([thing.forward[1], -thing.forward[0]])
            half = body.width / 2
            box = np.array(
                [thing.at + i * body.length / 2 * thing.forward + j * half * right
                 for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
            )  # fmt: skip
            contact.add(thing.at + (box - thing.at) * 1.07, 255)
            if sunny:
                roof = box + throw * body.height * 0.9
                hull = cv2.convexHull(np.concatenate([box, roof]).astype(np.float32))[:, 0]
                mask.add(hull.astype(float), 255)
        elif thing.kind in ("tree", "bush"):
            tall = thing.size if thing.kind == "tree" else thing.size * 0.5
            if sunny:
                centre = thing.at + throw * tall * (0.62 if thing.kind == "tree" else 0.3)
                reach = float(np.hypot(*throw)) * tall * 0.6 + 0.5 * thing.size
                direction = throw / (float(np.hypot(*throw)) + 1e-9)
                mask.add(_ellipse(centre, direction, reach, 0.6 * thing.size), 235)
            contact.add(_ellipse(thing.at, north, 0.9, 1.4), 130)
        else:
            width = {"cyclist": 1.3, "pedestrian": 0.8}.get(thing.kind, 0.5)
            contact.add(_ellipse(thing.at, north, width * 0.6, width), 170)
            if sunny:
                tip = thing.at + throw * (1.7 if width > 0.5 else 3.5)
                direction = throw / (float(np.hypot(*throw)) + 1e-9)
                side = np.array([direction[1], -direction[0]]) * (0.2 if width > 0.5 else 0.07)
                quad = np.array([thing.at - side, thing.at + side, tip + side, tip - side])
                mask.add(quad, 255)
    soft = contact.fill(canvas.camera)
    for _ in range(2):
        soft = cv2.blur(soft, (5, 5))
    hard = cv2.blur(mask.fill(canvas.camera), (3, 3))
    total = cv2.max(
        cv2.convertScaleAbs(hard, alpha=weather.shadow), cv2.convertScaleAbs(soft, alpha=0.62)
    )
    return cv2.resize(total, (columns, rows), interpolation=cv2.INTER_LINEAR)
