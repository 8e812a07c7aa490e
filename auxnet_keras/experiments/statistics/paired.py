"""Two arms compared seed by seed: the difference of each pair, their mean and its uncertainty."""

import dataclasses
from collections.abc import Mapping

import numpy as np
from scipy import stats

from auxnet_keras.experiments.statistics.resampling import bootstrap_interval, sign_flip_p

LEVEL = 0.95


@dataclasses.dataclass(frozen=True)
class Paired:
    """What n pairs of scores say about the difference between two arms.

    Attributes:
        seeds: The seeds that both arms have.
        difference: Mean of arm - baseline; NaN without a pair.
        deviation: Standard deviation of the differences; NaN below two pairs, as is all that
            follows.
        interval: 95 % interval of the mean difference by Student's t.
        bootstrap_interval: The same by BCa.
        p: Two-sided, of the paired t test.
        p_sign_flip: Two-sided, of the sign-flip test.
    """

    seeds: tuple[int, ...]
    difference: float
    deviation: float
    interval: tuple[float, float]
    bootstrap_interval: tuple[float, float]
    p: float
    p_sign_flip: float

    @property
    def n(self) -> int:
        """Pairs."""
        return len(self.seeds)


def paired(arm: Mapping[int, float | None], baseline: Mapping[int, float | None]) -> Paired:
    """Compares two arms over the seeds that both have a score for.

    A seed decides the labelled frames, the initial weights and the order of the batches, so what it
    adds to both scores cancels in their difference d:

        t = mean(d) / (sd(d) / sqrt(n)),  interval: mean(d) -+ t_{0.975, n-1} sd(d) / sqrt(n)

    Args:
        arm, baseline: Seed -> score; `None` and NaN count as missing.

    Example:
        >>> depth, none = {0: 0.29, 1: 0.30, 2: 0.31}, {0: 0.27, 1: 0.27, 2: 0.29}
        >>> round(paired(depth, none).difference, 4)
        0.0233
    """
    seeds = tuple(sorted(s for s in arm if _is_score(arm[s]) and _is_score(baseline.get(s))))
    values = np.array([float(arm[s]) - float(baseline[s]) for s in seeds])  # type: ignore[arg-type]
    nothing = (float("nan"), float("nan"))
    if len(values) < 2:
        mean = float(values[0]) if len(values) else float("nan")
        return Paired(seeds, mean, nothing[0], nothing, nothing, nothing[0], nothing[0])
    mean, deviation = float(values.mean()), float(values.std(ddof=1))
    half = t_half_width(deviation, len(values))
    return Paired(
        seeds,
        mean,
        deviation,
        (mean - half, mean + half),
        bootstrap_interval(values, LEVEL),
        _t_test(mean, deviation, len(values)),
        sign_flip_p(values),
    )


def t_half_width(deviation: float, n: int) -> float:
    """Half of the 95 % interval of a mean of n values with a standard deviation."""
    return float(stats.t.ppf((1 + LEVEL) / 2, n - 1) * deviation / np.sqrt(n))


def _t_test(mean: float, deviation: float, n: int) -> float:
    if deviation == 0:  # runs that do not depend on the seed: either the same or not
        return 1.0 if mean == 0 else 0.0
    return float(2 * stats.t.sf(abs(mean) / (deviation / np.sqrt(n)), n - 1))


def _is_score(value: float | None) -> bool:
    return value is not None and bool(np.isfinite(value))
