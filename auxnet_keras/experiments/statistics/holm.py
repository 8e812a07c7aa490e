"""A correction for several arms: with twenty, one in twenty would "help" by chance."""

from collections.abc import Sequence

import numpy as np


def holm(p: Sequence[float]) -> list[float]:
    """Holm's corrected p values: each one below 0.05 holds with all the others accounted for.

    Sorted from the smallest, p_(k) becomes max_{j <= k} min(1, (m - j + 1) p_(j)).

    Args:
        p: [m]; NaN (a comparison that could not be tested) stays NaN and does not count.

    Example:
        >>> holm([0.01, 0.04, 0.03])
        [0.03, 0.06, 0.06]

    Reference:
        Holm, A Simple Sequentially Rejective Multiple Test Procedure, Scand. J. Stat. 1979.
    """
    corrected = np.array(p, np.float64)
    tested = np.flatnonzero(~np.isnan(corrected))
    order = tested[np.argsort(corrected[tested], kind="stable")]
    steps = corrected[order] * np.arange(len(order), 0, -1)
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return corrected.tolist()
