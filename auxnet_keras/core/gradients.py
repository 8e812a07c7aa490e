"""Sums and products of gradients, the same on every backend."""

import functools
import operator
from collections.abc import Sequence
from typing import Any, TypeAlias

import keras
from keras import ops

from auxnet_keras.core.types import Tensor

Gradients: TypeAlias = list[Any]
"""One gradient per trainable variable; `None` if the loss does not depend on it."""


def add(tensors: Sequence[Tensor]) -> Tensor:
    """The sum of one tensor or more."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.add_n(tensors)  # one operation, however many they are
    return functools.reduce(operator.add, tensors)


def total(parts: Sequence[Gradients]) -> Gradients:
    """Their sum, variable by variable."""
    columns = ([g for g in column if g is not None] for column in zip(*parts, strict=True))
    return [add(present) if present else None for present in columns]


def times(gradients: Gradients, weight: Tensor) -> Gradients:
    """All of them times one number."""
    return [None if g is None else ops.cast(weight, g.dtype) * g for g in gradients]


def in_all(rows: Sequence[Gradients]) -> list[bool]:
    """For each variable, whether every row has a gradient with respect to it."""
    return [all(g is not None for g in column) for column in zip(*rows, strict=True)]


def product(first: Gradients, second: Gradients) -> Tensor:
    """Float32 dot product, summed variable by variable to avoid a concatenation."""
    products = [
        ops.sum(ops.cast(a, "float32") * ops.cast(b, "float32"))
        for a, b in zip(first, second, strict=True)
        if a is not None and b is not None
    ]
    return add(products) if products else ops.zeros(())


def gram(rows: Sequence[Gradients]) -> Tensor:
    """[K, K] dot products."""
    order = range(len(rows))
    upper = {(i, j): product(rows[i], rows[j]) for j in order for i in range(j + 1)}
    return ops.stack([ops.stack([upper[min(i, j), max(i, j)] for j in order]) for i in order])


def gram_by_variable(rows: Sequence[Gradients]) -> Tensor:
    """[V, K, K], one matrix per variable."""
    return ops.stack([gram([[g] for g in column]) for column in zip(*rows, strict=True)])
