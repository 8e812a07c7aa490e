"""Draws docs/pictures/pareto_toy.png: every weighting on two losses with a known Pareto front.

    python docs/pareto_toy.py

A point x in the plane has the losses

    L_main = 1 - exp(-|x - c|^2),    L_aux = 10 (1 - exp(-|x + c|^2)),    c = (1, 1) / sqrt(2),

after Lin et al., Pareto Multi-Task Learning, 2019. No point of the segment from c to -c can lower
one loss without raising the other, and every other point can: the segment is the Pareto set, and
its losses are the front. The factor 10 makes balance matter. Each weighting drives plain SGD from
the same four points. Longer steps than the learning rate are shortened to it, and the rate falls to
0 by a cosine, so that the picture shows directions, not step lengths.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "docs"), str(ROOT)]

import tensorflow as tf  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402

from auxnet_keras.core.tasks import TASKS  # noqa: E402
from auxnet_keras.experiments.config.weighting_text import weighting as weighting_of  # noqa: E402
from auxnet_keras.losses.task_loss import TaskLoss  # noqa: E402
from auxnet_keras.plots import figure as figures  # noqa: E402
from auxnet_keras.plots.palette import COLOURS  # noqa: E402
from auxnet_keras.weighting.base import TaskWeighting, WeightingState  # noqa: E402
from auxnet_keras.weighting.catalogue import FAMILIES  # noqa: E402
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting  # noqa: E402

SCALES = (1.0, 10.0)
CENTRES = np.array([[1.0, 1.0], [-1.0, -1.0]]) / np.sqrt(2.0)
ALONG = np.array([1.0, 1.0]) / np.sqrt(2.0)
ACROSS = np.array([-1.0, 1.0]) / np.sqrt(2.0)
STARTS = [u * ALONG + v * ACROSS for u, v in ((-1.0, 0.8), (-0.3, 1.2), (0.4, 1.2), (1.0, 0.8))]
EPOCHS, STEPS = 20, 50
LEARNING_RATE = 0.02
VALUES = {"fixed": "fixed:1,1", "pareto": "pareto:0.7,0.7"}
"""A text for methods that need values; those without one here are not drawn."""
COLUMNS = 5


def methods() -> Iterator[tuple[str, str, str]]:
    """(family, name, text) of every method that sees only losses or a Gram matrix."""
    for family, found in FAMILIES.items():
        for name, method in found.items():
            known = name in VALUES or not method.needs_values
            if known and issubclass(method.weighting, TaskWeighting):
                yield family, name, VALUES.get(name, name)


def losses_and_gradients(x: Any) -> tuple[Any, Any]:
    """L [2] and the gradients [2, 2] at x [2], one row per task."""
    away = x[None, :] - tf.constant(CENTRES, tf.float32)
    near = tf.exp(-tf.reduce_sum(away**2, axis=1)) * tf.constant(SCALES)
    return tf.constant(SCALES) - near, 2.0 * near[:, None] * away


def follow(text: str, start: np.ndarray) -> np.ndarray:
    """The points [T + 1, 2] that SGD visits from `start` with a weighting of `WEIGHTINGS`."""
    return _follow_all(text, [start])[0]


def distance_to_pareto_set(x: np.ndarray) -> float:
    """Of a point [2] to the segment between the tasks' own optima."""
    along = np.clip(x @ ALONG, -1.0, 1.0)
    return float(np.linalg.norm(x - along * ALONG))


def _follow_all(text: str, starts: list[np.ndarray]) -> list[np.ndarray]:
    weighting: Any = weighting_of(text)
    weighting.state = WeightingState(type(weighting).__name__)
    weighting.build(weighting.state, TASKS)
    point = tf.Variable(tf.zeros(2))
    epoch = _epoch(weighting, point)
    first = [variable.numpy() for variable in weighting.state.variables]
    rates = LEARNING_RATE * 0.5 * (1 + np.cos(np.pi * np.arange(EPOCHS * STEPS) / EPOCHS / STEPS))
    paths = []
    for start in starts:
        for variable, value in zip(weighting.state.variables, first, strict=True):
            variable.assign(value)
        point.assign(start)
        path = [start[None]]
        for number, part in enumerate(rates.reshape(EPOCHS, STEPS)):
            weighting.schedule(number)
            path.append(np.array(epoch(tf.constant(part, tf.float32))))
        paths.append(np.concatenate(path))
    return paths


def _epoch(weighting: Any, point: tf.Variable) -> Callable[[Any], Any]:
    """A compiled function from the learning rates [T] of an epoch to the points [T, 2]."""

    def move(number: Any, rates: Any, visited: Any) -> tuple[Any, Any, Any]:
        losses, gradients = losses_and_gradients(point)
        direction = tf.linalg.matvec(
            gradients, _weights(weighting, losses, gradients), transpose_a=True
        )
        direction /= tf.maximum(1.0, tf.norm(direction))
        point.assign_sub(rates[number] * direction)
        if hasattr(weighting, "after_step"):
            weighting.after_step(_given(losses_and_gradients(point)[0]))
        return number + 1, rates, visited.write(number, point.read_value())

    @tf.function(jit_compile=True, autograph=False)
    def epoch(rates: Any) -> Any:
        begin = (0, rates, tf.TensorArray(tf.float32, STEPS))
        return tf.while_loop(lambda number, *_: number < STEPS, move, begin)[2].stack()

    return epoch


def _weights(weighting: Any, losses: Any, gradients: Any) -> Any:
    """The weights [2] of a step, after which the weighting's state is that of the next."""
    if isinstance(weighting, GradientWeighting):
        gram = tf.matmul(gradients, gradients, transpose_b=True)
        return weighting.weigh(gram, _given(losses))
    with tf.GradientTape() as tape:
        tape.watch(losses)
        total = weighting.total(_given(losses))
    weights = tape.gradient(total, losses)
    weighting.update(_given(losses))
    return weights


def _given(losses: Any) -> dict[str, TaskLoss]:
    present = tf.constant(True)
    return {
        task: TaskLoss(losses[k], None, None, present, None, None, None)
        for k, task in enumerate(TASKS)
    }


def losses_of(points: np.ndarray) -> np.ndarray:
    """L [T, 2] at points [T, 2]."""
    squares = ((points[:, None, :] - CENTRES) ** 2).sum(axis=-1)
    return np.array(SCALES) * (1.0 - np.exp(-squares))


def draw(path: Path) -> None:
    """Draws a panel for each method, in rows by family."""
    rows: list[tuple[str, list[tuple[str, str]]]] = []
    for family in FAMILIES:
        own = [(name, text) for of, name, text in methods() if of == family]
        firsts = range(0, len(own), COLUMNS)
        rows += [(family, own[first : first + COLUMNS]) for first in firsts]
    figure = figures.new(9.0, 1.75 * len(rows) + 0.5)
    grid = figure.subplots(len(rows), COLUMNS, squeeze=False, sharex=True, sharey=True)
    for number, (family, row) in enumerate(rows):
        for axes in grid[number, len(row) :]:
            axes.set_visible(False)
        for axes, (name, text) in zip(grid[number], row, strict=False):
            _panel(axes, text, name)
            below = len(rows[number + 1][1]) if number + 1 < len(rows) else 0
            last = axes in grid[number, below:]
            axes.tick_params(labelleft=axes is grid[number, 0], labelbottom=last)
            if last:
                axes.set_xlabel("main loss", fontsize=8, color=figures.INK)
        shown = family if number == 0 or rows[number - 1][0] != family else ""
        grid[number, 0].set_ylabel(
            f"$\\bf{{{shown.replace(' ', '~')}}}$\nauxiliary loss" if shown else "auxiliary loss",
            fontsize=8,
            color=figures.INK,
        )
    figure.tight_layout(h_pad=0.6, w_pad=0.4)
    figures.save(figure, path)


def _panel(axes: Axes, text: str, name: str) -> None:
    front = losses_of(np.linspace(-1.0, 1.0, 200)[:, None] * ALONG)
    axes.plot(*front.T, color=figures.FAINT, linewidth=5, solid_capstyle="round", zorder=1)
    for colour, points in zip(COLOURS, _follow_all(text, STARTS), strict=False):
        path = losses_of(points)
        axes.plot(*path.T, color=colour, linewidth=1.1, zorder=2)
        axes.plot(*path[0], marker="o", color=colour, markersize=4, fillstyle="none", zorder=3)
        axes.plot(*path[-1], marker="o", color=colour, markersize=5, zorder=4)
    figures.plain(axes)
    axes.tick_params(labelsize=7)
    axes.set_xticks([0.0, 0.5, 1.0])
    axes.set_xlim(-0.05, 1.05)
    axes.set_ylim(-0.5, 10.5)
    axes.set_title(text if name in VALUES else name, fontsize=8.5, color=figures.INK, loc="left")


if __name__ == "__main__":
    draw(ROOT / "docs" / "pictures" / "pareto_toy.png")
