"""What the Gram matrix of the tasks' gradients says: norms, angles, balance, condition."""

import itertools
from collections.abc import Sequence

import numpy as np

PREFIX = "gradient_"
WORST_CONDITION = 1e6
"""Larger ones are rounding: float32 has 7 digits."""


def gradient_measures(gram: np.ndarray, tasks: Sequence[str]) -> dict[str, float]:
    """Numbers by name, from M_ij = g_i . g_j.

        gradient_norm_<a>                      n_a = ||g_a||
        gradient_cosine_<a>_<b>                g_a . g_b / (n_a n_b)
        gradient_magnitude_similarity_<a>_<b>  2 n_a n_b / (n_a^2 + n_b^2), 1 for equal norms
        gradient_condition                     largest / smallest eigenvalue of the cosines' matrix,
                                               at most 1e6

    A task without a gradient has the norm 0 and is compared with nothing: what would involve it is
    NaN, and the condition is that of the other tasks. A gradient that overflows is NaN, too.

    Args:
        gram: [K, K].
        tasks: Names of the K tasks.
    """
    gram = np.asarray(gram, np.float64)
    norms = np.sqrt(np.diagonal(gram))
    measures = {f"{PREFIX}norm_{task}": float(n) for task, n in zip(tasks, norms, strict=True)}
    units = np.where(np.isfinite(norms) & (norms > 0), norms, np.nan)
    cosines = np.clip(gram / np.outer(units, units), -1.0, 1.0)
    for a, b in itertools.combinations(range(len(tasks)), 2):
        pair = f"{tasks[a]}_{tasks[b]}"
        ratio = units[a] / units[b]
        measures[f"{PREFIX}cosine_{pair}"] = float(cosines[a, b])
        measures[f"{PREFIX}magnitude_similarity_{pair}"] = float(2.0 / (ratio + 1.0 / ratio))
    trained = norms != 0
    measures[f"{PREFIX}condition"] = _condition(cosines[np.ix_(trained, trained)])
    return measures


def _condition(cosines: np.ndarray) -> float:
    if len(cosines) < 2 or not np.isfinite(cosines).all():
        return float("nan")
    values = np.linalg.eigvalsh(cosines)
    return float(values[-1] / max(values[0], values[-1] / WORST_CONDITION))
