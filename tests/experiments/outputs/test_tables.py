"""Tables of results."""

from auxnet_keras.core.tasks import TASKS
from auxnet_keras.experiments.outputs.tables import comparison, evaluation_table

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


def test_the_main_task_comes_first():
    results = {
        "segmentation": {"mean_iou": 0.3},
        "depth": {"abs_rel": 0.1},
        "position_prior": {"segmentation": {"mean_iou": 0.2}},
    }
    labels = {main: [row[0] for row in evaluation_table(results, main).rows] for main in TASKS}
    assert labels == {
        "segmentation": ["mean IoU", "abs rel"],
        "depth": ["abs rel", "mean IoU"],
    }
