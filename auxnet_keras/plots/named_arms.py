"""Which of many arms a plot names: more than a dozen colours tell nobody anything."""

from collections.abc import Mapping

MOST = 20
"""Arms that a legend beside a plot has room for."""
_AT_EACH_END = 3


def named_arms(ends: Mapping[str, float], baseline: str) -> list[str]:
    """The arms to draw in colour with a name, without the baseline; the others are grey.

    Args:
        ends: Arm to its score at the end of its curve.
        baseline: The arm that is always named.

    Returns:
        All arms, in the given order; of more than `MOST`, the three best and the three worst.

    Example:
        >>> named_arms({"segnet": 27.0, "aux": 29.0}, "segnet")
        ['aux']
    """
    others = [arm for arm in ends if arm != baseline]
    if len(ends) <= MOST:
        return others
    ranked = sorted(others, key=lambda arm: -ends[arm])
    return ranked[:_AT_EACH_END] + ranked[-_AT_EACH_END:]
