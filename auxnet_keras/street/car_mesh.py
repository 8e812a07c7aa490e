"""The polygons that vehicles are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np

from auxnet_keras.street.bodies import BODIES, Body

Edge = Sequence[float] | np.ndarray


class Material(IntEnum):
    """What a polygon of a vehicle is made of."""

    PAINT = 0
    GLASS = 1
    REFLECTION = 2
    TYRE = 3
    METAL = 4
    PLATE = 5
    TAIL_LAMP = 6
    HEAD_LAMP = 7


@dataclass(frozen=True)
class Mesh:
    """Polygons in the vehicle's frame (x right, y up, z forward), in painting order per face.

    Args:
        vertices: Corners of all polygons one after the other [V, 3].
        spans: Which vertices each polygon has.
        faces, materials, tones, fine: Per polygon [P]: its face, its material, its brightness, and
            whether only a near vehicle shows it.
        normals, centres: Per face [F, 3].
    """

    vertices: np.ndarray
    spans: tuple[np.ndarray, ...]
    faces: np.ndarray
    materials: np.ndarray
    tones: np.ndarray
    fine: np.ndarray
    normals: np.ndarray
    centres: np.ndarray


class _Builder:
    def __init__(self, body: Body):
        self.body = body
        self.vertices: list[np.ndarray] = []
        self.rows: list[tuple[int, int, int, float, bool]] = []
        self.normals: list[np.ndarray] = []
        self.centres: list[np.ndarray] = []

    def face(self, normal: np.ndarray, centre: np.ndarray) -> None:
        self.normals.append(normal / np.linalg.norm(normal))
        self.centres.append(centre)

    def add(
        self, points: Sequence[Edge] | np.ndarray, material: Material, tone: float = 1.0,
        fine: bool = False,
    ) -> None:  # fmt: skip
        corners = np.asarray(points, float)
        self.vertices.append(corners)
        self.rows.append((len(corners), len(self.normals) - 1, material, tone, fine))

    def band(
        self, start: Edge, stop: Edge, left: float, right: float
    ) -> list[tuple[float, float, float]]:
        """The quad that an edge (z, y)-(z, y) sweeps from left to right, shares of half a width."""
        half = self.body.width / 2
        ends = ((left, start), (left, stop), (right, stop), (right, start))
        return [(share * half, y, z) for share, (z, y) in ends]

    def across(self, edge: int) -> None:
        """A face across the vehicle: bumper, lid, window, roof, bonnet, grille."""
        profile = np.array(self.body.profile)
        start, stop = profile[edge], profile[edge + 1]
        span, last = stop - start, len(profile) - 2
        self.face(np.array([0.0, span[0], -span[1]]), np.array([0.0, *((start + stop) / 2)[::-1]]))

        def strip(
            lower: float, upper: float, left: float, right: float, material: Material,
            tone: float = 1.0, fine: bool = False,
        ) -> None:  # fmt: skip
            band = self.band(start + span * lower, start + span * upper, left, right)
            self.add(band, material, tone, fine)

        strip(0, 1, -1, 1, Material.PAINT)
        if edge in self.body.glass:
            rising = span[1] > 0
            strip(0.1, 0.92, -0.84, 0.84, Material.GLASS)
            low, high = (0.5, 0.92) if rising else (0.1, 0.5)
            strip(low, high, -0.78, 0.78, Material.REFLECTION)
        if edge in (0, last):
            rear = edge == 0
            foot, knee = (0.0, 0.32) if rear else (1.0, 0.68)
            strip(foot, knee, -1, 1, Material.PAINT, 0.34)
            strip(0.42, 0.66, -0.27, 0.27, Material.PLATE, 1.0, True)
            if not rear:
                for left, right in ((-0.55, -0.31), (0.31, 0.55)):
                    strip(0.1, 0.6, left, right, Material.TYRE, 1.2, True)
        if edge in (1, last - 1):
            lamp = Material.TAIL_LAMP if edge == 1 else Material.HEAD_LAMP
            for left, right in ((-0.97, -0.62), (0.62, 0.97)):
                strip(0.1, 0.85, left, right, lamp)

    def wheels(self, x: float, corners: int) -> None:
        angles = np.linspace(0, 2 * np.pi, corners, endpoint=False) + 0.3
        rings = ((1.0, Material.TYRE, 1.0, False), (0.62, Material.METAL, 1.0, False),
                 (0.2, Material.TYRE, 1.0, True))  # fmt: skip
        for z in self.body.wheels:
            for share, material, tone, fine in rings:
                radius = self.body.radius * share
                y = self.body.radius + radius * np.sin(angles)
                ring = np.stack([np.full(corners, x), y, z + radius * np.cos(angles)], axis=1)
                self.add(ring, material, tone, fine)

    def flank(self, sign: int) -> None:
        body, x = self.body, sign * self.body.width / 2
        profile = np.array(body.profile)

        def add(
            points: Sequence[Edge] | np.ndarray, material: Material, tone: float = 1.0,
            fine: bool = False,
        ) -> None:  # fmt: skip
            self.add([(x, y, z) for z, y in points], material, tone, fine)

        self.face(np.array([float(sign), 0.0, 0.0]), np.array([x, 0.8, 0.0]))
        add(profile, Material.PAINT)
        bottom = float(profile[:, 1].min())
        (rear, _), (front, _) = profile[0], profile[-1]
        sill = [(rear, bottom + 0.15), (front, bottom + 0.15), (front, bottom), (rear, bottom)]
        add(sill, Material.PAINT, 0.38)
        for window in body.side_glass:
            points = np.array(window)
            add(points, Material.GLASS)
            centre = points.mean(axis=0)
            add(
                centre + (points - centre) * (0.9, 0.42) + (0, 0.07), Material.REFLECTION, 1.0, True
            )
        for z in (-0.16, 1.0, -1.15):
            line = [(z, 0.42), (z + 0.03, 0.42), (z + 0.03, 1.0), (z, 1.0)]
            add(line, Material.PAINT, 0.6, True)
        add([(-1.9, 0.86), (1.8, 0.79), (1.8, 0.74), (-1.9, 0.8)], Material.PAINT, 1.16, True)
        for z in body.wheels:  # the arch
            angles = np.linspace(0, np.pi, 9)
            reach = body.radius * 1.18
            add([(z + reach * np.cos(a), body.radius + reach * np.sin(a)) for a in angles],
                Material.TYRE, 0.7)  # fmt: skip
        self.wheels(x, 14)


@lru_cache
def mesh(name: str) -> Mesh:
    """The polygons of a vehicle."""
    body = BODIES[name]
    builder = _Builder(body)
    # The wheels on the far side show below the body: a face for each side, looking outwards
    # from inside the body.
    for sign in (-1, 1):
        x = sign * (body.width / 2 - 0.14)
        builder.face(np.array([-float(sign), 0.0, 0.0]), np.array([x, 0.3, 0.0]))
        builder.wheels(x, 9)
    for sign, axle in zip((-1, 1), body.wheels, strict=True):  # tyres seen from behind, in front
        builder.face(np.array([0.0, 0.0, float(sign)]), np.array([0.0, 0.2, axle]))
        for left, right in ((-0.94, -0.7), (0.7, 0.94)):
            low, high = (axle, 0.0), (axle, body.radius * 1.5)
            builder.add(builder.band(low, high, left, right), Material.TYRE)
    for edge in range(len(body.profile) - 1):
        builder.across(edge)
    for sign in (-1, 1):
        builder.flank(sign)
    counts, faces, materials, tones, fine = zip(*builder.rows, strict=True)
    return Mesh(
        np.concatenate(builder.vertices),
        tuple(np.split(np.arange(sum(counts)), np.cumsum(counts)[:-1])),
        np.array(faces),
        np.array(materials),
        np.array(tones),
        np.array(fine),
        np.array(builder.normals),
        np.array(builder.centres),
    )
