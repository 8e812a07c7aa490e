"""Which things stand where along a street."""

from dataclasses import dataclass, field

import numpy as np

from auxnet_keras.data.street.bodies import BODIES
from auxnet_keras.data.street.buildings import Lot
from auxnet_keras.data.street.cars import sample_body
from auxnet_keras.data.street.palette import pick
from auxnet_keras.data.street.road import Side, Street

REACH = 105.0
_FRONTAGES = {
    "city": {"building": 0.84, "fence": 0.08, "hedge": 0.04, "grove": 0.04},
    "suburb": {"building": 0.62, "fence": 0.16, "hedge": 0.12, "grove": 0.10},
    "park": {"building": 0.10, "fence": 0.32, "hedge": 0.24, "grove": 0.34},
    "rural": {"building": 0.08, "fence": 0.27, "hedge": 0.10, "grove": 0.55},
}


@dataclass(frozen=True)
class Thing:
    """One object: what it is, where it stands on the ground (x, z), and what its kind needs."""

    kind: str
    at: np.ndarray
    forward: np.ndarray = field(default_factory=lambda: np.array([0.0, 1.0]))
    size: float = 0.0
    body: str = ""
    ends: tuple[np.ndarray, np.ndarray] | None = None
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


class Layout:
    """Fills a street with things."""

    def __init__(self, street: Street, rng: np.random.Generator):
        self.street, self.rng = street, rng
        self.things: list[Thing] = []
        self.stop = REACH if street.end is None else street.end - 8.5

    def fill(self) -> list[Thing]:
        """All things, nearest first."""
        busy = float(self.rng.uniform(0.4, 1.3))
        for sign, side in self.street.sides:
            self._frontage(sign, side)
            self._sidewalk(sign, side, busy)
            self._traffic(sign, side, busy)
        self._crossing_people()
        if self.street.end is not None:
            self._closing_row(self.street.end)
        return sorted(
            (thing for thing in self.things if thing.distance > 1.0),
            key=lambda thing: thing.distance,
        )

    def _add(self, kind: str, s: float, t: float, **more) -> None:
        at = self.street.place(s, t)
        if at[1] > 2.2:
            self.things.append(Thing(kind, at, forward=self.street.heading(t), **more))

    def _frontage(self, sign: int, side: Side) -> None:
        """Buildings, fences, hedges and groves one after the other along a side."""
        rng, street = self.rng, self.street
        shares = _FRONTAGES[side.frontage]
        tall = float(rng.uniform(7, 22)) if side.frontage == "city" else float(rng.uniform(3.2, 6))
        t, neighbour = -4.0, 0.0
        while t < self.stop:
            # Far pieces are longer: nobody can count them.
            length = float(rng.uniform(8, 20)) * (1 + max(t, 0) / 60)
            if street.crossing is not None and t < street.crossing[0] and street.is_open(
                sign, street.crossing[0]
            ):  # fmt: skip
                length = min(length, street.crossing[0] - 2.2 - t)
            if street.is_open(sign, t + 2.3):
                t = street.crossing[1] + 2.2 if street.crossing else t
                neighbour = 0.0
                continue
            length = max(min(length, self.stop + 6 - t), 2.5)
            kind = pick(rng, shares)
            joined, neighbour = neighbour, 0.0
            if kind == "building" and length > 5:
                neighbour = self._building(sign, side, t, t + length, tall, joined)
            elif kind == "fence":
                self._barrier("fence", sign * side.front, t, t + length)
                self._grove(sign, side.front + 2.0, t, t + length, 0.12)
            elif kind == "hedge":
                self._barrier("hedge", sign * (side.front + 0.2), t, t + length)
                self._grove(sign, side.front + 2.5, t, t + length, 0.12)
            else:
                self._grove(sign, side.front + 1.0, t, t + length, 0.3)
            t += length + 0.02
            if street.crossing is not None and street.is_open(sign, t + 2.3):
                t = street.crossing[1] + 2.2

    def _building(
        self, sign: int, side: Side, t0: float, t1: float, tall: float, joined: float
    ) -> float:
        """Put up a building; `joined` is the height of the one before it, 0 if there is none.

        Returns its height if the next one will touch it, else 0.
        """
        rng, street = self.rng, self.street
        detached = side.frontage != "city"
        gap = float(rng.uniform(1.0, 3.0)) if detached else 0.0
        start, stop = street.place(sign * side.building, t0), street.place(
            sign * side.building, t1 - gap
        )  # fmt: skip
        corner = street.crossing is not None and abs(t0 - street.crossing[1] - 2.2) < 0.5
        deep = 26.0 if corner and not detached else float(rng.uniform(7, 11))
        back = street.heading((t0 + t1) / 2)
        back = np.array([back[1], -back[0]]) * sign * deep
        height = max(tall * rng.uniform(0.75, 1.3), 3.0)
        gabled = height < 7.5 and rng.random() < 0.85
        lot = Lot(start, stop, back, float(height), gabled, joined)
        self.things.append(Thing("building", start, ends=(start, stop), lot=lot))
        if detached and side.setback > 2 and rng.random() < 0.6:
            kind = "fence" if rng.random() < 0.6 else "hedge"
            self._barrier(kind, sign * side.front, t0, t1 - gap - 0.5)
        if detached:
            self._grove(sign, side.front + 1.2, t0, t1, 0.05)
            return 0.0
        return float(height)

    def _barrier(self, kind: str, s: float, t0: float, t1: float) -> None:
        """A fence or hedge in straight pieces short enough to follow the street."""
        height = float(self.rng.uniform(0.9, 2.0))
        seed = int(self.rng.integers(1 << 31))
        pieces = max(1, round((t1 - t0) / (7 + max(t0, 0) / 5)))
        edges = [self.street.place(s, t) for t in np.linspace(t0, t1, pieces + 1)]
        for a, b in zip(edges[:-1], edges[1:], strict=True):
            # The seed is shared, so that all pieces of one fence look alike.
            self.things.append(Thing(kind, np.array([np.sign(s), seed]), size=height, ends=(a, b)))

    def _grove(self, sign: int, s: float, t0: float, t1: float, density: float) -> None:
        count = self.rng.poisson(density * (t1 - t0))
        for _ in range(min(count, 5)):
            t, out = self.rng.uniform(t0, t1), s + self.rng.exponential(3.0)
            tree = self.rng.random() < 0.65
            size = self.rng.uniform(4, 10) if tree else self.rng.uniform(0.8, 2.6)
            self._add("tree" if tree else "bush", sign * out, t, size=float(size))

    def _sidewalk(self, sign: int, side: Side, busy: float) -> None:
        rng, street = self.rng, self.street
        curb = side.curb + 0.45
        poles = float(rng.uniform(14, 28))
        trees = float(rng.uniform(7, 14)) if rng.random() < 0.45 else 0.0

        def along(step: float, start: float):
            t = start
            while t < min(self.stop, 80):
                if not street.is_open(sign, t):
                    yield t
                t += step * rng.uniform(0.75, 1.3) * (1 + t / 80)

        for t in along(poles, rng.uniform(2, poles)):
            self._add("lamp", sign * curb, t, size=-float(sign) * 1.8)
        for t in along(rng.uniform(10, 22), rng.uniform(5, 15)):
            draw = rng.random()
            kind = "sign" if draw < 0.72 else "large sign" if draw < 0.9 else "bin"
            self._add(kind, sign * (curb + rng.uniform(0, 0.4)), t)
        if trees:
            s = side.curb + 0.2 + max(side.verge / 2, 0.6)
            for t in along(trees, rng.uniform(4, 4 + trees)):
                self._add("tree", sign * s, t + 1.0, size=float(rng.uniform(4.5, 8.5)))
        if rng.random() < 0.12:
            for t in along(2.2, rng.uniform(4, 9)):
                if t < 30:
                    self._add("bollard", sign * curb, t)
        if street.crossing is not None and rng.random() < 0.7:
            self._add("traffic light", sign * curb, street.crossing[0] - 1.0)
        room = max(side.sidewalk, 0.8)
        for t in np.sort(rng.gamma(2.2, 8.0, rng.poisson(3.4 * busy))) + 4.5:
            if t < self.stop + 6:
                self._add("pedestrian", sign * (side.walk + rng.uniform(0.1, 0.95) * room), t)

    def _traffic(self, sign: int, side: Side, busy: float) -> None:
        rng, street = self.rng, self.street
        if side.parking and rng.random() < 0.9:
            t = float(rng.uniform(3, 12))
            while t < min(self.stop, 75):
                body = sample_body(rng)
                clear = not (street.is_open(sign, t - 4) or street.is_open(sign, t + 4))
                if clear and rng.random() < 0.7:
                    self._car(sign * (side.curb - 1.05), t, 1 if rng.random() < 0.9 else -1, body)
                t += BODIES[body].length + 1.1
        lanes = max(1, round((side.road - 0.25) / street.lane))
        own = -street.offset
        for lane in range(lanes):
            middle = sign * street.lane * (lane + 0.5)
            direction = 1 if (own * sign > 0 or street.one_way) else -1
            t = float(rng.uniform(9, 26)) if abs(middle - own) < 1.9 else float(rng.uniform(4, 22))
            while t < min(self.stop, 90):
                if rng.random() < 0.62 * min(busy, 1.2):
                    self._car(middle + rng.normal(0, 0.15), t, direction, sample_body(rng))
                t += float(rng.uniform(9, 26))
        for t in rng.gamma(2.5, 5.5, rng.poisson(1.5 * busy)) + 5.0:
            if t < self.stop:
                s = side.road - 0.75 if side.parking or rng.random() < 0.6 else side.walk + 0.8
                self._add("cyclist", sign * s, float(t), size=float(rng.uniform(0.15, 0.7)))

    def _car(self, s: float, t: float, direction: int, body: str) -> None:
        at = self.street.place(s, t)
        forward = self.street.heading(t) * direction
        self.things.append(Thing("car", at, forward=forward, body=body))

    def _crossing_people(self) -> None:
        rng, street = self.rng, self.street
        if street.zebra is not None:
            for _ in range(rng.poisson(2.2)):
                s = rng.uniform(-street.left.curb, street.right.curb)
                kind = "pedestrian" if rng.random() < 0.8 else "cyclist"
                self._add(kind, s, street.zebra + rng.uniform(0.5, 2.7), size=1.0)
        if street.crossing is not None and rng.random() < 0.5:
            t = float(rng.uniform(*street.crossing))
            s = rng.uniform(4, 14) * (1 if rng.random() < 0.5 else -1)
            if street.is_open(1 if s > 0 else -1, t):
                at, along = street.place(s, t), street.heading(t)
                across = np.array([along[1], -along[0]]) * (1 if rng.random() < 0.5 else -1)
                self.things.append(Thing("car", at, forward=across, body=sample_body(rng)))

    def _closing_row(self, end: float) -> None:
        """The houses on the far side of a T-junction."""
        rng, street = self.rng, self.street
        along = street.heading(end)
        s, tall = -45.0, float(rng.uniform(5, 20))
        while s < 45:
            length = float(rng.uniform(9, 18))
            start, stop = street.place(s, end), street.place(s + length, end)
            if rng.random() < 0.8:
                height = max(tall * rng.uniform(0.75, 1.3), 3.0)
                lot = Lot(start, stop, along * 9.0, float(height), height < 7, height)
                self.things.append(Thing("building", start, ends=(start, stop), lot=lot))
            else:
                kind = "fence" if rng.random() < 0.5 else "hedge"
                self._barrier_between(kind, start, stop)
                for _ in range(3):
                    self._add("tree", s + rng.uniform(0, length), end + rng.uniform(2, 8),
                              size=float(rng.uniform(5, 10)))  # fmt: skip
            s += length + 0.02

    def _barrier_between(self, kind: str, a: np.ndarray, b: np.ndarray) -> None:
        height = float(self.rng.uniform(1.0, 1.9))
        seed = np.array([0.0, float(self.rng.integers(1 << 31))])
        self.things.append(Thing(kind, seed, size=height, ends=(a, b)))
