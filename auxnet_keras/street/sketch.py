"""Flat things that face the camera, drawn in metres: people, posts, signs."""

import math
from collections.abc import Sequence

import cv2
import numpy as np

from auxnet_keras.street.canvas import Canvas
from auxnet_keras.street.classes import Label
from auxnet_keras.street.weather import Weather

Point = Sequence[float]
# A thing that faces the camera also receives some light from the sky.
FRONT = np.array([0.0, 0.24, -0.97])
_CIRCLE = [(math.cos(i * math.pi / 7), math.sin(i * math.pi / 7)) for i in range(14)]


class Sketch:
    """Pieces drawn over each other, x right of and y above a point of the ground, in metres.

    Pieces are collected first, then lit, projected and filled together: a street has thousands.
    """

    def __init__(self) -> None:
        self.points: list[Point] = []
        self.counts: list[int] = []
        self.colours: list[Sequence[float]] = []
        self.labels: list[Label] = []
        self.glowing: list[int] = []
        self.veil: list[Sequence[Point]] = []

    def polygon(
        self, points: Sequence[Point], colour: np.ndarray, label: Label, glowing: bool = False
    ) -> None:
        """A piece in one colour; a glowing one is not lit by the sky."""
        if glowing:
            self.glowing.append(len(self.counts))
        self.points.extend(points)
        self.counts.append(len(points))
        self.colours.append(colour.tolist())
        self.labels.append(label)

    def limb(
        self,
        start: Point,
        end: Point,
        widths: tuple[float, float],
        colour: np.ndarray,
        label: Label,
    ) -> None:
        """A tapering stroke."""
        x, y = end[0] - start[0], end[1] - start[1]
        length = 2 * max(math.hypot(x, y), 1e-6)
        x, y = x / length, y / length
        first, last = widths
        # Six corners, so that the ends look round.
        self.polygon(
            [
                (start[0] - y * first, start[1] + x * first),
                (end[0] - y * last, end[1] + x * last),
                (end[0] + x * last * 0.8, end[1] + y * last * 0.8),
                (end[0] + y * last, end[1] - x * last),
                (start[0] + y * first, start[1] - x * first),
                (start[0] - x * first * 0.8, start[1] - y * first * 0.8),
            ],
            colour,
            label,
        )

    def disc(
        self, centre: Point, radius: float, colour: np.ndarray, label: Label, glowing: bool = False
    ) -> None:
        points = [(centre[0] + radius * x, centre[1] + radius * y) for x, y in _CIRCLE]
        self.polygon(points, colour, label, glowing)

    def paint(
        self,
        canvas: Canvas,
        at: np.ndarray,
        weather: Weather,
        mirrored: bool = False,
        moving: bool = False,
    ) -> None:
        """Paint the pieces at ground position `at` (x, z); moving things get an instance id."""
        depth = float(at[1])
        scale = canvas.camera.focal / depth
        foot = canvas.camera.project(np.array([[at[0], 0.0, depth]]))[0]
        metres = np.array([-scale if mirrored else scale, -scale])
        points = np.array(self.points) * metres + foot
        patch = canvas.patch(points, depth)
        if patch is None:
            return
        instance = canvas.new_instance() if moving else 0
        plane = np.array([0.0, 0.0, 1 / depth])
        numbers: dict[Label, int] = {}
        for label in self.labels:
            if label not in numbers:
                numbers[label] = patch.surface(label, plane, instance)
        paint = np.array(self.colours)
        colours = weather.lit(paint, FRONT, depth)
        if self.glowing:
            colours[self.glowing] = paint[self.glowing]
        surfaces = np.array([numbers[label] for label in self.labels])[:, None]
        patch.fill(points, self.counts, np.concatenate([colours, surfaces], axis=1).tolist())
        opaque = None
        if self.veil:
            number = patch.image[..., 3]
            opaque = number > 0
            veil = np.zeros(number.shape, np.uint8)
            outlines = [patch.fixed(np.array(points) * metres + foot) for points in self.veil]
            for outline in outlines:
                cv2.fillPoly(veil, [outline], surfaces[0].tolist(), shift=4)
            patch.image[..., 3] = np.maximum(number, veil)
        canvas.paste(patch, opaque)
