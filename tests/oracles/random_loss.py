"""RLW with Wichmann and Hill's generator, in whole numbers and float64."""

import math

import numpy as np


def trajectory(start, batches):
    """The weights of each batch [T, K].

    Args:
        start: The generators' whole numbers before the first batch [3, 2, K].
        batches: T.
    """
    numbers = [[[int(n) for n in stream] for stream in part] for part in start]
    weights = []
    for _ in range(batches):
        for part, (factor, modulus) in zip(
            numbers, ((171, 30269), (172, 30307), (170, 30323)), strict=True
        ):
            for stream in part:
                stream[:] = [factor * n % modulus for n in stream]
        (x, y, z), normal = numbers, []
        for k in range(len(x[0])):
            radius, angle = (
                (x[j][k] / 30269 + y[j][k] / 30307 + z[j][k] / 30323) % 1.0 for j in (0, 1)
            )
            normal.append(math.sqrt(-2 * math.log(radius)) * math.cos(2 * math.pi * angle))
        weights.append(np.exp(normal) / np.exp(normal).sum())
    return np.array(weights)
