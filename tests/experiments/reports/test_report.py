"""Reports from fake run folders: what is said, what is written, what is left out and why."""

import csv
import json
import re
import shutil

import pytest

from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.experiments import load_run
from auxnet_keras.experiments.config.config_file import _END
from auxnet_keras.experiments.reports.arms import config_digest
from auxnet_keras.experiments.reports.report import report
from auxnet_keras.experiments.statistics.holm import holm
from tests.experiments.fake_runs import write_run, write_study


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return write_study(tmp_path_factory.mktemp("study"), budgets=(30, 100, None))


@pytest.fixture(scope="module")
def reported(study, tmp_path_factory):
    out = tmp_path_factory.mktemp("report")
    return report(study, out, pictures=False), out


def pair(folder, seeds=(0, 1, 2), gain=0.02, **settings):
    for seed in seeds:
        write_run(folder / f"base-{seed}", 0.3 + 0.01 * seed, seed=seed)
        write_run(
            folder / f"aux-{seed}",
            0.3 + 0.01 * seed + gain + 0.001 * (seed % 2),
            seed=seed,
            model="auxnet",
            **settings,
        )
    return folder


class TestResults:
    def test_scores_of_every_arm_budget_and_seed(self, reported):
        scores = reported[0]["scores"]["street"]
        assert list(scores) == ["segnet", "auxnet", "auxnet ftwb"]
        assert {tuple(of_arm) for of_arm in scores.values()} == {("30", "100", "all")}
        assert list(scores["segnet"]["30"]) == ["0", "1", "2", "3"]

    def test_comparisons(self, reported):
        found = {(one["arm"], one["labels"]): one for one in reported[0]["comparisons"]}
        assert len(found) == 6
        one = found["auxnet", 30]
        assert one["baseline"] == "segnet" and one["score"] == "mean_iou"
        assert one["n"] == 4 and one["verdict"] == "helps"
        assert one["interval"][0] < one["difference"] < one["interval"][1]
        assert one["difference"] == pytest.approx(0.02, abs=0.005)
        assert one["p"] < one["p_holm"] < 0.05
        assert found["auxnet ftwb", "all"]["verdict"] == "worse"
        # 0.02 more on a curve that rises by 0.03 for every e-fold of labels: 30 e^(2/3) = 58.
        assert float(one["worth_labels"]) == pytest.approx(58, abs=12)
        assert one["labels_saved"] == pytest.approx(28, abs=12)

    def test_effects_by_class(self, reported):
        classes = reported[0]["comparisons"][0]["classes"]
        assert "pole" not in classes and classes["car"]["n"] == 4

    def test_is_on_disk_as_returned(self, reported):
        results, out = reported
        assert json.loads((out / "results.json").read_text()) == results

    def test_the_summary_names_arms_by_verdict(self, reported):
        assert (
            "compared with segnet – helps: auxnet (30, 100, all labels)" in reported[0]["summary"]
        )


class TestFiles:
    def test_tables_in_three_forms(self, reported):
        tables = reported[1] / "tables"
        names = {path.stem for path in tables.iterdir()}
        assert names == {"differences_mean_iou", "iou", "networks", "runtime"}
        assert {path.suffix for path in tables.iterdir()} == {".md", ".csv", ".tex"}
        rows = list(csv.DictReader((tables / "iou.csv").read_text().splitlines()))
        assert rows[0]["IoU [%]"] == "segnet, 30 labels" and rows[0]["pole"] == ""
        assert float(rows[0]["car sd"]) > 0

    def test_the_best_is_bold_and_a_missing_class_a_dash(self, reported):
        lines = (reported[1] / "tables" / "iou.md").read_text().splitlines()
        best = next(line for line in lines if line.startswith("| auxnet, all labels"))
        assert "**" in best and " - |" in best and "±" in best
        text = (reported[1] / "report.md").read_text()
        assert "No seed has pixels of pole" in text

    def test_the_page_needs_nothing_else(self, reported):
        page = (reported[1] / "report.html").read_text()
        assert page.count('src="data:image/png;base64,') == 5
        assert not re.search(r'(src|href)="(?!data:|#)', page)
        assert page.count("<script") == 1  # its own, which sorts tables

    def test_figures(self, reported):
        figures = {path.name for path in (reported[1] / "figures").iterdir()}
        assert figures == {
            "budgets_mean_iou.png",
            "classes_mean_iou.png",
            "progress_mean_iou.png",
            "progress_mean_iou_30.png",
            "progress_mean_iou_100.png",
        }


class TestPublished:
    def test_rows_of_the_paper_are_labelled_and_never_the_best(self, tmp_path):
        root = tmp_path / "runs"
        for seed in range(2):
            for model in ("segnet", "auxnet"):
                write_run(root / f"{model}-{seed}", 0.5, seed=seed, model=model, data="kitti")
        report(root, tmp_path / "out", pictures=False)
        table = (tmp_path / "out" / "tables" / "iou.md").read_text()
        assert "*AuxNet FTWB (Chennupati et al. 2019)* | 48.43" in table
        assert "**79.24**" not in table and "79.24" in table
        networks = (tmp_path / "out" / "tables" / "networks.md").read_text()
        assert "*FuseNet (Chennupati et al. 2019)* | 80.99 | 47,259,976 | - |" in networks
        assert "23,672,264" in networks


class TestBothDirections:
    @pytest.fixture
    def results(self, tmp_path):
        settings = {"model": "unet", "backbone": None}
        for seed in range(3):
            for main in ("segmentation", "depth"):
                place = tmp_path / "runs" / f"{main}-{seed}"
                write_run(place / "single", 0.3, main=main, seed=seed, single_task=True, **settings)
                write_run(
                    place / "both",
                    0.31 + 0.001 * seed,
                    abs_rel=0.18 - 0.001 * seed,
                    losses=(24.0, 0.09) if main == "depth" else (0.4, 0.3),
                    main=main,
                    seed=seed,
                    weighting="class-wise",
                    **settings,
                )
        return report(tmp_path / "runs", tmp_path / "out", pictures=False)

    def test_each_main_task_has_a_baseline_and_a_score_of_its_own(self, results):
        found = {one["score"]: one for one in results["comparisons"]}
        assert found["mean_iou"]["baseline"] == "unet segmentation alone"
        assert found["abs_rel"]["baseline"] == "unet depth alone"
        assert found["abs_rel"]["difference"] == pytest.approx(-0.021)
        assert found["abs_rel"]["verdict"] == "helps"  # a smaller error

    def test_losses_and_runtime(self, results, tmp_path):
        table = (tmp_path / "out" / "tables" / "losses.md").read_text()
        assert "| unet class-wise, main depth | 24.0000" in table
        assert (tmp_path / "out" / "figures" / "losses.png").is_file()
        runtime = (tmp_path / "out" / "tables" / "runtime.md").read_text()
        assert "*class-wise (Yim and Kim 2020)* | 0.3100 | 1.69 |" in runtime


class TestLeftOut:
    def test_half_written_other_versions_and_damage_are_told(self, tmp_path):
        root = pair(tmp_path / "runs")
        write_run(root / "half", 0.9, seed=7, finished=False)
        write_run(root / "old", 0.9, seed=8, version="0.0.1")
        damaged = write_run(root / "damaged", 0.9, seed=9)
        (damaged / "results.json").write_text("{")
        lacking = write_run(root / "lacking", 0.9, seed=10)
        (lacking / "manifest.json").write_text('{"events": [{"event": "end"}], "artefacts": {}}')
        unknown = write_run(root / "unknown", 0.9, seed=11)
        (unknown / "config.yaml").write_text(f"modell: auxnet\n{_END}\n")
        results = report(root, tmp_path / "out", pictures=False)
        assert len(results["problems"]) == 5
        for name, why in (
            ("half", "not finished"),
            ("old", "version 0.0.1"),
            ("damaged", "is damaged"),
            ("lacking", "left out"),
            ("unknown", "Unknown setting"),
        ):
            assert any(f"/{name}" in told and why in told for told in results["problems"]), name
        assert len(results["runs"]) == 6
        assert results["comparisons"][0]["verdict"] == "helps"
        assert "not finished" in (tmp_path / "out" / "report.html").read_text()

    def test_different_data_is_never_in_one_table(self, tmp_path):
        pair(tmp_path / "runs" / "one")
        for seed in range(2):
            write_run(tmp_path / "runs" / f"other-{seed}", 0.8, seed=seed, fingerprint="beef" * 16)
        results = report(tmp_path / "runs", tmp_path / "out", pictures=False)
        assert list(results["scores"]) == ["street (1)", "street (2)"]
        assert results["scores"]["street (2)"] == {"segnet": {"all": {"0": 0.8, "1": 0.8}}}
        assert {one["data"] for one in results["comparisons"]} == {"street (1)"}
        assert sum("has its own tables" in problem for problem in results["problems"]) == 2
        assert (tmp_path / "out" / "street_1" / "tables" / "iou.md").is_file()

    def test_data_that_changed_under_a_limit(self, tmp_path):
        root = tmp_path / "runs"
        for seed, mark in ((0, "a"), (1, "b")):  # a limit keeps other frames for every seed
            for model in ("segnet", "auxnet"):
                write_run(root / f"{model}{seed}", 0.3, seed=seed, model=model, limit=50,
                          fingerprint=mark * 64)  # fmt: skip
        write_run(root / "late", 0.9, seed=1, weighting="twb", model="auxnet", limit=50,
                  fingerprint="c" * 64)  # fmt: skip
        results = report(root, tmp_path / "out", pictures=False)
        assert len(results["runs"]) == 4 and results["comparisons"][0]["n"] == 2
        assert re.search("late was scored on other frames", results["problems"][0])

    def test_controls_are_tables_of_their_own(self, study, tmp_path):
        shutil.copytree(study, tmp_path / "study")
        names = {"auxnet": "depth", "ftwb": "noise"}
        configs = {
            name: load_run(next((tmp_path / "study").glob(f"{folder}/*/*"))).config
            for folder, name in names.items()
        }
        arms = {config_digest(config): name for name, config in configs.items()}
        content = {"arms": arms, "baselines": [], "controls": [["depth", "noise"], ["no", "depth"]]}
        (tmp_path / "study" / "study.json").write_text(json.dumps(content))
        results = report(tmp_path / "study", tmp_path / "out", pictures=False)
        found = [one for one in results["comparisons"] if one["baseline"] == "noise"]
        assert [one["arm"] for one in found] == ["depth"] * 3
        assert found[0]["difference"] == pytest.approx(0.04, abs=0.005)
        assert found[0]["worth_labels"] is None and found[0]["verdict"] == "helps"
        # One family of three: against the baseline twice, and against the control.
        of_budget = [one for one in results["comparisons"] if one["labels"] == 30]
        assert [one["p_holm"] for one in of_budget] == holm([one["p"] for one in of_budget])
        tables = {path.stem for path in (tmp_path / "out" / "tables").glob("differences*.md")}
        assert tables == {"differences_mean_iou", "differences_mean_iou_against_noise"}
        assert "compared with noise – helps: depth" in results["summary"]

    def test_an_arm_of_a_study_has_other_epochs_at_each_budget(self, tmp_path):
        arms = {}
        for labels, epochs in ((30, 9), (100, 3)):  # the same steps
            for model, score in (("segnet", 0.3), ("auxnet", 0.32)):
                run = write_run(tmp_path / f"{model}{labels}", score, model=model, labels=labels,
                                epochs=epochs)  # fmt: skip
                arms[config_digest(load_run(run).config)] = {"segnet": "single"}.get(model, "joint")
        content = {"arms": arms, "baselines": ["single"], "controls": []}
        (tmp_path / "study.json").write_text(json.dumps(content))
        results = report(tmp_path, tmp_path / "out", pictures=False)
        assert results["scores"]["street"] == {
            "single": {"30": {"0": 0.3}, "100": {"0": 0.3}},
            "joint": {"30": {"0": 0.32}, "100": {"0": 0.32}},
        }
        assert [(c["baseline"], c["labels"]) for c in results["comparisons"]] == [
            ("single", 30),
            ("single", 100),
        ]

    @pytest.mark.parametrize("change", [{"epochs": 9}, {"model": "unet", "backbone": None}])
    def test_arms_of_one_name_in_two_studies_are_not_mixed(self, tmp_path, change):
        for study, settings in (("first", {"epochs": 3}), ("second", change)):
            run = write_run(tmp_path / study / "single", 0.3, **settings)
            arms = {config_digest(load_run(run).config): "single"}
            content = {"arms": arms, "baselines": ["single"], "controls": []}
            (tmp_path / study / "study.json").write_text(json.dumps(content))
        results = report(tmp_path, tmp_path / "out", pictures=False)
        assert results["scores"]["street"] == {"single": {"all": {"0": 0.3}}}
        assert "second/single is left out: another study" in " ".join(results["problems"])

    def test_folds_are_paired_by_seed(self, tmp_path):
        root = tmp_path / "runs"
        for seed in (0, 1):  # every fold holds out other frames
            for model, score in (("segnet", 0.3), ("auxnet", 0.32)):
                write_run(root / f"{model}{seed}", score, seed=seed, fold=seed, model=model,
                          fingerprint=str(seed) * 64)  # fmt: skip
        write_run(root / "late", 0.9, seed=1, fold=4, weighting="twb", model="auxnet",
                  fingerprint="4" * 64)  # fmt: skip
        write_run(root / "usual", 0.9, seed=0)
        results = report(root, tmp_path / "out", pictures=False)
        assert list(results["scores"]) == ["street (1)", "street (2)"]
        one = results["comparisons"][0]
        assert (one["arm"], one["n"]) == ("auxnet", 2)
        assert one["difference"] == pytest.approx(0.02)
        said = " ".join(results["problems"])
        assert re.search("late was scored on other frames.*give each fold its own seed", said)

    def test_the_same_run_twice_counts_once(self, tmp_path):
        root = pair(tmp_path / "runs")
        write_run(root / "copy", 0.9, seed=0)
        results = report([root, root], tmp_path / "out", pictures=False)
        assert len(results["runs"]) == 6 and len(results["problems"]) == 1
        assert "they count only once" in results["problems"][0]

    def test_no_run(self, tmp_path):
        with pytest.raises(ConfigError, match="No run found"):
            report(tmp_path, tmp_path / "out")
        for seed in range(7):  # too many to show side by side
            write_run(tmp_path / f"half{seed}", seed=seed, finished=False)
        with pytest.raises(DataError, match=r"None of the runs is finished(?s:.*)half6"):
            report(tmp_path, tmp_path / "out")


class TestFewSeeds:
    def test_one_seed_is_a_hint(self, tmp_path):
        results = report(pair(tmp_path / "runs", seeds=[3]), tmp_path / "out", pictures=False)
        one = results["comparisons"][0]
        assert one["verdict"] == "one seed: no interval, no more than a hint"
        assert one["interval"] == [None, None] and one["p"] is None
        text = (tmp_path / "out" / "report.md").read_text()
        assert "One seed, so no standard deviation" in text and "±" not in text

    def test_two_arms_without_a_seed_in_common(self, tmp_path):
        write_run(tmp_path / "runs" / "a", seed=0)
        write_run(tmp_path / "runs" / "b", seed=1, model="auxnet")
        results = report(tmp_path / "runs", tmp_path / "out", pictures=False)
        assert results["comparisons"][0]["verdict"] == "no seed in common"

    def test_a_single_arm(self, tmp_path):
        write_run(tmp_path / "runs" / "a")
        results = report(tmp_path / "runs" / "a", tmp_path / "out", pictures=False)
        assert results["comparisons"] == [] and "nothing to compare" in results["summary"]

    def test_chance_is_no_evidence(self, tmp_path):
        for seed, difference in enumerate((0.01, -0.01, 0.005, -0.006)):
            write_run(tmp_path / "runs" / f"a{seed}", 0.3, seed=seed)
            write_run(tmp_path / "runs" / f"b{seed}", 0.3 + difference, seed=seed, model="auxnet")
        results = report(tmp_path / "runs", tmp_path / "out", pictures=False)
        assert results["comparisons"][0]["verdict"] == "no evidence"


def test_without_data_the_picture_is_missed_and_the_rest_is_there(tmp_path):
    root = pair(tmp_path / "runs", seeds=[0])
    (root / "scenes").mkdir()  # a folder of something else
    (root / "scenes" / "note.txt").write_text("moved")
    report(root, tmp_path / "out")
    assert "Not drawn, because" in (tmp_path / "out" / "report.md").read_text()


def test_arms_are_named_by_what_differs(tmp_path):
    for number, rate in enumerate((1e-3, 1e-2)):
        write_run(tmp_path / "runs" / f"a{number}", model="auxnet", learning_rate=rate)
    results = report(tmp_path / "runs", tmp_path / "out", pictures=False)
    assert list(results["scores"]["street"]) == [
        "auxnet (learning_rate=0.001)",
        "auxnet (learning_rate=0.01)",
    ]
