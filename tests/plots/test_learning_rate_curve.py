"""The curve of a learning-rate finder."""

import numpy as np
import pytest

from auxnet_keras import plots
from auxnet_keras.errors import ConfigError
from auxnet_keras.plots import figure as figures

RATES = np.geomspace(1e-6, 1.0, 30)
LOSSES = 3.0 - np.linspace(0, 2, 30)


def test_what_the_curve_shows(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(figures, "save", lambda figure, path: drawn.append(figure) or path)
    plots.learning_rate_curve(RATES, LOSSES, LOSSES + 0.1, tmp_path / "lr.png", 1e-3)
    (axes,) = drawn[0].axes
    each, smoothed, suggestion = axes.lines
    np.testing.assert_array_equal(each.get_xydata(), np.stack([RATES, LOSSES], axis=1))
    np.testing.assert_array_equal(smoothed.get_ydata(), LOSSES + 0.1)
    assert list(suggestion.get_xdata()) == [1e-3, 1e-3] and axes.get_xscale() == "log"
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        *("each step", "smoothed", "suggested: 1.0e-03")
    ]


def test_an_explosion_does_not_hide_the_fall(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(figures, "save", lambda figure, path: drawn.append(figure) or path)
    exploding = np.append(LOSSES[:-1], 1e6)
    plots.learning_rate_curve(RATES, exploding, exploding, tmp_path / "lr.png")
    low, high = drawn[0].axes[0].get_ylim()
    assert low < exploding.min() and exploding[0] < high < 6


def test_nothing_to_draw(tmp_path):
    with pytest.raises(ConfigError, match="needs at least one step with a finite loss"):
        plots.learning_rate_curve([], [], [], tmp_path / "lr.png")
    path = plots.learning_rate_curve([1e-3], [2.0], [2.0], tmp_path / "lr.png")
    assert path.stat().st_size > 1000
