"""Image similarity by thumbnail correlation, for any number of images."""

from collections.abc import Iterable

import numpy as np

_BLOCK = 2048  # two blocks and their product take about 30 MB


def stacked(thumbnails: Iterable[str]) -> np.ndarray:
    """uint8 [frames, pixels] from hexadecimal strings."""
    return np.stack([np.frombuffer(bytes.fromhex(text), np.uint8) for text in thumbnails])


def nearest(queries: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For every requested thumbnail, the most similar known one.

    Args:
        queries: uint8 [N, pixels].
        known: uint8 [M, pixels].

    Returns:
        float32 [N], the correlation, and int [N], the index in `known`; -1 and 0 without any.
    """
    return _nearest(queries, known, earlier=False)


def nearest_earlier(thumbnails: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For every thumbnail, the most similar one before it.

    Args:
        thumbnails: uint8 [N, pixels].

    Returns:
        As `nearest`.
    """
    return _nearest(thumbnails, thumbnails, earlier=True)


def _nearest(
    queries: np.ndarray, known: np.ndarray, *, earlier: bool
) -> tuple[np.ndarray, np.ndarray]:
    best, places = np.full(len(queries), -1, np.float32), np.zeros(len(queries), int)
    for start in range(0, len(queries), _BLOCK):
        ours = _normalized(queries[start : start + _BLOCK])
        part = slice(start, start + len(ours))
        for other in range(0, start + 1 if earlier else len(known), _BLOCK):
            alike = ours @ _normalized(known[other : other + _BLOCK]).T
            if earlier and other == start:
                alike[np.triu_indices(len(ours))] = -1
            place = alike.argmax(axis=1)
            value = alike[np.arange(len(ours)), place]
            better = value > best[part]
            best[part][better], places[part][better] = value[better], other + place[better]
    return best, places


def _normalized(thumbnails: np.ndarray) -> np.ndarray:
    """float32 [N, pixels], each of mean 0 and length 1: products are correlations."""
    values = thumbnails.astype(np.float32)
    values -= values.mean(axis=1, keepdims=True)
    return values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-6)
