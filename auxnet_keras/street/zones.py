"""Assigns every bit of ground to a part of the street."""

import numpy as np

from auxnet_keras.street.road import Street

# Cross-sections are tables with one entry every RESOLUTION metres out to EXTENT on each side.
EXTENT, RESOLUTION = 50.0, 0.025
ROAD, LINE, DASH, CURB, WALK, VERGE, LEFT_YARD, RIGHT_YARD = range(8)
_DASH_PERIOD, _DASH_LENGTH = 9.0, 4.0
_ZEBRA_DEPTH = 3.2


def _cross_section(street: Street) -> np.ndarray:
    """Zone codes over s."""
    s = np.arange(-EXTENT, EXTENT, RESOLUTION)
    zones = np.full(s.shape, ROAD, np.uint8)
    if street.marked:
        if not street.one_way:
            zones[np.abs(s) < 0.09] = DASH if street.left.road < 4 else LINE
        for line in np.arange(street.lane, street.left.road - 1.0, street.lane):
            zones[np.abs(np.abs(s) - line) < 0.08] = DASH
        zones[np.abs(np.abs(s) - street.left.road + 0.15) < 0.075] = LINE
    for sign, side in street.sides:
        out = sign * s
        yard = LEFT_YARD if sign < 0 else RIGHT_YARD
        zones[out > side.curb] = CURB
        zones[out > side.curb + 0.18] = VERGE
        zones[out > side.walk] = WALK
        zones[out > side.front] = yard
    return zones


def brightness_section(street: Street) -> np.ndarray:
    """Brightness over s around 128: worn wheel tracks, dirty gutters, dark feet of walls."""
    s = np.arange(-EXTENT, EXTENT, RESOLUTION)
    gain = np.ones(s.shape)
    for sign, side in street.sides:
        out = sign * s
        track = np.cos(2 * np.pi * out / street.lane * 2)
        gain = np.where((out >= 0) & (out < side.road), 1 - 0.045 * track, gain)
        gutter = np.exp(-np.square((out - side.curb) / 0.35))
        gain = np.where((out > 0) & (out < side.curb), gain * (1 - 0.28 * gutter), gain)
        foot = np.exp(-np.abs(out - side.building) / 0.7)
        gain = np.where((out > side.walk) & (out < side.building), gain * (1 - 0.3 * foot), gain)
    return (gain * 128).astype(np.uint8)


def section_entry(s: np.ndarray) -> np.ndarray:
    """The index of each s in a cross-section's table."""
    entry = ((s + EXTENT) * (1 / RESOLUTION)).astype(np.int32)
    return np.clip(entry, 0, round(2 * EXTENT / RESOLUTION) - 1, out=entry)


def _band(t: np.ndarray, start: float, stop: float) -> slice:
    """The rows in which t is anywhere between start and stop; t is linear along a row."""
    low, high = np.minimum(t[:, 0], t[:, -1]), np.maximum(t[:, 0], t[:, -1])
    rows = np.flatnonzero((high > start) & (low < stop))
    return slice(rows[0], rows[-1] + 1) if len(rows) else slice(0, 0)


def _end(zones: np.ndarray, t: np.ndarray, end: float, walk: float) -> None:
    """The street at the end of a T-junction, eight metres wide."""
    rows = _band(t, end - walk - 8.0, np.inf)
    zones, t = zones[rows], t[rows]
    for start, zone in ((-walk - 8.0, ROAD), (-walk - 0.2, CURB), (-walk, WALK), (0.0, RIGHT_YARD)):
        zones[t > end + start] = zone


def _crossing(zones: np.ndarray, s: np.ndarray, t: np.ndarray, street: Street) -> None:
    start, stop = street.crossing or (0.0, 0.0)
    rows = _band(t, start - 2.2, stop + 2.2)
    zones, s, t = zones[rows], s[rows], t[rows]
    inside = (t > start) & (t < stop)
    middle = inside & (np.abs(s) < max(street.left.curb, street.right.curb))
    zones[middle & ((zones == LINE) | (zones == DASH))] = ROAD
    for is_open, (sign, side) in zip(
        (street.open_left, street.open_right), street.sides, strict=True
    ):
        if is_open:
            zones[(s * sign > side.walk) & (t > start - 2.2) & (t < stop + 2.2)] = WALK
            zones[(s * sign > side.road) & inside] = ROAD


def _zebra(zones: np.ndarray, s: np.ndarray, t: np.ndarray, street: Street) -> None:
    start = street.zebra or 0.0
    rows = _band(t, start - 1.6, start + _ZEBRA_DEPTH)
    zones, s, t = zones[rows], s[rows], t[rows]
    road = zones < CURB
    on = road & (t > start) & (t < start + _ZEBRA_DEPTH)
    bars = ((s[on] + EXTENT) * 2).astype(np.int16) & 1
    zones[on] = np.where(bars == 1, LINE, ROAD)
    own_half = s * (1 if street.offset <= 0 else -1) > 0
    zones[road & own_half & (t > start - 1.6) & (t < start - 1.2)] = LINE


def zones_of(street: Street, s: np.ndarray, t: np.ndarray, entry: np.ndarray) -> np.ndarray:
    """Zone codes [rows, columns] of ground at street coordinates s and t.

    Args:
        street: The street.
        s, t: Coordinates [rows, columns], metres.
        entry: `section_entry(s)`.
    """
    zones = _cross_section(street).take(entry)
    if street.end is not None:
        _end(zones, t, street.end, street.right.sidewalk + 1.0)
    if street.crossing is not None:
        _crossing(zones, s, t, street)
    if street.zebra is not None:
        _zebra(zones, s, t, street)
    dashed = np.flatnonzero(zones == DASH)
    phase = (t.reshape(-1)[dashed] + 100 * _DASH_PERIOD) % _DASH_PERIOD
    zones.reshape(-1)[dashed] = np.where(phase < _DASH_LENGTH, LINE, ROAD)
    return zones
