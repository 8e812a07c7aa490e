"""Rules of gradients in float64 NumPy and SciPy, on the gradients themselves, from the papers.

Each takes the gradients G [K, n], one in a row, and returns the direction d [n], or weights [K]
where the paper defines weights.
"""

import itertools
from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import minimize, nnls, root


def pcgrad(gradients: np.ndarray, orders: Sequence[Sequence[int]]) -> np.ndarray:
    """Yu et al. 2020, Algorithm 1; orders[i] lists the others as task i meets them."""
    total = np.zeros(gradients.shape[1])
    for gradient, order in zip(gradients, orders, strict=True):
        projected = gradient.copy()
        for other in order:
            along = projected @ gradients[other]
            if along < 0:
                projected -= along / (gradients[other] @ gradients[other]) * gradients[other]
        total += projected
    return total


def gradvac(
    gradients: np.ndarray, targets: np.ndarray, orders: Sequence[Sequence[int]], beta: float
) -> tuple[np.ndarray, np.ndarray]:
    """Wang et al. 2021, Algorithm 1: the direction and the next targets [K, K]."""
    total, targets = np.zeros(gradients.shape[1]), targets.copy()
    for i, order in enumerate(orders):
        turned = gradients[i].copy()
        for j in order:
            other, target = gradients[j], targets[i, j]
            cosine = turned @ other / (np.linalg.norm(turned) * np.linalg.norm(other))
            if cosine < target:
                wanted = target * np.sqrt(1 - cosine**2) - cosine * np.sqrt(1 - target**2)
                size = np.linalg.norm(turned) * wanted
                turned += size / (np.linalg.norm(other) * np.sqrt(1 - target**2)) * other
            targets[i, j] = (1 - beta) * target + beta * cosine
        total += turned
    return total, targets


def upgrad(gradients: np.ndarray) -> np.ndarray:
    """Quinton & Rey 2024, Eq. 3: the mean of the projections on {d: g_j . d >= 0 for all j}.

    By Moreau, the projection is the gradient plus the cone of the others nearest to its negative.
    """
    projected = [g + gradients.T @ nnls(gradients.T, -g)[0] for g in gradients]
    return np.mean(projected, axis=0)


def cagrad(gradients: np.ndarray, c: float) -> np.ndarray:
    """Liu et al. 2021, Eq. 3: max over the ball of the least decrease, as it stands there."""
    mean = gradients.mean(axis=0)
    basis = np.linalg.qr(gradients.T)[0]  # the answer is in the span of the gradients
    inside, center = gradients @ basis, mean @ basis
    radius = c * np.linalg.norm(mean)
    found = minimize(
        lambda z: -z[-1],
        [*center, (inside @ center).min()],
        jac=lambda z: -np.eye(len(z))[-1],
        constraints=[
            {
                "type": "ineq",
                "fun": lambda z: inside @ z[:-1] - z[-1],
                "jac": lambda z: np.column_stack([inside, -np.ones(len(inside))]),
            },
            {
                "type": "ineq",
                "fun": lambda z: radius**2 - np.sum((z[:-1] - center) ** 2),
                "jac": lambda z: np.append(-2 * (z[:-1] - center), 0.0),
            },
        ],
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    return basis @ found.x[:-1]


def imtl_g(gradients: np.ndarray) -> np.ndarray:
    """Liu et al. 2021, Eq. 6: alpha = g_1 U^T (D U^T)^-1, alpha_1 = 1 - sum alpha; weights."""
    units = gradients / np.linalg.norm(gradients, axis=1, keepdims=True)
    differences, sides = gradients[0] - gradients[1:], units[0] - units[1:]
    rest = gradients[0] @ sides.T @ np.linalg.inv(differences @ sides.T)
    return np.array([1 - rest.sum(), *rest])


def config(gradients: np.ndarray) -> np.ndarray:
    """Liu et al. 2025, Eq. 2."""
    units = gradients / np.linalg.norm(gradients, axis=1, keepdims=True)
    direction = np.linalg.pinv(units) @ np.ones(len(units))
    direction /= np.linalg.norm(direction)
    return np.sum(gradients @ direction) * direction


def fair(gradients: np.ndarray, alpha: float) -> np.ndarray:
    """Ban & Ji 2024, Eq. 4 (alpha = 1: Navon et al. 2022, Eq. 2), a root in log w; weights."""
    gram = gradients @ gradients.T
    start = -alpha / (1 + alpha) * np.log(np.diag(gram))

    def residual(logs: np.ndarray) -> np.ndarray:
        return np.exp(logs / alpha) * (gram @ np.exp(logs)) - 1

    # Step by step from gradients at right angles, which is where the start is exact.
    diagonal = np.diag(np.diag(gram))
    for share in np.linspace(0.05, 1, 20):
        mixed = diagonal + share * (gram - diagonal)
        found = root(
            lambda logs, m=mixed: np.exp(logs / alpha) * (m @ np.exp(logs)) - 1, start, tol=1e-13
        )
        start = found.x
    if np.abs(residual(start)).max() > 1e-9:
        raise ArithmeticError("The oracle did not find the root.")
    return np.exp(start)


def aligned(gradients: np.ndarray) -> np.ndarray:
    """Senushkin et al. 2023: the nearest orthogonal system, sigma_min U V^T, summed."""
    left, sizes, right = np.linalg.svd(gradients, full_matrices=False)
    rank = np.sum(sizes > 1e-9 * sizes[0])
    system = sizes[rank - 1] * left[:, :rank] @ right[:rank]
    return system.sum(axis=0)


def pareto_weights(
    gram: np.ndarray,
    losses: np.ndarray,
    directions: np.ndarray,
    minimiser: Callable[[np.ndarray], np.ndarray],
    phase: int,
) -> np.ndarray:
    """Lin et al. 2019, section 4, for K tasks; directions u_k - u [C, K]; scaled in phase 2."""
    broken = directions[directions @ losses > 0]
    vectors = broken if phase == 1 else np.concatenate([np.eye(len(gram)), broken])
    weights = minimiser(vectors @ gram @ vectors.T) @ vectors
    return weights if phase == 1 else len(gram) * weights / np.abs(weights).sum()


def all_orders(count: int) -> list[list[list[int]]]:
    """Every way in which `count` tasks can each meet the others."""
    each = [
        [list(order) for order in itertools.permutations([j for j in range(count) if j != i])]
        for i in range(count)
    ]
    return [list(orders) for orders in itertools.product(*each)]
