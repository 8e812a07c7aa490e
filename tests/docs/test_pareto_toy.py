"""The toy problem of docs/pareto_toy.py: where its front is, and that the weightings find it."""

import importlib.util

import numpy as np
import pytest
import tensorflow as tf

from tests.docs.snippets import ROOT


def _toy():
    spec = importlib.util.spec_from_file_location("pareto_toy", ROOT / "docs" / "pareto_toy.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


toy = _toy()

METHODS = {name: text for _, name, text in toy.methods()}


def test_gradients_are_those_of_the_losses():
    for start in toy.STARTS:
        x = tf.constant(start, tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(x)
            losses, gradients = toy.losses_and_gradients(x)
        np.testing.assert_allclose(tape.jacobian(losses, x), gradients, rtol=1e-5)
        np.testing.assert_allclose(losses, toy.losses_of(start[None])[0], rtol=1e-5)


def test_no_other_point_is_as_good_as_one_of_the_pareto_set():
    grid = np.stack(np.meshgrid(*[np.linspace(-1.5, 1.5, 61)] * 2), axis=-1).reshape(-1, 2)
    everywhere = toy.losses_of(grid)
    for along in np.linspace(-1.0, 1.0, 9):
        best = toy.losses_of(along * toy.ALONG[None])[0]
        better = (everywhere < best - 1e-9).all(axis=1)
        assert not better.any()
    away = grid[[toy.distance_to_pareto_set(x) > 0.1 for x in grid]]
    front = toy.losses_of(np.linspace(-1.0, 1.0, 400)[:, None] * toy.ALONG)
    for losses in toy.losses_of(away):
        assert (front < losses).all(axis=1).any()


@pytest.mark.parametrize("name", METHODS)
def test_a_weighting_with_positive_weights_ends_on_the_front(name):
    # Where the step is 0, w_1 g_1 + w_2 g_2 = 0 with w > 0: only on the segment.
    start = toy.STARTS[1]
    path = toy.follow(METHODS[name], start)
    assert np.isfinite(path).all()
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    assert steps.max() <= toy.LEARNING_RATE * 1.001
    assert toy.distance_to_pareto_set(path[-1]) < 0.05


def test_a_panel_for_every_method(tmp_path, monkeypatch):
    monkeypatch.setattr(toy, "_follow_all", lambda text, starts: [np.array(starts[:1])])
    drawn = []
    monkeypatch.setattr(toy.figures, "save", lambda figure, path: drawn.append(figure))
    toy.draw(tmp_path / "toy.png")
    titles = [axes.get_title(loc="left") for axes in drawn[0].axes if axes.get_visible()]
    assert titles == [text if name in toy.VALUES else name for name, text in METHODS.items()]
