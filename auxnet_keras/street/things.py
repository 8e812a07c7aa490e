"""A thing on a street, and the base class of what places things."""

from dataclasses import dataclass, field

import numpy as np

from auxnet_keras.street.buildings import Lot
from auxnet_keras.street.road import Street

# How far down a street things stand, metres.
REACH = 95.0


@dataclass(frozen=True)
class Thing:
    """One object.

    Args:
        kind: What it is.
        at: Where it stands on the ground, (x, z) in metres.
        forward: Unit vector (x, z) it points along.
        size: A length in metres; its meaning depends on the kind.
        body: The kind of vehicle.
        ends: The two ends of something long.
        side: Which side of the street it lines, -1 or 1.
        seed: Shared by pieces that look alike.
        lot: The building.
    """

    kind: str
    at: np.ndarray
    forward: np.ndarray = field(default_factory=lambda: np.array([0.0, 1.0]))
    size: float = 0.0
    body: str = ""
    ends: tuple[np.ndarray, np.ndarray] | None = None
    side: int = -1
    seed: int = 0
    lot: Lot | None = None

    @property
    def ground(self) -> tuple[np.ndarray, ...]:
        """The ground points (x, z) it stands on."""
        return self.ends or (self.at,)

    @property
    def margin(self) -> float:
        """How far it reaches around its ground points, metres."""
        if self.lot is not None:
            return float(np.hypot(*self.lot.depth))
        return {"car": 3.6, "tree": self.size * 0.45, "lamp": 2.2}.get(self.kind, 1.6)

    @property
    def distance(self) -> float:
        """Depth of its farthest ground point."""
        if self.ends is not None:
            return float(max(self.ends[0][1], self.ends[1][1]))
        return float(self.at[1])


class Filler:
    """Adds things to a street up to `stop` metres along it."""

    def __init__(self, street: Street, rng: np.random.Generator):
        self.street, self.rng = street, rng
        self.things: list[Thing] = []
        self.stop = REACH if street.end is None else street.end - 8.5

    def add(self, kind: str, s: float, t: float, size: float = 0.0) -> None:
        """Places something at street coordinates (s, t), unless the camera is there."""
        at = self.street.place(s, t)
        if at[1] > 2.2:
            self.things.append(Thing(kind, at, forward=self.street.heading(t), size=size))
