"""Names from outside: every plot draws them, and none parses them."""

import numpy as np
import pytest

from auxnet_keras import plots
from auxnet_keras.plots.figure import literal

UGLY = ["cost $x^$ road", r"\input{x} $\frac", "a\x1b[2Jb\nc", "$" * 300, "", "_{y}^"]
K = len(UGLY)
HISTORY = {"loss": [2.0, 1.0], **{f"{name}_loss": [2.0, 1.0] for name in UGLY}}
WEIGHTS = {f"class_weight_{name}": [1.0, 0.9] for name in UGLY}
POINT = (1.0, 0.5, 1.5)


@pytest.mark.parametrize(
    "draw",
    [
        lambda path: plots.confusion_matrix(np.eye(K, dtype=int), UGLY, path),
        lambda path: plots.learning_curves(HISTORY, path),
        lambda path: plots.class_weight_map(WEIGHTS, path),
        lambda path: plots.class_effects({UGLY[0]: dict.fromkeys(UGLY, POINT)}, path, unit="p"),
        lambda path: plots.budget_curve(
            {name: {3: POINT} for name in UGLY}, UGLY[0], path, score="IoU"
        ),
        lambda path: plots.progress_curve(
            {name: [{1: 0.5, 2: 0.6}] for name in UGLY}, UGLY[0], path, score="IoU"
        ),
        lambda path: plots.scatter_broken_axis(
            {name: [(0.1, 0.2)] for name in UGLY}, path, labels=("x", "y")
        ),
        lambda path: plots.write_png(
            plots.image_grid(
                [[np.zeros((20, 30, 3), np.uint8)] * K],
                UGLY,
                class_names=UGLY,
                palette=np.zeros((K, 3), np.uint8),
            ),
            path,
        ),
        lambda path: plots.gradient_diagnostics(
            {f"gradient_norm_{name}": [2.0, 1.0] for name in UGLY}, path
        ),
        lambda path: plots.write_png(plots.class_legend(UGLY, np.zeros((K, 3), np.uint8)), path),
    ],
    ids=range(10),
)
def test_a_plot_with_names_from_outside(tmp_path, draw):
    assert draw(tmp_path / "plot.png").stat().st_size > 1000


def test_literal_names():
    assert literal("a $b$") == r"a \$b\$"
    assert literal("a\x1b[2J\nb") == "a?[2J?b"
    assert literal("x" * 99) == "x" * 37 + "..."
