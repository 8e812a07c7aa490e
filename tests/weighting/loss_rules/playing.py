"""Plays a rule of losses, and keeps its objective beside its weights."""

import numpy as np

from tests.weighting.player import attached, step, task_loss


def objective(weighting, losses):
    """The value that is logged as `loss` on a batch."""
    given = zip(weighting.tasks, losses, strict=True)
    return float(weighting.total({task: task_loss(loss) for task, loss in given}))


def play(weighting, losses, epochs=None):
    """(objectives [T], weights [T, K]) over some batches.

    Args:
        weighting: Not attached yet.
        losses: [T, K].
        epochs: The number of each batch's epoch; 0 by default.
    """
    weighting = attached(weighting, len(losses[0]))
    objectives, weights, now = [], [], 0
    for number, row in enumerate(losses):
        epoch = 0 if epochs is None else epochs[number]
        if epoch != now:
            weighting.schedule(epoch)
            now = epoch
        objectives.append(objective(weighting, row))
        weights.append(step(weighting, row))
    return np.array(objectives), np.array(weights)
