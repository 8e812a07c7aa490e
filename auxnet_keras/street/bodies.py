"""Shapes of vehicles."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Body:
    """A vehicle seen from the side, from rear bumper (z < 0) to front bumper, metres.

    Args:
        profile: Points (z, y) over the roof, from the lower rear to the lower front corner.
        glass: Which edges of the profile are windows.
        side_glass: The side windows, one polygon (z, y) each.
        width: Overall width.
        wheels: Positions z of the axles.
        radius: Radius of the wheels.
    """

    profile: tuple[tuple[float, float], ...]
    glass: tuple[int, ...]
    side_glass: tuple[tuple[tuple[float, float], ...], ...]
    width: float
    wheels: tuple[float, float]
    radius: float

    @property
    def length(self) -> float:
        return self.profile[-1][0] - self.profile[0][0]

    @property
    def height(self) -> float:
        return max(y for _, y in self.profile)


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
        ((-3.4, 0.55), (-3.4, 1.1), (-3.4, 1.45), (-3.4, 3.2), (-3.3, 3.25), (2.6, 3.25),
         (2.95, 2.2), (3.05, 1.3), (3.05, 0.8), (3.0, 0.4)),
        (5,),
        (((2.0, 1.5), (2.0, 2.3), (2.6, 2.3), (2.75, 1.5)),),
        2.35, (-2.2, 2.05), 0.46),
}  # fmt: skip
