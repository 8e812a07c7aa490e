"""The main + auxiliary rules on gradient vectors, from the papers; the main task is row 0."""

import itertools

import numpy as np


def gated(gradients, mode):
    """The sum [D] after the gate (Du et al. 2018; PCGrad with the main task first).

    Args:
        gradients: [K, D].
        mode: "unweighted", "weighted" or "project".
    """
    main, *others = np.asarray(gradients, np.float64)
    total = main.copy()
    for other in others:
        cosine = main @ other / np.linalg.norm(main) / np.linalg.norm(other)
        if mode == "project":
            part = other - (main @ other) / (main @ main) * main if cosine < 0 else other
        else:
            part = other * (cosine > 0 if mode == "unweighted" else max(cosine, 0.0))
        total += part
    return total


def olaux(history, losses, step_size, batches, measure):
    """The auxiliary weights [T, K - 1] for each batch (Lin et al. 2019; clamped).

    Args:
        history: [T, K, D] gradients.
        losses: [T, K].
        step_size, batches, measure: As in the class.
    """
    weights = np.ones(len(history[0]) - 1)
    rows, recent = [], []
    for gradients, row in zip(history, losses, strict=True):
        main, *others = np.asarray(gradients, np.float64)
        products = []
        for k, other in enumerate(others, 1):
            scale = row[0] * row[k]
            if measure == "cosine":
                scale = np.linalg.norm(main) * np.linalg.norm(other)
            products.append(main @ other / scale)
        recent.append(products)
        if len(recent) == batches:
            weights = np.maximum(weights + step_size * np.sum(recent, axis=0), 0.0)
            recent = []
        rows.append(weights)
    return np.array(rows)


def metabalanced(history, relax, average, strategy):
    """The summed gradient by variable, [T, V, D] (He et al. 2022).

    Args:
        history: [T, K, V, D] gradients.
        relax, average, strategy: As in the class.
    """
    norms = np.zeros(np.shape(history)[1:3])
    totals = []
    for gradients in np.asarray(history, np.float64):
        total = np.zeros(gradients.shape[1:])
        for k, variable in np.ndindex(gradients.shape[:2]):
            gradient = gradients[k, variable]
            norms[k, variable] *= average
            norms[k, variable] += (1 - average) * np.linalg.norm(gradient)
            own, main = norms[k, variable], norms[0, variable]
            scales = {"both": True, "shorten": own > main, "lengthen": own < main}[strategy]
            if scales and own > 0:
                gradient = gradient * main / own * relax + gradient * (1 - relax)
            total[variable] += gradient
        totals.append(total)
    return np.array(totals)


def priority_descent(gradients, share, squares=None):
    """The published direction [D], by trying every set of active constraints (PCD, 2026).

    Args:
        gradients: [K, D].
        share: tau.
        squares: [K] mean squared lengths; those of `gradients` by default.
    """
    gradients = np.asarray(gradients, np.float64)
    squares = (gradients**2).sum(axis=1) if squares is None else np.asarray(squares)
    main, *others = gradients / np.sqrt(squares + 1e-8)[:, None]
    others = np.array(others)
    needed = share * (others**2).sum(axis=1)
    best, nearest = None, np.inf
    for size in range(len(others) + 1):
        for active in itertools.combinations(range(len(others)), size):
            rows, wanted = others[list(active)], needed[list(active)]
            change = rows.T @ np.linalg.pinv(rows @ rows.T) @ (wanted - rows @ main)
            point = main + change
            holds = (others @ point >= needed - 1e-12).all()
            if holds and change @ change < nearest:
                best, nearest = point, change @ change
    if best is None:
        return gradients[0]
    return best * np.linalg.norm(gradients[0]) / np.linalg.norm(best)
