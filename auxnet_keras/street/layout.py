"""Decides what stands where along a street."""

from collections.abc import Iterator

import numpy as np

from auxnet_keras.street.bodies import BODIES
from auxnet_keras.street.cars import sample_body
from auxnet_keras.street.frontage import Frontage
from auxnet_keras.street.road import Side, Street
from auxnet_keras.street.things import Filler, Thing


class Traffic(Filler):
    """Puts people, cars and furniture on a street."""

    def furnish(self, sign: int, side: Side, busy: float) -> None:
        """Lamps, signs, trees and pedestrians on one side; `busy` scales how many people."""
        rng, street = self.rng, self.street
        curb = side.curb + 0.45
        poles = float(rng.uniform(14, 28))
        trees = float(rng.uniform(7, 14)) if rng.random() < 0.45 else 0.0

        def along(step: float, start: float) -> Iterator[float]:
            t = start
            while t < min(self.stop, 70):
                if not street.is_open(sign, t):
                    yield t
                t += step * rng.uniform(0.75, 1.3) * (1 + t / 80)

        for t in along(poles, rng.uniform(2, poles)):
            self.add("lamp", sign * curb, t, size=-float(sign) * 1.8)
        for t in along(rng.uniform(10, 22), rng.uniform(5, 15)):
            draw = rng.random()
            kind = "sign" if draw < 0.72 else "large sign" if draw < 0.9 else "bin"
            self.add(kind, sign * (curb + rng.uniform(0, 0.4)), t)
        if trees:
            s = side.curb + 0.2 + max(side.verge / 2, 0.6)
            for t in along(trees, rng.uniform(4, 4 + trees)):
                self.add("tree", sign * s, t + 1.0, size=float(rng.uniform(4.5, 8.5)))
        if rng.random() < 0.12:
            for t in along(2.2, rng.uniform(4, 9)):
                if t < 30:
                    self.add("bollard", sign * curb, t)
        if street.crossing is not None and rng.random() < 0.7:
            self.add("traffic light", sign * curb, street.crossing[0] - 1.0)
        room = max(side.sidewalk, 0.8)
        for t in np.sort(rng.gamma(2.2, 8.0, rng.poisson(3.4 * busy))) + 4.5:
            if t < self.stop + 6:
                self.add("pedestrian", sign * (side.walk + rng.uniform(0.1, 0.95) * room), t)

    def drive(self, sign: int, side: Side, busy: float) -> None:
        """Parked cars, cars in their lanes and cyclists on one side."""
        rng, street = self.rng, self.street
        if side.parking and rng.random() < 0.9:
            t = float(rng.uniform(3, 12))
            while t < min(self.stop, 65):
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
            while t < min(self.stop, 80):
                if rng.random() < 0.62 * min(busy, 1.2):
                    self._car(middle + rng.normal(0, 0.15), t, direction, sample_body(rng))
                t += float(rng.uniform(9, 26))
        for t in rng.gamma(2.5, 5.5, rng.poisson(1.5 * busy)) + 5.0:
            if t < self.stop:
                s = side.road - 0.75 if side.parking or rng.random() < 0.6 else side.walk + 0.8
                self.add("cyclist", sign * s, float(t), size=float(rng.uniform(0.15, 0.7)))

    def _car(self, s: float, t: float, direction: int, body: str) -> None:
        at = self.street.place(s, t)
        forward = self.street.heading(t) * direction
        self.things.append(Thing("car", at, forward=forward, body=body))

    def cross(self) -> None:
        """People on the crosswalk, a car on the cross street."""
        rng, street = self.rng, self.street
        if street.zebra is not None:
            for _ in range(rng.poisson(2.2)):
                s = rng.uniform(-street.left.curb, street.right.curb)
                kind = "pedestrian" if rng.random() < 0.8 else "cyclist"
                self.add(kind, s, street.zebra + rng.uniform(0.5, 2.7), size=1.0)
        if street.crossing is not None and rng.random() < 0.5:
            t = float(rng.uniform(*street.crossing))
            s = rng.uniform(4, 14) * (1 if rng.random() < 0.5 else -1)
            if street.is_open(1 if s > 0 else -1, t):
                at, along = street.place(s, t), street.heading(t)
                across = np.array([along[1], -along[0]]) * (1 if rng.random() < 0.5 else -1)
                self.things.append(Thing("car", at, forward=across, body=sample_body(rng)))


def lay_out(street: Street, rng: np.random.Generator) -> list[Thing]:
    """All things on a street, nearest first."""
    frontage, traffic = Frontage(street, rng), Traffic(street, rng)
    busy = float(rng.uniform(0.4, 1.3))
    for sign, side in street.sides:
        frontage.line(sign, side)
        traffic.furnish(sign, side, busy)
        traffic.drive(sign, side, busy)
    traffic.cross()
    if street.end is not None:
        frontage.close(street.end)
    things = [thing for thing in frontage.things + traffic.things if thing.distance > 1.0]
    return sorted(things, key=lambda thing: thing.distance)
