"""The verdict of a comparison as text, which claims no more than its numbers do."""

import math

ALPHA = 0.05

HELPS = "helps"
WORSE = "worse"
NO_EVIDENCE = "no evidence"
ONE_SEED = "one seed: no interval, no more than a hint"
NO_PAIR = "no seed in common"


def verdict(n: int, difference: float, p: float, *, larger_is_better: bool = True) -> str:
    """The verdict of a comparison with a baseline.

    Args:
        n: Pairs.
        difference: Mean of arm - baseline.
        p: After the correction for several arms.
        larger_is_better: Of the score.
    """
    if n == 0:
        return NO_PAIR
    if n == 1:
        return ONE_SEED
    if math.isnan(p) or p >= ALPHA or difference == 0:
        return NO_EVIDENCE
    return HELPS if (difference > 0) == larger_is_better else WORSE
