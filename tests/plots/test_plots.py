"""Pictures: colours of single pixels, sizes, files; what they look like is for eyes."""

import sys

import cv2
import matplotlib
import numpy as np
import pytest
from matplotlib import _pylab_helpers
from matplotlib.axes import Axes

from auxnet_keras import plots
from auxnet_keras.errors import ConfigError
from auxnet_keras.plots import figure
from auxnet_keras.plots.class_weight_map import frozen_epochs
from auxnet_keras.plots.colour import UNKNOWN
from auxnet_keras.plots.confusion_matrix import compact
from auxnet_keras.plots.curve_panels import panels
from auxnet_keras.plots.errors import WRONG
from auxnet_keras.plots.paired_dots import BETTER, WORSE
from auxnet_keras.plots.palette import COLOURS, TASK_COLOURS

PALETTE = np.array([[10, 20, 30], [200, 100, 0], [0, 255, 0]], "uint8")
NAMES = ["sky", "road", "lane marking"]


def read(path):
    return cv2.imread(str(path))[..., ::-1]


def contains(image, colour):
    return (image == colour).all(axis=-1).any()


class TestColour:
    @pytest.mark.parametrize("dtype", ["uint8", "int64"])
    def test_labels(self, dtype):
        got = plots.colour_labels(np.array([[0, 2], [1, 255]]).astype(dtype), PALETTE)
        assert got.dtype == np.uint8
        np.testing.assert_array_equal(got, [[PALETTE[0], PALETTE[2]], [PALETTE[1], [0, 0, 0]]])
        np.testing.assert_array_equal(
            plots.colour_labels([[-1], [3]] * np.ones(1, int), PALETTE), 0
        )

    def test_depth_brightens_up_to_the_maximum(self):
        got = plots.colour_depth(np.array([[0.0, 1, 2, 5, 10, 99]]), maximum=10.0)
        brightness = cv2.cvtColor(got, cv2.COLOR_RGB2GRAY)[0].astype(int)
        assert (np.diff(brightness[:5]) > 0).all()
        np.testing.assert_array_equal(got[0, 4], got[0, 5])
        assert (got[0, 0] != UNKNOWN).any(), "a valid 0 is not unknown"
        near = plots.colour_depth(np.array([[2.0, 10, 80]]), maximum=2.0, near_bright=True)
        np.testing.assert_array_equal(near[0, 0], got[0, 4])
        assert near[0, 0].sum() > near[0, 1].sum() > near[0, 2].sum()

    @pytest.mark.parametrize("near_bright", [False, True])
    @pytest.mark.parametrize("invalid", [-1.0, np.nan, np.inf])
    def test_depth_without_truth_is_neutral(self, near_bright, invalid):
        depth = np.array([[invalid, 2.0, 3.0]])[..., None]
        got = plots.colour_depth(depth, near_bright=near_bright)
        np.testing.assert_array_equal(got[0, 0], UNKNOWN)
        assert (got[0, 1:] != UNKNOWN).any(axis=-1).all()
        nothing = plots.colour_depth(depth[:, :1], near_bright=near_bright)
        np.testing.assert_array_equal(nothing[0, 0], UNKNOWN)

    def test_a_zero_is_far_in_disparity_and_no_depth_in_metres(self):
        zero = np.zeros((1, 1))
        disparity = plots.colour_depth(zero, 10.0)[0, 0]
        assert disparity.max() < 60 and (disparity != UNKNOWN).any()
        np.testing.assert_array_equal(
            plots.colour_depth(zero, 10.0, near_bright=True)[0, 0], UNKNOWN
        )

    def test_overlay(self):
        image = np.full((1, 2, 3), 100, "uint8")
        got = plots.overlay(image, np.array([[1, 255]]), PALETTE, alpha=0.25)
        np.testing.assert_array_equal(got, [[[125, 100, 75], [100, 100, 100]]])


class TestDepthScale:
    METRES = np.array([[2.0, 4.0, 8.0, 80.0, -1.0, np.nan]])

    @pytest.mark.parametrize(
        ("depth", "unit", "title"),
        [
            (METRES, "metres", "depth [m]"),
            (1 / METRES[:, :5], "inverse_depth", "depth [m]"),
            (100 / METRES[:, :5], "disparity_px", "disparity [px]"),
        ],
    )
    def test_ends_and_ticks_are_those_of_the_maps(self, depth, unit, title):
        scale = plots.DepthScale.of([depth, depth], unit, far_is_large=unit == "metres")
        bar = scale.bar()
        assert bar.title == title and bar.unknown == "no depth"
        places = [place for place, _ in bar.ticks]
        texts = dict(bar.ticks)
        ends = {"disparity_px": ("1.2", "50")}.get(unit, ("80", "2"))
        assert {0.0, 1.0} <= set(places)
        shown = float(texts[0.0]), float(texts[1.0])
        assert shown == pytest.approx([float(end) for end in ends], rel=0.06)  # the 1 % ends
        # Every tick stands where the bar has the colour of its number.
        for place, text in bar.ticks:
            value = float(text) if unit != "inverse_depth" else 1 / float(text)
            expected = scale.colour(np.array([[value]]))[0, 0].astype(int)
            found = bar.colours[round(place * 255)].astype(int)
            assert np.abs(expected - found).max() <= 12, text

    def test_all_units_give_the_same_picture(self):
        metres = plots.DepthScale(2.0, 80.0, "metres", far_is_large=True)
        inverse = plots.DepthScale(0.5, 1 / 80, "inverse_depth", far_is_large=False)
        depth = np.array([[1.0, 2, 5, 20, 80, 200]])
        np.testing.assert_array_equal(metres.colour(depth), inverse.colour(1 / depth))
        unknown = inverse.colour(np.array([[-1.0, np.nan, 0.0]]))[0]
        np.testing.assert_array_equal(unknown[:2], [UNKNOWN] * 2)
        assert unknown[2].max() < 60  # infinitely far

    def test_no_depth_gives_no_scale(self):
        nothing = [np.full((2, 2), -1.0), np.array([[np.nan, 0.0]])]
        assert plots.DepthScale.of(nothing, "metres", far_is_large=True) is None


class TestErrors:
    def test_wrong_classes_stand_out_and_ignored_pixels_are_neutral(self):
        image = np.full((1, 3, 3), 100, "uint8")
        got = plots.label_errors(image, np.array([[1, 1, 255]]), np.array([[1, 2, 0]]))
        np.testing.assert_array_equal(got[0], [[220] * 3, WRONG, UNKNOWN])

    def test_half_and_twice_the_distance_are_the_ends_in_every_unit(self):
        truth, predicted = np.array([[4.0, 4, 4, -1]]), np.array([[2.0, 8, 4, 4]])
        bar = plots.depth_error_bar().colours
        metres = plots.depth_errors(truth, predicted, far_is_large=True)[0]
        np.testing.assert_array_equal(metres[:2], [bar[0], bar[-1]])
        assert metres[2].min() > 240  # right is white
        np.testing.assert_array_equal(metres[3], UNKNOWN)
        inverse = plots.depth_errors(1 / truth, 1 / predicted, far_is_large=False)[0]
        np.testing.assert_array_equal(inverse[:2], metres[:2])


class TestStrip:
    def rows(self, count=2):
        rng = np.random.default_rng(0)
        return [[rng.integers(0, 256, (20, 40, 3)).astype("uint8")] * 3 for _ in range(count)]

    def test_images_are_where_they_belong(self, tmp_path):
        images = [np.full((20, 40, 3), value, "uint8") for value in ([255, 0, 0], [0, 0, 255])]
        got = plots.image_grid([images, images[::-1]], ["one", "two"], width=80)
        assert got.dtype == np.uint8 and got.shape[1] == 2 * 80 + 6
        body = got[46:]
        assert contains(body[:40, :80], [255, 0, 0]) and not contains(body[:40, :80], [0, 0, 255])
        np.testing.assert_array_equal(body[:40, 86:], np.full((40, 80, 3), [0, 0, 255]))
        np.testing.assert_array_equal(body[46:86, :80], np.full((40, 80, 3), [0, 0, 255]))
        path = plots.write_png(got, tmp_path / "new" / "strip.png")
        np.testing.assert_array_equal(read(path), got)

    def test_legend_shows_every_colour(self):
        titles = ["RGB", "truth", "depth"]
        bare = plots.image_grid(self.rows(), titles, width=200)
        got = plots.image_grid(self.rows(), titles, class_names=NAMES, palette=PALETTE, width=200)
        legend = got[len(bare) :]
        assert all(contains(legend, colour) for colour in PALETTE)

    def test_a_legend_alone_has_every_colour_and_more_lines_where_it_is_narrow(self):
        got = plots.class_legend(NAMES, PALETTE, width=900)
        assert got.dtype == np.uint8 and got.shape[1] == 900
        assert all(contains(got, colour) for colour in PALETTE)
        assert len(plots.class_legend(NAMES, PALETTE, width=90)) > len(got)

    @pytest.mark.parametrize("names", [(), NAMES])
    def test_colour_bars_are_below_the_legend(self, names):
        titles, legend = ["RGB", "truth", "depth"], {"class_names": names, "palette": PALETTE}
        colours = np.array([[250, 0, 0], [0, 0, 250]], "uint8")
        bar = plots.ColourBar("depth [m]", colours, [(0.0, "80"), (1.0, "2")], "no depth")
        bare = plots.image_grid(self.rows(), titles, width=200, **legend)
        got = plots.image_grid(self.rows(), titles, width=200, bars=[bar, bar], **legend)
        below = got[len(bare) :]
        assert contains(below, colours[0]) and contains(below, colours[1])
        assert contains(below, UNKNOWN)
        np.testing.assert_allclose(got[46 : len(bare)], bare[46:], atol=5)  # letters, anew
        wide = plots.image_grid(self.rows(), titles, width=400, bars=[bar, bar], **legend)
        assert contains(wide[-92:, :600], colours[0]) and contains(wide[-92:, 600:], colours[0])

    def test_captions_are_above_their_rows(self):
        bare = plots.image_grid(self.rows(), ["a", "b", "c"], width=200)
        got = plots.image_grid(self.rows(), ["a", "b", "c"], captions=["one", "$two"], width=200)
        np.testing.assert_array_equal(got[46 + 34 : 46 + 134], bare[46:146])
        assert (got[46 : 46 + 34] < 100).any()
        with pytest.raises(ConfigError, match="caption for each of its 2 rows"):
            plots.image_grid(self.rows(), ["a", "b", "c"], captions=["one"])

    def test_a_narrow_strip_breaks_the_legend_into_lines(self):
        one = [[np.zeros((20, 40, 3), "uint8")]]
        wide = plots.image_grid(one, ["a"], class_names=NAMES, palette=PALETTE, width=900)
        narrow = plots.image_grid(one, ["a"], class_names=NAMES, palette=PALETTE, width=90)
        assert len(wide) - 450 < len(narrow) - 45

    def test_sizes_within_a_row_may_differ(self):
        row = [np.zeros((20, 40, 3), "uint8"), np.zeros((10, 20, 3), "uint8")]
        assert plots.image_grid([row], ["a", "b"], width=40).shape[1] == 86

    def test_pictures_shrunk_before_make_the_same_grid(self):
        images = [np.random.default_rng(0).integers(0, 256, (90, 160, 3)).astype("uint8")] * 2
        small = [plots.shrunk(image, 40) for image in images]
        assert small[0].shape == (22, 40, 3) and plots.shrunk(small[0], 40) is small[0]
        one, two = (plots.image_grid([row], ["a", "b"], width=40) for row in (images, small))
        np.testing.assert_array_equal(one, two)

    def test_sparse_measurements_keep_their_colour_when_they_are_shrunk(self):
        image = np.full((40, 80, 3), UNKNOWN, "uint8")
        image[::2, ::2] = [250, 10, 10]
        image[:, 40:] = UNKNOWN
        body = plots.image_grid([[image]], ["a"], width=20)[46:56]
        np.testing.assert_array_equal(body[:, :10], np.full((10, 10, 3), [250, 10, 10]))
        np.testing.assert_array_equal(body[:, 10:], np.full((10, 10, 3), UNKNOWN))

    def test_every_title_needs_an_image(self):
        with pytest.raises(ConfigError, match=r"2 titles .* Received: a row of 3"):
            plots.image_grid(self.rows(), ["RGB", "truth"])


def history(epochs=5):
    falling = np.exp(-np.arange(epochs))
    keys = ["loss", "segmentation_loss", "depth_loss", "segmentation_mean_iou"]
    columns = {name: falling for key in keys for name in (key, f"val_{key}")}
    return columns | {"weight_segmentation": falling, "weight_depth": falling, "seconds": falling}


class TestCharts:
    @pytest.mark.parametrize("suffix", [".png", ".pdf"])
    def test_curves_write_files_and_leave_no_figure(self, tmp_path, suffix):
        settings = dict(matplotlib.rcParams)
        path = plots.learning_curves(history(), tmp_path / "figures" / f"curves{suffix}")
        assert path.stat().st_size > 1000
        assert not _pylab_helpers.Gcf.figs
        assert dict(matplotlib.rcParams) == settings

    @pytest.mark.parametrize(
        "columns",
        [
            history(1),
            {"loss": [3.0, 2.0]},
            {"loss": [0.0, -1.0]},
            {"loss": [np.nan, np.nan], "val_segmentation_loss": [np.nan, np.nan]},
            {"loss": [2.0, 1.0], "val_loss": [None, 1.0], "epoch": [7, 8]},
            {"weight_depth": [1.0, 2.0]},
        ],
    )
    def test_curves_draw_what_there_is(self, tmp_path, columns):
        assert read(plots.learning_curves(columns, tmp_path / "curves.png")).std() > 0

    def test_a_single_epoch_tells_validation_from_training(self, tmp_path):
        points = {"loss": [2.0], "val_loss": [np.nan]}, {"loss": [np.nan], "val_loss": [2.0]}
        full, hollow = (
            read(plots.learning_curves(p, tmp_path / "curves.png"))[70:330, 100:550] for p in points
        )
        assert full.shape == hollow.shape
        assert (full < 100).sum() > (hollow < 100).sum()

    def test_the_best_epoch_is_marked_but_not_among_those_of_the_auxiliary_task(self, tmp_path):
        columns = {"depth_loss": [3.0, 2, 2, 2, 2], "val_depth_loss": [1.0, 5, 4, 4.5, np.nan]}
        marked = {}
        for alone in (0, 1, 5):
            path = plots.learning_curves(
                columns, tmp_path / "curves.png", monitor="val_depth_loss", alone=alone
            )
            grey = (read(path) == 128).all(axis=-1).sum(axis=0)[90:555]  # "grey" of the dots
            marked[alone] = np.flatnonzero(grey > 60)
        assert marked[0].max() < 100 and 200 < marked[1].min() <= marked[1].max() < 260
        assert not marked[5].size

    def test_panels_depend_on_the_columns(self, tmp_path):
        one = read(plots.learning_curves({"loss": [2.0, 1.0]}, tmp_path / "one.png"))
        three = read(plots.learning_curves(history(), tmp_path / "three.png"))
        assert three.shape[1] == pytest.approx(3 * one.shape[1], abs=3)

    @pytest.mark.parametrize("columns", [{}, {"seconds": [1.0]}, {"loss": []}])
    def test_curves_of_nothing(self, tmp_path, columns):
        with pytest.raises(ConfigError, match="at least one epoch"):
            plots.learning_curves(columns, tmp_path / "curves.png")

    def test_confusion(self, tmp_path):
        matrix = np.array([[90, 10, 0], [5, 5, 0], [0, 0, 0]])
        path = plots.confusion_matrix(matrix, NAMES, tmp_path / "confusion.png")
        assert read(path).std() > 0
        plots.confusion_matrix(np.zeros((3, 3), int), NAMES, tmp_path / "empty.png")
        with pytest.raises(ConfigError, match=r"shape \(3, 3\)\. Received: shape \(2, 2\)"):
            plots.confusion_matrix(matrix[:2, :2], NAMES, path)

    def test_a_confusion_of_hundreds_of_classes_stays_a_page(self, tmp_path):
        names = [f"thing {c}" for c in range(894)]
        image = read(plots.confusion_matrix(np.eye(894, dtype=int), names, tmp_path / "many.png"))
        assert max(image.shape) < 6000


class TestCurvePanels:
    EPOCHS = np.array([1.0, 2.0])

    def panels(self, names, main="segmentation", trace=None):
        columns = {name: np.array([2.0, 1.0]) for name in names}
        return panels(columns, self.EPOCHS, main, trace or {})

    BOTH = ("segmentation_loss", "depth_loss", "loss", "val_depth_loss", "segmentation_mean_iou",
            "depth_abs_rel", "depth_rmse", "val_depth_abs_rel", "weight_segmentation",
            "weight_depth", "seconds", "learning_rate")  # fmt: skip

    @pytest.mark.parametrize("main", ["segmentation", "depth"])
    def test_a_column_for_each_task_the_main_one_first_and_one_for_the_weights(self, main):
        columns = self.panels(self.BOTH, main)
        titles = [[panel.title for panel in column] for column in columns]
        other = {"segmentation": "depth", "depth": "segmentation"}[main]
        assert titles == [
            [f"{main.capitalize()}, main task: loss", "Scores"],
            [f"{other.capitalize()}, auxiliary: loss", "Scores"],
            ["Weighted total: loss", "Loss weight λ"],
        ]
        for column, task in zip(columns, (main, other), strict=False):
            assert {line.colour for panel in column for line in panel.lines} == {TASK_COLOURS[task]}
        assert [line.label for line in columns[2][1].lines] == ["segmentation", "depth"]
        assert [line.colour for line in columns[2][1].lines] == list(TASK_COLOURS.values())

    def test_a_single_task_has_only_its_own_panels(self):
        columns = self.panels(["depth_loss", "loss", "val_loss", "depth_abs_rel"], "depth")
        assert [[panel.title for panel in column] for column in columns] == [
            ["Depth: loss", "Scores"]
        ]

    def test_training_and_validation_are_named_and_a_score_once(self):
        loss, scores = self.panels(self.BOTH)[1]
        assert [(line.label, line.validation) for line in loss.lines] == [
            ("validation", True),
            ("training", False),
        ]
        assert [line.label for line in scores.lines] == ["abs rel", ""]

    def test_weights_of_every_batch_replace_those_of_the_epochs(self):
        trace = {"epoch": np.array([0.5, 1.5]), "weight_depth": np.array([3.0, 4.0])}
        segmentation, depth = self.panels(self.BOTH, trace=trace)[2][1].lines
        assert not segmentation.steps and depth.steps
        np.testing.assert_array_equal(depth.x, [0.5, 1.5, 2.0])  # the last holds to the end
        np.testing.assert_array_equal(depth.y, [3.0, 4.0, 4.0])

    def test_tasks_of_your_own_have_colours_of_their_own(self):
        columns = self.panels(["normals_loss", "depth_loss"], "normals")
        assert [column[0].lines[0].colour for column in columns] == [
            COLOURS[2],
            TASK_COLOURS["depth"],
        ]


class TestConfusion:
    @pytest.mark.parametrize(
        ("count", "text"),
        [(0, "0"), (999, "999"), (1000, "1.0k"), (12_345, "12k"), (999_700, "1.0M"), (3e9, "3.0G")],
    )
    def test_counts_take_little_room(self, count, text):
        assert compact(count) == text

    def test_cells_have_shares_and_counts(self, tmp_path, monkeypatch):
        texts = []
        text = Axes.text
        monkeypatch.setattr(
            Axes, "text", lambda self, x, y, s, **o: texts.append(s) or text(self, x, y, s, **o)
        )
        matrix = np.array([[3000, 1000], [1, 999]])
        plots.confusion_matrix(matrix, ["road", "car"], tmp_path / "confusion.png")
        assert texts[:6] == ["75 %", "3.0k", "25 %", "1.0k", "100 %", "999"]  # 0.1 % is empty
        assert {"75.0", "4.0k", "1.0k", "IoU %", "true pixels"} <= set(texts[6:])


class TestClassBars:
    PAIRS = {"car": (0.5, 0.75), "road": (0.9, 0.8), "pole": (None, None)}

    @pytest.fixture
    def texts(self, monkeypatch):
        """(height, text, colour) of every text in a panel."""
        found = []
        text = Axes.text
        monkeypatch.setattr(
            Axes,
            "text",
            lambda self, x, y, s, **o: found.append((y, s, o["color"])) or text(self, x, y, s, **o),
        )
        return found

    @pytest.mark.parametrize(("larger_is_better", "first"), [(True, "road"), (False, "car")])
    def test_the_best_class_is_first_and_differences_are_coloured(
        self, texts, larger_is_better, first, tmp_path
    ):
        panels = {"IoU": (self.PAIRS, larger_is_better, "#0072B2")}
        path = plots.class_bars(panels, ("both", "segnet"), tmp_path / "new" / "classes.png")
        assert contains(read(path), [64, 149, 197])  # the bars' blue
        better, worse = (BETTER, WORSE) if larger_is_better else (WORSE, BETTER)
        car, road = (1, 0) if first == "road" else (0, 1)
        assert set(texts) == {
            (car, "0.500", figure.INK),
            (car, "-0.250", worse),
            (road, "0.900", figure.INK),
            (road, "+0.100", better),
        }

    def test_without_a_baseline_there_are_no_differences(self, texts, tmp_path):
        panels = {"abs rel": ({"car": (0.5, None)}, False, "#D55E00")}
        plots.class_bars(panels, ("depth", "nothing"), tmp_path / "classes.png")
        assert [text for _, text, _ in texts] == ["0.500"]

    def test_of_hundreds_of_classes_the_best_and_the_worst_are_drawn(self, texts, tmp_path):
        pairs = {f"thing {c}": (c / 1000, None) for c in range(894)}
        image = read(
            plots.class_bars({"IoU": (pairs, True, "red")}, ("a", "b"), tmp_path / "classes.png")
        )
        assert max(image.shape) < 3000
        assert [text for _, text, _ in texts[:60:59]] == ["0.893", "0.000"]

    def test_no_class(self, tmp_path):
        with pytest.raises(ConfigError, match="at least one class"):
            plots.class_bars({"IoU": ({}, True, "red")}, ("a", "b"), tmp_path / "classes.png")


class TestClassWeights:
    def test_a_row_a_class_and_a_column_an_epoch(self, tmp_path):
        history = {
            "class_weight_sky": [1.0, 1.0, 1.5, 2.0],
            "class_weight_road": [1.0, 1.0, 0.5, 0.0],
            "loss": [4.0, 3.0, 2.0, 1.0],
        }
        image = read(plots.class_weight_map(history, tmp_path / "figures" / "weights.png"))
        ends = matplotlib.colormaps["RdBu_r"]([0.0, 1.0])[:, :3]
        for colour in np.round(255 * ends).astype(np.uint8):  # 0 and 2, the ends of the scale
            cells = (image == colour).all(axis=-1)
            assert cells.sum() > 0.02 * cells.size
        assert _pylab_helpers.Gcf.figs == {}

    def test_a_weight_has_the_same_colour_in_every_plot(self, tmp_path):
        colour = np.round(255 * np.array(matplotlib.colormaps["RdBu_r"](0.6)[:3]))  # of 1.04
        for most in (1.05, 9.0):
            history = {"class_weight_a": [1.04, 1.04], "class_weight_b": [1.0, most]}
            image = read(plots.class_weight_map(history, tmp_path / "weights.png"))
            assert (image == colour.astype(np.uint8)).all(axis=-1).mean() > 0.1, most

    def test_epochs_before_the_first_change_are_shaded(self, tmp_path):
        assert frozen_epochs(np.array([[1.0, 1, 1.5], [1, 1, 1]])) == 2
        assert frozen_epochs(np.array([[1.0, 0.5], [0.9, 1]])) == 0
        assert frozen_epochs(np.ones((2, 3))) == 0  # nothing has moved: all white
        image = read(
            plots.class_weight_map({"class_weight_a": [1.0, 1.0, 1.2]}, tmp_path / "weights.png")
        )
        assert (image == [234, 238, 242]).all(axis=-1).mean() > 0.1

    def test_weights_that_have_not_moved_are_white(self, tmp_path):
        history = {"epoch": [21], "class_weight_a": [1.0], "class_weight_b": [1.0]}
        image = read(plots.class_weight_map(history, tmp_path / "weights.png"))
        middle = np.round(255 * np.array(matplotlib.colormaps["RdBu_r"](0.5)[:3]))
        assert (image == middle.astype(np.uint8)).all(axis=-1).mean() > 0.2

    def test_hundreds_of_classes_do_not_make_a_tower(self, tmp_path, monkeypatch):
        module = sys.modules["auxnet_keras.plots.class_weight_map"]
        monkeypatch.setattr(module, "MAX_ROWS", 4)
        sizes = {}
        for count in (4, 9):
            history = {f"class_weight_{c}": [1.0, 1.0 + 0.1 * c] for c in range(count)}
            sizes[count] = read(plots.class_weight_map(history, tmp_path / "weights.png")).shape
        assert sizes[9] == sizes[4]

    @pytest.mark.parametrize("history", [{}, {"loss": [1.0]}, {"class_weight_a": []}])
    def test_nothing_to_draw(self, history, tmp_path):
        with pytest.raises(ConfigError, match="class_weight_<class>"):
            plots.class_weight_map(history, tmp_path / "weights.png")


class TestGradientDiagnostics:
    COLUMNS = {
        "epoch": [0.5, 1.0, 1.5],
        "gradient_norm_segmentation": [1.0, 2.0, 1.0],
        "gradient_norm_depth": [30.0, 20.0, 0.0],
        "gradient_cosine_segmentation_depth": [0.5, -0.5, np.nan],
        "gradient_magnitude_similarity_segmentation_depth": [0.1, 0.2, np.nan],
        "gradient_condition": [3.0, 3.0, np.nan],
        "weight_depth": [1.0, 1.0, 1.0],
    }

    def test_what_the_panels_show(self, tmp_path, monkeypatch):
        drawn = []
        monkeypatch.setattr(figure, "save", lambda made, path: drawn.append(made) or path)
        plots.gradient_diagnostics(self.COLUMNS, tmp_path / "g.png")
        norms, cosines, similarity, condition = drawn[0].axes
        assert [line.get_label() for line in norms.lines] == ["segmentation", "depth"]
        assert [line.get_label() for line in cosines.lines] == ["segmentation and depth"]
        np.testing.assert_array_equal(cosines.lines[0].get_xdata(), self.COLUMNS["epoch"])
        assert norms.get_yscale() == condition.get_yscale() == "log"
        assert similarity.get_ylim()[0] == 0.0 and len(condition.lines) == 1

    def test_nothing_measured(self, tmp_path):
        with pytest.raises(ConfigError, match="at least one measurement"):
            plots.gradient_diagnostics({"loss": [1.0]}, tmp_path / "g.png")
