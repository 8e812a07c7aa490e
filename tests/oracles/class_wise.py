"""Class-wise auxiliary weights in float64, a class at a time, from paper B and its reading.

One batch gives, for every pixel, the loss and the validity of either task and the class y_i of the
auxiliary label. With N the pixels valid for a task,

    A_c      = 1/N_aux  sum_{i: y_i = c} D_aux(i)        L_aux^c = w^c A_c
    L_main^c = 1/N_main sum_{i: y_i = c} D_main(i)

and after every time unit (Eqs. 9 and 10, with the denominator's misprint corrected)

    g   = (dL_main^c / L_main^c(0) + eps) / (dL_aux^c / L_aux^c(0) + eps) * A_c
    w^c = ReLU(w^c - alpha m_hat / (sqrt(v_hat) + eps))
"""

import dataclasses
import math

import numpy as np

LARGEST = 1e15
SMALLEST_FIRST = 1e-12
BETA_1, BETA_2 = 0.9, 0.999


@dataclasses.dataclass
class Batch:
    """Arrays of one shape: losses, weights of pixels (0 = not valid), class ids (-1 = none)."""

    main: np.ndarray
    main_valid: np.ndarray
    auxiliary: np.ndarray
    auxiliary_valid: np.ndarray
    classes: np.ndarray


@dataclasses.dataclass
class State:
    """Arrays [C] after a batch; `total` is the objective of that batch, before the update."""

    w: np.ndarray
    m: np.ndarray
    v: np.ndarray
    count: np.ndarray
    total: float = math.nan


def statistics(batch, c, normalize_by):
    """(A_c, L_main^c) of one class, or None where the class is absent from the batch."""
    of_c = batch.classes == c
    valid = np.where(batch.classes >= 0, batch.auxiliary_valid, 0.0).astype(np.float64)
    main_valid = batch.main_valid.astype(np.float64)
    pixels, main_pixels = valid[of_c].sum(), main_valid[of_c].sum()
    if pixels == 0 or main_pixels == 0:
        return None
    n, n_main = (
        (pixels, main_pixels) if normalize_by == "class" else (valid.sum(), main_valid.sum())
    )
    a = (valid * batch.auxiliary.astype(np.float64))[of_c].sum() / n
    main = (main_valid * batch.main.astype(np.float64))[of_c].sum() / n_main
    return a, main


def total(batch, w, normalize_by):
    """sum_c w^c A_c + L_main of a batch."""
    valid = np.where(batch.classes >= 0, batch.auxiliary_valid, 0.0).astype(np.float64)
    result = 0.0
    for c, weight in enumerate(w):
        of_c = batch.classes == c
        n = valid[of_c].sum() if normalize_by == "class" else valid.sum()
        if valid[of_c].sum() > 0:
            result += weight * (valid * batch.auxiliary)[of_c].sum() / n
    n_main = batch.main_valid.sum(dtype=np.float64)
    if n_main > 0:
        result += (batch.main_valid * batch.main.astype(np.float64)).sum() / n_main
    return float(result)


def trajectory(
    batches,
    epochs,
    num_classes,
    *,
    step_size=2e-4,
    start_epoch=0,
    window=1,
    normalize_by="total",
    rule="paper",
    epsilon=1e-8,
):
    """The `State` after every batch.

    Args:
        batches: A sequence of `Batch`.
        epochs: The epoch each belongs to.
        num_classes: C.
        step_size, start_epoch, window, normalize_by, rule, epsilon: As for the weighting.
    """
    w = np.ones(num_classes)
    m, v, count = (np.zeros(num_classes) for _ in range(3))
    first, last = {}, {}  # class -> (L_main^c, L_aux^c) of its first and of its latest unit
    pending = {c: [] for c in range(num_classes)}  # (A_c, L_main^c, L_aux^c) since the unit began
    states = []
    for t, (batch, epoch) in enumerate(zip(batches, epochs, strict=True), start=1):
        objective = total(batch, w, normalize_by)
        for c in range(num_classes):
            found = statistics(batch, c, normalize_by)
            if found is not None:
                a, main = found
                pending[c].append((a, main, w[c] * a))
        if t % window == 0:
            for c in range(num_classes):
                if not pending[c]:
                    continue
                a, main, auxiliary = np.mean(pending[c], axis=0)
                pending[c] = []
                if c not in first:
                    first[c] = (main, auxiliary)
                elif epoch >= start_epoch:
                    g = gradient((main, auxiliary), last[c], first[c], a, epsilon)
                    count[c] += 1
                    w[c] = moved(w, m, v, c, g, count[c], step_size, rule, epsilon)
                last[c] = (main, auxiliary)
        states.append(State(w.copy(), m.copy(), v.copy(), count.copy(), objective))
    return states


def gradient(now, before, first, a, epsilon):
    """Eq. 10, clipped."""
    main, auxiliary = (
        (x - y) / max(z, SMALLEST_FIRST) + epsilon
        for x, y, z in zip(now, before, first, strict=True)
    )
    if auxiliary == 0:
        return math.copysign(LARGEST, main) if main * a else 0.0
    return float(np.clip(main / auxiliary * a, -LARGEST, LARGEST))


def moved(w, m, v, c, g, n, step_size, rule, epsilon):
    """Eq. 9 for class c at its n-th update; Adam's moments move with the rule "paper" only."""
    if rule == "sign":
        k = (1 - BETA_1) / (1 - BETA_1**n) * math.sqrt((1 - BETA_2**n) / (1 - BETA_2))
        return max(0.0, w[c] - step_size * k * np.sign(g))
    m[c] = BETA_1 * m[c] + (1 - BETA_1) * g
    v[c] = BETA_2 * v[c] + (1 - BETA_2) * g * g
    m_hat, v_hat = m[c] / (1 - BETA_1**n), v[c] / (1 - BETA_2**n)
    return max(0.0, w[c] - step_size * m_hat / (math.sqrt(v_hat) + epsilon))


def program_trajectory(batches, epochs, num_classes, *, step_size=2e-4, start_epoch=0, eps=1e-8):
    """Weights and objective of every batch, as the authors' program computes them.

    As in `loss_vkitti.py`: losses of absent classes are 0, the first losses are those of whole
    tasks, moments are never stored, and the steps of all classes are counted together.
    """
    w, t = np.ones(num_classes), 1
    begin, past = None, None
    weights, objectives = [], []
    for batch, epoch in zip(batches, epochs, strict=True):
        valid = np.where(batch.classes >= 0, batch.auxiliary_valid, 0.0).astype(np.float64)
        main_valid = batch.main_valid.astype(np.float64)
        of = [batch.classes == c for c in range(num_classes)]
        a = np.array([(valid * batch.auxiliary)[c].sum() for c in of]) / valid.sum()
        main_now = np.array([(main_valid * batch.main)[c].sum() for c in of])
        aux_now = w * a
        whole = aux_now.sum(), (main_valid * batch.main).sum() / main_valid.sum()
        begin = begin or whole
        objectives.append(whole[0] / begin[0] + whole[1] / begin[1])
        if epoch >= start_epoch:
            if past is not None:
                delta_aux = (aux_now - past[0]) / begin[0]
                delta_main = (main_now - past[1]) / begin[1]
                g = (delta_main + eps) / (delta_aux + eps) * a
                m_hat = (1 - BETA_1) * g / (1 - BETA_1**t)
                v_hat = (1 - BETA_2) * g**2 / (1 - BETA_2**t)
                t += 1
                w = np.maximum(0.0, w - step_size * m_hat / (np.sqrt(v_hat) + eps))
            past = aux_now, main_now
        weights.append(w.copy())
    return np.array(weights), np.array(objectives)
