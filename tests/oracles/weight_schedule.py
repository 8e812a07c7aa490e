"""Weights at a time from those at some times, in plain float64."""

import numpy as np


def at(points, time, linear):
    """Weights at `time`; `points` is {time: [weights]}."""
    times = sorted(points)
    if linear:
        columns = np.array([points[t] for t in times], np.float64).T
        return np.array([np.interp(time, times, column) for column in columns])
    passed = [t for t in times if t <= time] or times[:1]
    return np.array(points[passed[-1]], np.float64)
