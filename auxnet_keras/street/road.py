"""The street itself: its course, its cross-section, its crossings."""

import math
from dataclasses import dataclass

import numpy as np

from auxnet_keras.street.palette import pick

# Beyond this many metres a bend continues straight, so that no street turns back on itself.
BEND_END = 70.0


@dataclass(frozen=True)
class Side:
    """What is between the road and the frontage on one side, widths in metres."""

    road: float
    parking: float
    verge: float
    sidewalk: float
    setback: float
    yard: str
    frontage: str

    @property
    def curb(self) -> float:
        return self.road + self.parking

    @property
    def walk(self) -> float:
        """Inner edge of the sidewalk."""
        return self.curb + 0.18 + self.verge

    @property
    def front(self) -> float:
        """Where the lots begin."""
        return self.walk + self.sidewalk

    @property
    def building(self) -> float:
        return self.front + self.setback


@dataclass(frozen=True)
class Street:
    """A street in street coordinates: `s` metres right of its centre line, `t` metres along it.

    The centre line is `x(z) = offset + slope z + bend z^2 / 2` in front of the camera.

    Args:
        offset, slope, bend: Course of the centre line seen from the camera.
        left, right: The two sides; `sides` holds them with their signs.
        lane: Width of a lane, metres.
        one_way: No line between directions.
        marked: Whether lanes are marked at all.
        crossing: Start and end of a cross street along t, or None.
        open_left, open_right: On which sides the cross street leaves.
        zebra: Where a crosswalk begins along t, or None.
        end: Where the street ends at another one (T-junction), or None.
    """

    offset: float
    slope: float
    bend: float
    left: Side
    right: Side
    lane: float
    one_way: bool
    marked: bool
    crossing: tuple[float, float] | None
    open_left: bool
    open_right: bool
    zebra: float | None
    end: float | None

    @property
    def sides(self) -> tuple[tuple[int, Side], tuple[int, Side]]:
        return (-1, self.left), (1, self.right)

    def course(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Position x and slope dx/dz of the centre line at depths z."""
        bent = np.clip(z, 0.0, BEND_END)
        x = self.offset + self.slope * z + self.bend * (bent * z - bent**2 / 2)
        return x, self.slope + self.bend * bent

    def _course_at(self, z: float) -> tuple[float, float]:
        """`course` at one depth, without the cost of arrays."""
        bent = min(max(z, 0.0), BEND_END)
        x = self.offset + self.slope * z + self.bend * (bent * z - bent * bent / 2)
        return x, self.slope + self.bend * bent

    def place(self, s: float, t: float) -> np.ndarray:
        """Ground position (x, z) of street coordinates: the inverse of `coordinates`."""
        z = t
        for _ in range(5):
            _, slope = self._course_at(z)
            z = t - slope / math.hypot(1.0, slope) * s
        x, slope = self._course_at(z)
        return np.array([x + s * math.hypot(1.0, slope), z])

    def heading(self, t: float) -> np.ndarray:
        """Unit vector (x, z) along the street at t."""
        slope = self._course_at(t)[1]
        return np.array([slope, 1.0]) / math.hypot(1.0, slope)

    def coordinates(self, ray_x: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Street coordinates (s, t), each [rows, columns], of the ground seen at depths z."""
        x, slope = self.course(z)
        cosine = 1 / np.hypot(1.0, slope)
        s = np.outer((cosine * z).astype(np.float32), ray_x)
        s -= (cosine * x).astype(np.float32)[:, None]
        t = s * (slope * cosine).astype(np.float32)[:, None]
        t += z.astype(np.float32)[:, None]
        return s, t

    def is_open(self, side: int, t: float) -> bool:
        """Whether the cross street leaves on that side at t."""
        if self.crossing is None or not self.crossing[0] <= t <= self.crossing[1]:
            return False
        return self.open_left if side < 0 else self.open_right


_FRONTAGES = {"city": 0.42, "suburb": 0.27, "park": 0.19, "rural": 0.12}


def _sample_side(rng: np.random.Generator, frontage: str, road: float) -> Side:
    built = frontage == "city"
    return Side(
        road=road,
        parking=2.1 if rng.random() < (0.65 if built else 0.35) else 0.0,
        verge=float(rng.uniform(0.8, 2.4)) if rng.random() < (0.2 if built else 0.55) else 0.0,
        sidewalk=float(rng.uniform(1.4, 4.2)) if frontage != "rural" else float(rng.uniform(0, 2)),
        setback=float(rng.choice([0.0, 0.0, 1.5]) if built else rng.uniform(2.5, 7.0)),
        yard=str(rng.choice(["slabs", "pavers", "grass"] if built else ["grass", "grass", "soil"])),
        frontage=frontage,
    )


def sample_street(rng: np.random.Generator) -> Street:
    """Draw a street and where on it the camera stands."""
    first = pick(rng, _FRONTAGES)
    second = first if rng.random() < 0.6 else pick(rng, _FRONTAGES)
    lane = float(rng.uniform(2.7, 3.6))
    lanes = int(rng.choice([1, 1, 2]))
    one_way = lanes == 1 and rng.random() < 0.2
    half = lane * lanes * (0.75 if one_way else 1.0) + 0.25
    left, right = _sample_side(rng, first, half), _sample_side(rng, second, half)
    # Usually in a lane of the right or left half, sometimes anywhere on the road.
    where = float(rng.choice([-1, 1])) * (lane * (int(rng.integers(lanes)) + 0.5))
    shift = float(rng.normal(0, 0.35))
    where = where + shift if rng.random() < 0.8 else float(rng.uniform(-half, half))
    turning = rng.random() < 0.28
    slope = float(np.tan(np.deg2rad(rng.normal(0, 17 if turning else 4))))
    t = float(rng.uniform(9, 42))
    crossing = (t, t + float(rng.uniform(7, 13))) if rng.random() < 0.45 else None
    both = rng.random() < 0.5
    zebra = None
    if crossing is not None and rng.random() < 0.75:
        zebra = crossing[0] - 4.0
    elif rng.random() < 0.25:
        zebra = float(rng.uniform(6, 30))
    first_left = rng.random() < 0.5
    return Street(
        offset=-where,
        slope=float(np.clip(slope, -0.62, 0.62)),
        bend=float(rng.normal(0, 0.0045)),
        left=left,
        right=right,
        lane=lane,
        one_way=one_way,
        marked=rng.random() < 0.88,
        crossing=crossing,
        open_left=both or first_left,
        open_right=both or not first_left,
        zebra=zebra,
        end=float(rng.uniform(26, 60)) if crossing is None and rng.random() < 0.3 else None,
    )
