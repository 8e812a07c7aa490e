"""GradNorm and Auto-Lambda, from their papers: weights that follow a gradient of their own."""

import numpy as np


class Adam:
    """Kingma & Ba 2015, Algorithm 1, on a vector."""

    def __init__(self, count, rate):
        self.rate, self.t = rate, 0
        self.m, self.v = np.zeros(count), np.zeros(count)

    def step(self, gradient):
        self.t += 1
        self.m = 0.9 * self.m + 0.1 * gradient
        self.v = 0.999 * self.v + 0.001 * gradient**2
        mean, square = self.m / (1 - 0.9**self.t), self.v / (1 - 0.999**self.t)
        return self.rate * mean / (np.sqrt(square) + 1e-8)


def gradnorm(norms, losses, alpha, rate):
    """Weights [T, K] (Chen et al. 2018, Eq. 1-2), the derivative by central differences.

    Args:
        norms: [T, K], || g_k || at the last shared layer.
        losses: [T, K].
        alpha, rate: As in the class.
    """
    count = len(losses[0])
    weights, adam, rows = np.ones(count), Adam(count, rate), []
    for norm, loss in zip(norms, losses, strict=True):
        left = loss / losses[0]
        target = (weights * norm).mean() * (left / left.mean()) ** alpha

        def distance(w, norm=norm, target=target):
            return np.abs(w * norm - target).sum()

        step = 1e-7 * np.eye(count)
        slope = [(distance(weights + e) - distance(weights - e)) / 2e-7 for e in step]
        weights = np.maximum(weights - adam.step(np.array(slope)), 1e-3)
        weights = weights * count / weights.sum()
        rows.append(weights)
    return np.array(rows)


def main_loss_after_a_step(weights, theta, gradients, rate, main_loss):
    """L_main(theta - rate sum_i w_i g_i), the inner problem of Auto-Lambda (Liu et al. 2022)."""
    return main_loss(theta - rate * np.asarray(weights) @ np.asarray(gradients))


def autolambda(theta, gradients, main_loss, rate, meta_rate, start, steps):
    """Weights [T, K] at one theta, the derivative by central differences of the inner problem.

    Args:
        theta: [D].
        gradients: [K, D] of the training losses at theta.
        main_loss: [D] to the main task's loss on held-out samples.
        rate, meta_rate, start, steps: Learning rates, w(0), and how many steps.
    """
    count = len(gradients)
    weights, adam, rows = np.full(count, start), Adam(count, meta_rate), []
    for _ in range(steps):

        def loss(w):
            return main_loss_after_a_step(w, theta, gradients, rate, main_loss)

        near = 1e-4 * np.eye(count)
        slope = np.array([(loss(weights + e) - loss(weights - e)) / 2e-4 for e in near])
        weights = weights - adam.step(slope / rate)  # Adam's epsilon sees a step of length 1
        rows.append(weights)
    return np.array(rows)
