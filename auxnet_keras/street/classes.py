"""The thirteen classes a street scene is labelled with: SYNTHIA's ids 0 to 12."""

from enum import IntEnum


class Label(IntEnum):
    """Class ids in the order all driving data sets of this package share, lane marking last."""

    VOID = 0
    SKY = 1
    BUILDING = 2
    ROAD = 3
    SIDEWALK = 4
    FENCE = 5
    VEGETATION = 6
    POLE = 7
    CAR = 8
    SIGN = 9
    PEDESTRIAN = 10
    CYCLIST = 11
    LANE_MARKING = 12
