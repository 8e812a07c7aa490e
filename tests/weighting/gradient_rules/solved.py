"""Rules of gradients as functions of a Gram matrix, each traced once per number of tasks."""

import keras
import numpy as np
import tensorflow as tf

from auxnet_keras.weighting.gradient_rules import (
    aligned,
    cagrad,
    config,
    gradvac,
    imtl_g,
    nash,
    pcgrad,
    upgrad,
)
from auxnet_keras.weighting.gradient_rules.min_norm import min_norm, min_norm_by_moves
from auxnet_keras.weighting.gradient_rules.solvers.conflict_averse import for_two
from auxnet_keras.weighting.gradient_rules.solvers.fair import fair

C, ALPHA, TARGET = 0.4, 2.0, 0.4
"""Of CAGrad, FairGrad and GradVac below."""


def reversed_orders(count):
    """Every task meets the others from the last to the first."""
    return [[j for j in reversed(range(count)) if j != i] for i in range(count)]


ANY = {
    "mgda": min_norm_by_moves,
    "pcgrad": lambda gram: pcgrad.any_tasks(gram, tf.constant(reversed_orders(gram.shape[0]))),
    "gradvac": lambda gram: gradvac.vaccinated(
        gram, tf.fill(gram.shape, TARGET), tf.constant(reversed_orders(gram.shape[0]))
    )[0],
    "upgrad": upgrad.any_tasks,
    "cagrad": lambda gram: cagrad.conflict_averse(gram, C),
    "imtl-g": imtl_g.any_tasks,
    "config": config.any_tasks,
    "nash": lambda gram: fair(gram, 1.0),
    "fairgrad": lambda gram: fair(gram, ALPHA),
    "aligned": aligned.any_tasks,
}
"""The general path of each rule."""

TWO = {
    "mgda": min_norm,
    "pcgrad": pcgrad.two_tasks,
    "upgrad": lambda gram: pcgrad.two_tasks(gram) / 2.0,
    "cagrad": lambda gram: cagrad.conflict_averse(gram, C, for_two),
    "imtl-g": imtl_g.two_tasks,
    "config": config.two_tasks,
    "nash": nash.two_tasks,
    "aligned": aligned.two_tasks,
}
"""The closed form for two tasks."""

_traced = {}


def weights(rule, gram, jit_compile=False):
    """w [K], float64, of a function of M."""
    key = (rule, len(gram), jit_compile)
    if key not in _traced:
        _traced[key] = tf.function(rule, jit_compile=jit_compile)
    return np.array(_traced[key](keras.ops.cast(gram, "float32")), np.float64)


def some_gradients(count, seed, spread=1.0, dimension=8):
    """G [K, n] that agree, ignore each other or conflict, with lengths within exp(+-spread)."""
    generator = np.random.default_rng([seed, count])
    common = 0.8 * generator.choice([-1, 0, 1]) * generator.normal(size=dimension)
    gradients = generator.normal(size=(count, dimension)) + common
    return gradients * np.exp(generator.uniform(-spread, spread, size=(count, 1)))


def deviation(found, expected):
    """The largest difference relative to the largest value."""
    return np.abs(found - expected).max() / np.abs(expected).max()
