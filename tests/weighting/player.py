"""Plays a rule without a network: losses and Gram matrices in, weights out, in milliseconds."""

import numpy as np
import tensorflow as tf

from auxnet_keras.losses.task_loss import TaskLoss
from auxnet_keras.weighting.base import WeightingState
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting

TASKS = ("segmentation", "depth", "normals", "edges")


def attached(weighting, count=2):
    """The weighting with its state, as in a model with `count` tasks."""
    weighting.state = WeightingState(type(weighting).__name__)
    weighting.build(weighting.state, TASKS[:count])
    weighting.schedule(0)
    return weighting


def task_loss(loss):
    """The loss of a task on a batch; `None` is a task without a valid pixel."""
    mean = tf.constant(0.0 if loss is None else loss, tf.float32)
    return TaskLoss(mean, None, None, tf.constant(loss is not None), None, None, None)


def step(weighting, losses, gram=None):
    """The weights [K] that train a batch with these losses, after which the state is the next.

    Args:
        weighting: From `attached`.
        losses: [K] numbers, `None` for an absent task.
        gram: [K, K], for a rule of gradients; random otherwise.
    """
    given = {task: task_loss(loss) for task, loss in zip(weighting.tasks, losses, strict=True)}
    if isinstance(weighting, GradientWeighting):
        gram = random_gram(len(losses), 0) if gram is None else gram
        return np.array(weighting.weigh(tf.constant(gram, tf.float32), given))
    with tf.GradientTape() as tape:
        means = [loss.mean for loss in given.values()]
        tape.watch(means)
        watched = {
            task: TaskLoss(mean, *list(vars(given[task]).values())[1:])
            for task, mean in zip(given, means, strict=True)
        }
        total = weighting.total(watched)
    weights = tape.gradient(total, means, unconnected_gradients="zero")
    weighting.update(watched)
    look_after_step(weighting, watched)
    return np.array([float(weight) for weight in weights])


def look_after_step(weighting, losses):
    """Tells a weighting that wants to know that a step made the first task best."""
    if hasattr(weighting, "after_step"):
        factors = np.linspace(0.8, 0.95, len(losses))
        weighting.after_step(
            {
                task: TaskLoss(loss.mean * factor, *list(vars(loss).values())[1:])
                for (task, loss), factor in zip(losses.items(), factors, strict=True)
            }
        )


def random_gram(count, seed, dimension=6):
    """M [K, K] of random gradients."""
    gradients = np.random.default_rng(seed).normal(size=(count, dimension))
    return gradients @ gradients.T


def random_losses(steps, count, seed=0):
    """[T, K] positive losses that fall slowly."""
    generator = np.random.default_rng(seed)
    fall = np.exp(-0.05 * np.arange(steps))[:, None]
    return fall * np.exp(generator.normal(size=(steps, count), scale=0.3)) * [1.0, 5.0, 0.3][:count]


def state_of(weighting):
    """The values of all variables."""
    return [np.array(variable) for variable in weighting.state.variables]
