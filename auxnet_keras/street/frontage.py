"""What lines a street: buildings, fences, hedges, groves."""

import itertools

import numpy as np

from auxnet_keras.street.buildings import Lot
from auxnet_keras.street.palette import pick
from auxnet_keras.street.road import Side
from auxnet_keras.street.things import Filler, Thing

_FRONTAGES = {
    "city": {"building": 0.84, "fence": 0.08, "hedge": 0.04, "grove": 0.04},
    "suburb": {"building": 0.62, "fence": 0.16, "hedge": 0.12, "grove": 0.10},
    "park": {"building": 0.10, "fence": 0.32, "hedge": 0.24, "grove": 0.34},
    "rural": {"building": 0.08, "fence": 0.27, "hedge": 0.10, "grove": 0.55},
}


class Frontage(Filler):
    """Lines the sides of a street, and closes its end."""

    def line(self, sign: int, side: Side) -> None:
        """Buildings, fences, hedges and groves one after the other along a side."""
        rng, street = self.rng, self.street
        shares = _FRONTAGES[side.frontage]
        tall = float(rng.uniform(7, 22)) if side.frontage == "city" else float(rng.uniform(3.2, 6))
        t, neighbour = -4.0, 0.0
        while t < self.stop:
            # Distant pieces are longer: nobody can count them.
            length = float(rng.uniform(8, 20)) * (1 + max(t, 0) / 60)
            crossing = street.crossing
            if crossing is not None and t < crossing[0] and street.is_open(sign, crossing[0]):
                length = min(length, crossing[0] - 2.2 - t)
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
        """Adds a building; `joined` is the height of the one before it, 0 if there is none.

        Returns its height if the next one will touch it, else 0.
        """
        rng, street = self.rng, self.street
        detached = side.frontage != "city"
        gap = float(rng.uniform(1.0, 3.0)) if detached else 0.0
        start = street.place(sign * side.building, t0)
        stop = street.place(sign * side.building, t1 - gap)
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
        for a, b in itertools.pairwise(edges):
            # The seed is shared, so that all pieces of one fence look alike.
            side = 1 if s > 0 else -1
            self.things.append(Thing(kind, a, size=height, ends=(a, b), side=side, seed=seed))

    def _grove(self, sign: int, s: float, t0: float, t1: float, density: float) -> None:
        count = self.rng.poisson(density * (t1 - t0))
        for _ in range(min(count, 5)):
            t, out = self.rng.uniform(t0, t1), s + self.rng.exponential(3.0)
            tree = self.rng.random() < 0.65
            size = self.rng.uniform(4, 10) if tree else self.rng.uniform(0.8, 2.6)
            self.add("tree" if tree else "bush", sign * out, t, size=float(size))

    def close(self, end: float) -> None:
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
                height, seed = float(rng.uniform(1.0, 1.9)), int(rng.integers(1 << 31))
                self.things.append(Thing(kind, start, size=height, ends=(start, stop), seed=seed))
                for _ in range(3):
                    size = float(rng.uniform(5, 10))
                    self.add("tree", s + rng.uniform(0, length), end + rng.uniform(2, 8), size)
            s += length + 0.02
