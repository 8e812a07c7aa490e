"""Shadows on the ground: cast by the sun, and the dark under things that touch it."""

import cv2
import numpy as np

from auxnet_keras.data.street.canvas import Canvas, clip_near
from auxnet_keras.data.street.layout import Thing
from auxnet_keras.data.street.weather import Weather


def _polygon(mask: np.ndarray, canvas: Canvas, ground: np.ndarray, value: int) -> None:
    """Fill a convex polygon (x, z) [N, 2] of the ground, at half of the canvas' resolution."""
    visible = clip_near(np.insert(ground, 1, 0.0, axis=1))
    if len(visible) < 3:
        return
    points = np.rint(np.clip(canvas.camera.project(visible), -9e4, 9e4) * 8).astype(np.int32)
    cv2.fillConvexPoly(mask, points, value, cv2.LINE_8, 4)


def _ellipse(centre: np.ndarray, forward: np.ndarray, length: float, width: float) -> np.ndarray:
    angles = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    right = np.array([forward[1], -forward[0]])
    return (
        centre
        + np.outer(np.cos(angles) * length / 2, forward)
        + np.outer(np.sin(angles) * width / 2, right)
    )


def cast_shadows(canvas: Canvas, things: list[Thing], weather: Weather) -> np.ndarray:
    """Shadow on the ground [rows, columns] of the canvas, 0 none, 255 full."""
    rows, columns = canvas.camera.size
    mask = np.zeros((rows // 2, columns // 2), np.uint8)
    contact = np.zeros_like(mask)
    # Where a point one metre up throws its shadow; long shadows are cut.
    throw = -np.array([weather.sun[0], weather.sun[2]]) / max(float(weather.sun[1]), 0.22)
    sunny = weather.shadow > 0.3
    north = np.array([0.0, 1.0])
    for thing in things:
        if thing.distance > 70:
            continue
        if thing.lot is not None and sunny:
            a, b, top = thing.lot.start, thing.lot.stop, throw * thing.lot.height
            for p, q in ((a, b), (a, a + thing.lot.depth), (b, b + thing.lot.depth)):
                _polygon(mask, canvas, np.array([p, q, q + top, p + top]), 255)
        elif thing.ends is not None:
            a, b = thing.ends
            if sunny:
                top = throw * thing.size
                value = 150 if thing.kind == "fence" else 255
                _polygon(mask, canvas, np.array([a, b, b + top, a + top]), value)
        elif thing.body is not None:
            length = thing.body.profile[-1][0] - thing.body.profile[0][0]
            right = np.array([thing.forward[1], -thing.forward[0]])
            half = thing.body.width / 2
            box = np.array(
                [thing.at + i * length / 2 * thing.forward + j * half * right
                 for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
            )  # fmt: skip
            _polygon(contact, canvas, thing.at + (box - thing.at) * 1.07, 255)
            if sunny:
                roof = box + throw * max(y for _, y in thing.body.profile) * 0.9
                hull = cv2.convexHull(np.concatenate([box, roof]).astype(np.float32))[:, 0]
                _polygon(mask, canvas, hull.astype(float), 255)
        elif thing.kind in ("tree", "bush"):
            tall = thing.size if thing.kind == "tree" else thing.size * 0.5
            if sunny:
                centre = thing.at + throw * tall * (0.62 if thing.kind == "tree" else 0.3)
                reach = float(np.hypot(*throw)) * tall * 0.6 + 0.5 * thing.size
                direction = throw / (float(np.hypot(*throw)) + 1e-9)
                _polygon(mask, canvas, _ellipse(centre, direction, reach, 0.6 * thing.size), 235)
            _polygon(contact, canvas, _ellipse(thing.at, north, 0.9, 1.4), 130)
        else:
            width = {"cyclist": 1.3, "pedestrian": 0.8}.get(thing.kind, 0.5)
            _polygon(contact, canvas, _ellipse(thing.at, north, width * 0.6, width), 170)
            if sunny:
                tip = thing.at + throw * (1.7 if width > 0.5 else 3.5)
                direction = throw / (float(np.hypot(*throw)) + 1e-9)
                side = np.array([direction[1], -direction[0]]) * (0.2 if width > 0.5 else 0.07)
                quad = np.array([thing.at - side, thing.at + side, tip + side, tip - side])
                _polygon(mask, canvas, quad, 255)
    # Contact darkness does not depend on the sun: scale it to the same strength.
    strength = 0.62 / max(weather.shadow, 0.05)
    soft = cv2.GaussianBlur(contact, (0, 0), max(columns / 260, 0.8))
    hard = cv2.blur(mask, (3, 3))
    total = np.maximum(hard.astype(np.float32), soft.astype(np.float32) * np.float32(strength))
    return cv2.resize(total, (columns, rows), interpolation=cv2.INTER_LINEAR)
