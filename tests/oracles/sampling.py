"""Batches of labelled and extra frames, one frame after the other."""

import numpy as np


def mixed_batches(labelled, extra, batch_size, extra_in_batch, seed, epoch):
    """Lists of indices: the labelled frames by a permutation of the epoch; the extra ones by an
    endless queue of permutations, one a round, of which earlier epochs took their part."""
    in_batch = batch_size - extra_in_batch
    queue = [labelled[i] for i in np.random.default_rng([seed, epoch]).permutation(len(labelled))]
    rounds = extra_queue(extra, seed)
    steps = len(labelled) // in_batch
    for _ in range(epoch * steps * extra_in_batch):
        next(rounds)
    return [
        [queue.pop(0) for _ in range(in_batch)] + [next(rounds) for _ in range(extra_in_batch)]
        for _ in range(steps)
    ]


def extra_queue(extra, seed):
    """The extra frames, round after round."""
    turn = 0
    while True:
        for i in np.random.default_rng([seed, turn, 1]).permutation(len(extra)):
            yield extra[i]
        turn += 1
