"""Figures of studies: files, parts of an axis, and colours that are there."""

import cv2
import numpy as np
import pytest
from matplotlib import _pylab_helpers
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from auxnet_keras import plots
from auxnet_keras.errors import ConfigError
from auxnet_keras.plots.paired_dots import BETTER, WORSE
from auxnet_keras.plots.palette import COLOURS, MARKS, style
from auxnet_keras.plots.scatter_broken_axis import axis_parts

NAN = float("nan")


def pixels_of(path, colour):
    image = cv2.imread(str(path))[..., ::-1]
    return (image == np.round(255 * np.array(to_rgb(colour))).astype(np.uint8)).all(axis=-1).sum()


def test_no_two_of_42_arms_look_alike():
    styles = {tuple(style(number).values()) for number in range(len(COLOURS) * len(MARKS))}
    assert len(styles) == 42


class TestBudgetCurve:
    CURVES = {
        "segnet": {15: (20.0, 19.0, 21.0), 400: (30.0, 29.0, 31.0)},
        "aux": {15: (22.0, 21.0, 23.0), 400: (31.0, NAN, NAN)},
    }

    def test_draws_every_arm(self, tmp_path):
        worth = {"aux": (15, 22.0, 30.0)}
        path = plots.budget_curve(
            self.CURVES, "segnet", tmp_path / "b.png", score="mean IoU [%]", worth=worth
        )
        assert pixels_of(path, COLOURS[0]) > 100 and pixels_of(path, "#24292f") > 100
        assert not _pylab_helpers.Gcf.figs

    def test_needs_the_baseline(self, tmp_path):
        with pytest.raises(ConfigError, match=r"scores of the baseline. Received: 'single'"):
            plots.budget_curve(self.CURVES, "single", tmp_path / "b.png", score="IoU")


class TestProgressCurve:
    def test_the_mean_of_the_seeds_over_the_epochs_that_all_have(self, tmp_path, monkeypatch):
        lines = []
        real = Axes.plot
        monkeypatch.setattr(
            Axes, "plot", lambda self, x, y, **k: (lines.append((x, y)), real(self, x, y, **k))[1]
        )
        curves = {"segnet": [{1: 20.0}], "aux": [{1: 21.0, 2: 24.0, 3: 25.0}, {1: 23.0, 3: 27.0}]}
        path = plots.progress_curve(curves, "segnet", tmp_path / "p.png", score="mean IoU [%]")
        assert lines[0] == ([1], [20.0]) and lines[-1] == ([1, 3], [22.0, 26.0])
        assert pixels_of(path, COLOURS[0]) > 100 and pixels_of(path, "#24292f") > 50
        assert not _pylab_helpers.Gcf.figs

    def test_of_many_arms_the_best_and_the_worst_have_names(self, tmp_path, monkeypatch):
        names = []
        real = Axes.plot
        monkeypatch.setattr(
            Axes,
            "plot",
            lambda self, x, y, **k: (names.append(k.get("label")), real(self, x, y, **k))[1],
        )
        curves = {f"arm {n}": [{1: 20.0, 2: 20.0 + n}] for n in range(34)}
        plots.progress_curve(curves, "arm 10", tmp_path / "p.png", score="IoU")
        named = {f"arm {n}" for n in (0, 1, 2, 10, 31, 32, 33)}
        assert {name for name in names if name} == named
        assert len(names) == 34

    @pytest.mark.parametrize("curves", [{}, {"segnet": []}, {"segnet": [{}]}])
    def test_nothing(self, tmp_path, curves):
        with pytest.raises(ConfigError, match="at least one validated epoch"):
            plots.progress_curve(curves, "segnet", tmp_path / "p.png", score="IoU")


class TestClassEffects:
    def test_colours_say_where_the_interval_lies(self, tmp_path):
        panel = {"car": (8.0, 6.0, 10.0), "sky": (0.1, -1.0, 1.2), "pole": (1.0, NAN, NAN)}
        path = plots.class_effects({"arm": panel}, tmp_path / "c.png", unit="points")
        assert pixels_of(path, BETTER) > 50 and not pixels_of(path, WORSE)
        path = plots.class_effects({"arm": {"car": (-2.0, -3.0, -1.0)}}, path, unit="points")
        assert pixels_of(path, WORSE) > 50

    def test_a_class_that_one_arm_lacks(self, tmp_path):
        panels = {"a": {"car": (1.0, 0.5, 1.5)}, "b": {"sky": (1.0, 0.5, 1.5)}}
        plots.class_effects(panels, tmp_path / "c.png", unit="points")

    @pytest.mark.parametrize("panels", [{}, {"arm": {}}])
    def test_nothing(self, tmp_path, panels):
        with pytest.raises(ConfigError, match="at least one"):
            plots.class_effects(panels, tmp_path / "c.png", unit="points")


class TestScatter:
    def test_an_axis_breaks_at_a_wide_gap_only(self):
        assert len(axis_parts([1.0, 2.0, 3.0])) == 1
        assert len(axis_parts([1.0, 50.0])) == 1
        low, high = axis_parts([1.0, 2.0, 50.0, 51.0])
        assert low == pytest.approx((0.88, 2.12)) and high == pytest.approx((49.88, 51.12))
        assert axis_parts([0.0]) == [(-1.0, 1.0)]

    @pytest.mark.parametrize("far", [(0.5, 0.1), (24.0, 0.1), (0.5, 9.0), (24.0, 9.0)])
    def test_every_arm_is_drawn(self, tmp_path, far):
        points = {"a": [(0.4, 0.2), (0.42, 0.21)], "b": [(0.45, 0.22)], "c": [far]}
        path = plots.scatter_broken_axis(
            points, tmp_path / "s.png", labels=("x", "y"), lines=(0.43, 0.19)
        )
        for number in range(3):
            assert pixels_of(path, COLOURS[number]) > 100

    @pytest.mark.parametrize("points", [{}, {"a": [(0.4, NAN)]}])
    def test_nothing(self, tmp_path, points):
        with pytest.raises(ConfigError, match="every run needs finite losses of both tasks"):
            plots.scatter_broken_axis(points, tmp_path / "s.png", labels=("x", "y"))
