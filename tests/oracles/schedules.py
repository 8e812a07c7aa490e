"""Learning rates by step, written from the papers' formulas."""

import math


def warmed_up(step, rate, warmup, after):
    """Goyal et al. 2017, section 2.2: a linear rise, then the schedule from its start."""
    return rate * (step + 1) / warmup if step < warmup else after(step - warmup)


def cosine(step, rate, steps, final):
    """SGDR, Eq. 5 with eta_max = rate, eta_min = final * rate and no restart."""
    low = final * rate
    return low + 0.5 * (rate - low) * (1 + math.cos(math.pi * step / steps))


def polynomial(step, rate, steps, power, final):
    """ParseNet's "poly", which ends at final * rate."""
    low = final * rate
    return (rate - low) * (1 - step / steps) ** power + low


def drops(step, rate, points):
    """`points` maps steps to the rate from that step on."""
    return [rate, *(points[at] for at in sorted(points) if at <= step)][-1]
