"""What a number of seeds can show, before any of them is trained."""

import numpy as np
from scipy import optimize, stats

ALPHA, POWER = 0.05, 0.80
MAX_SEEDS = 1000


def power(difference: float, deviation: float, n: int, alpha: float = ALPHA) -> float:
    """The probability that a paired t test of n pairs finds a true difference.

    T follows a noncentral t distribution with n - 1 degrees of freedom and noncentrality
    `difference / deviation * sqrt(n)`; the test finds it where |T| > t_{1 - alpha/2, n - 1}.

    Args:
        difference: The true mean of the paired differences.
        deviation: Their standard deviation, > 0.
        n: Pairs, >= 2.
        alpha: Of the two-sided test.

    Reference:
        Cohen, Statistical Power Analysis for the Behavioral Sciences, 1988, section 2.3.
    """
    critical = stats.t.ppf(1 - alpha / 2, n - 1)
    shift = abs(difference) / deviation * np.sqrt(n)
    upper = stats.nct.sf(critical, n - 1, shift)
    lower = stats.nct.cdf(-critical, n - 1, shift)
    return float(upper + np.nan_to_num(lower))


def smallest_difference(deviation: float, n: int, alpha: float = ALPHA) -> float:
    """The difference that n pairs show with a probability of 80 %; infinite for one pair.

    Args:
        deviation: Standard deviation of the paired differences, from a pilot.
        n: Pairs.
        alpha: Of the test; Holm's method tests the first of m arms at 0.05 / m.

    Example:
        >>> round(smallest_difference(0.008, 10), 4)  # 0.8 points of IoU from seed to seed
        0.008
    """
    if n < 2:
        return float("inf")
    # In units of sd / sqrt(n): a t of one degree of freedom may need hundreds of them.
    largest = 4.0 * stats.t.ppf(1 - alpha / 2, n - 1) + 10.0
    unit = 1.0 / np.sqrt(n)

    def shortfall(shift: float) -> float:
        return power(shift * unit, 1.0, n, alpha) - POWER

    return float(optimize.brentq(shortfall, 1e-9, largest) * unit * deviation)


def seeds_needed(difference: float, deviation: float, alpha: float = ALPHA) -> int | None:
    """The fewest pairs that show a difference with a probability of 80 %; `None` beyond 1000."""
    low, high = 1, 2
    while power(difference, deviation, high, alpha) < POWER:
        low, high = high, 2 * high
        if low > MAX_SEEDS:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        if power(difference, deviation, middle, alpha) < POWER:
            low = middle
        else:
            high = middle
    return high
