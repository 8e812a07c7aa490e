"""Tables of results."""

from auxnet_keras.experiments.outputs.tables import (
    class_table,
    comparison,
    evaluation_table,
    logged_evaluation,
    part_table,
)

RESULTS = {
    "SegNet": {"segmentation": {"mean_iou": 0.25, "iou_road": 0.5, "iou_sign": None}},
    "Aux_Net": {
        "segmentation": {"mean_iou": 0.3456, "iou_road": 0.75, "iou_sign": 0.125},
        "depth": {"rmse": 4.0},
    },
}


def test_markdown_has_a_row_a_score_and_a_dash_where_there_is_none():
    assert comparison(RESULTS).markdown() == (
        "| | SegNet | Aux_Net |\n"
        "|---|---:|---:|\n"
        "| mean IoU | 0.250 | 0.346 |\n"
        "| IoU road | 0.500 | 0.750 |\n"
        "| IoU sign | - | 0.125 |\n"
        "| RMSE [m] | - | 4.000 |\n"
    )


def test_csv_keeps_all_digits():
    lines = comparison(RESULTS).csv().splitlines()
    assert lines[0] == "score,SegNet,Aux_Net"
    assert lines[1] == "mean IoU,0.25,0.3456"
    assert lines[3] == "IoU sign,,0.125"


def test_latex_escapes_names():
    text = comparison(RESULTS).latex()
    assert r"Aux\_Net" in text and r"mean IoU & 0.250 & 0.346 \\" in text
    assert text.startswith("\\begin{tabular}{lrr}") and text.endswith("\\end{tabular}\n")


def test_one_run_stands_beside_the_position_prior():
    results = {**RESULTS["Aux_Net"], "position_prior": RESULTS["SegNet"]}
    table = evaluation_table(results)
    assert table.columns == ("model", "position prior")
    assert table.rows[0] == ("mean IoU", (0.3456, 0.25))


def test_the_first_columns_main_task_comes_first():
    depth_first = {"depth": {"abs_rel": 0.2}, "segmentation": {"mean_iou": 0.3}}
    labels = [label for label, _ in comparison({"a": depth_first, **RESULTS}).rows]
    assert labels == ["abs rel", "RMSE [m]", "mean IoU", "IoU road", "IoU sign"]


def test_lines_for_a_log():
    results = {
        "depth": {"abs_rel": 0.25},
        "segmentation": {"mean_iou": 0.3456, "iou_sign": None},
        "position_prior": {"segmentation": {"mean_iou": 0.125}},
        "frames": 4,
        "data": "street",
        "split": "val",
    }
    assert logged_evaluation(results).splitlines() == [
        "4 frames of street (val), at the images' own size",
        "                   model  position prior",
        "abs rel            0.250               -",
        "mean IoU           0.346           0.125",
        "IoU sign               -               -",
    ]


def test_what_is_shown_keeps_its_units(capsys):
    comparison(RESULTS).show("Two networks")
    shown = capsys.readouterr().out
    assert "Two networks" in shown and "RMSE [m]" in shown and "0.346" in shown


def test_three_files_are_written(tmp_path):
    comparison(RESULTS).write(tmp_path, "table")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "table.csv",
        "table.md",
        "table.tex",
    ]


PARTS = {
    "depth": {"abs_rel": 0.2},
    "segmentation": {"mean_iou": 0.5, "iou_road": 0.75, "iou_sign": None},
    "position_prior": {"segmentation": {"iou_road": 0.5, "iou_sign": 0.0}},
    "parts": {
        "ranges": {"unit": "metres", "edges": [0.0, 20.0, 40.0, 80.0]},
        "border_px": 5,
        "all": {
            "segmentation": {"pixels": 200, "mean_iou": 0.5, "pixel_accuracy": 0.75},
            "depth": {"pixels": 100, "abs_rel": 0.25, "rmse": 4.0},
        },
        "near": {"depth": {"pixels": 25, "abs_rel": 0.125, "rmse": 1.0}},
        "border": {"segmentation": {"pixels": 20, "mean_iou": 0.25, "pixel_accuracy": 0.5}},
    },
    "depth_by_class": {"road": {"pixels": 50, "abs_rel": 0.125, "rmse": 2.0}},
}


def test_parts_have_the_main_task_first_and_say_their_range():
    assert part_table(PARTS).markdown() == (
        "| | pixels | abs rel | RMSE [m] | mean IoU | pixel accuracy |\n"
        "|---|---:|---:|---:|---:|---:|\n"
        "| all pixels | 100.0 % | 0.250 | 4.000 | 0.500 | 0.750 |\n"
        "| near, 0-20 m | 25.0 % | 0.125 | 1.000 | - | - |\n"
        "| borders, 5 px | 10.0 % | - | - | 0.250 | 0.500 |\n"
    )
    thirds = {**PARTS, "parts": {**PARTS["parts"], "ranges": {"unit": "", "edges": None}}}
    assert part_table(thirds).rows[1][0] == "near third"
    assert comparison({"run": PARTS}).rows[0][0] == "abs rel"


def test_a_class_has_its_iou_and_the_error_of_depth_on_it():
    table = class_table(PARTS)
    assert table.columns == (
        *("abs rel", "RMSE [m]"),
        *("IoU", "IoU of the position prior"),
    )
    assert table.rows == (
        ("road", (0.125, 2.0, 0.75, 0.5)),
        ("sign", (None, None, None, 0.0)),
    )
    alone = {key: value for key, value in PARTS.items() if key != "segmentation"}
    alone["position_prior"] = {}
    assert class_table(alone).rows == (("road", (0.125, 2.0)),)


def test_the_main_task_comes_first():
    scores = {"segmentation": {"mean_iou": 0.3}, "depth": {"abs_rel": 0.1}}
    prior = {"position_prior": {"segmentation": {"mean_iou": 0.2}}}
    for order in (("segmentation", "depth"), ("depth", "segmentation")):
        table = evaluation_table({task: scores[task] for task in order} | prior)
        labels = {"segmentation": "mean IoU", "depth": "abs rel"}
        assert [row[0] for row in table.rows] == [labels[task] for task in order]
