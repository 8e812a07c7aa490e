"""Studies as files: what is read, what is refused, and the runs they become."""

from pathlib import Path

import pytest

import auxnet_keras as ak
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.studies.plan import planned
from auxnet_keras.experiments.studies.study_file import presets, read_study
from auxnet_keras.weighting.catalogue import WEIGHTINGS

STUDY = {
    "labels": [4, "all"],
    "seeds": 2,
    "base": {"backbone": "small", "weights": "none", "size": [32, 64], "batch_size": 4},
    "arms": {"single": {"model": "segnet"}, "FTWB, long": {"weighting": "ftwb", "epochs": 7}},
}


@pytest.fixture
def study(scenes):
    return {**STUDY, "data": f"street:{scenes}"}


class TestPlan:
    def test_arms_times_budgets_times_seeds(self, study, tmp_path):
        runs = planned(read_study(study), tmp_path)
        assert len(runs) == 8 == len({run.folder for run in runs})
        # Whole pairs come first: both arms of a seed and budget beside each other.
        assert [(r.seed, r.labels, r.arm) for r in runs[:3]] == [
            (0, 4, "single"),
            (0, 4, "FTWB, long"),
            (0, None, "single"),
        ]
        assert runs[1].folder == tmp_path / "runs/street/ftwb--long/labels-4/seed-0"
        assert runs[1].config.epochs == 7 and runs[1].config.labels == 4
        assert runs[0].config.cache == str(tmp_path / "cache")
        assert not any(tmp_path.iterdir())

    def test_a_list_of_seeds_and_several_data_sets(self, study, scenes, kitti_scenes, tmp_path):
        several = [f"street:{scenes}", f"kitti:{kitti_scenes}", "street:" + str(scenes) + "/"]
        runs = planned(read_study({**study, "seeds": [5, 3], "data": several}), tmp_path)
        assert list(dict.fromkeys(run.data for run in runs)) == ["street-1", "kitti", "street-2"]
        assert list(dict.fromkeys(run.seed for run in runs)) == [5, 3]

    def test_steps_are_the_same_for_every_budget(self, study, tmp_path):
        arms = {
            "single": {"model": "segnet"},
            "beside": {"batch_size": 8},
            "long": {"model": "segnet", "steps": 60},
        }
        runs = planned(read_study({**study, "seeds": 1, "steps": 20, "arms": arms}), tmp_path)
        epochs = {(run.labels, run.arm): run.config.epochs for run in runs}
        # 4 labels: a step an epoch of 4 labelled frames, also where a batch has 4 others. All 16
        # training frames: 4 steps, or 2 of 8.
        assert epochs[4, "single"] == epochs[4, "beside"] == 20
        assert epochs[4, "long"] == 60
        assert (epochs[None, "single"], epochs[None, "beside"]) == (5, 10)

    def test_every_seed_starts_from_a_run_of_its_own(self, study, tmp_path):
        arms = {"single": {}, "reused": {"weights": f"{tmp_path}/depth/seed-{{seed}}"}}
        runs = planned(read_study({**study, "labels": [4], "arms": arms}), tmp_path)
        weights = [run.config.weights for run in runs]
        assert weights == ["none", f"{tmp_path}/depth/seed-0", "none", f"{tmp_path}/depth/seed-1"]

    def test_cross_validation_gives_every_seed_a_fold(self, study, tmp_path):
        cross = {**study, "seeds": [0, 1, 6], "labels": "all", "cross_validate": True}
        runs = planned(read_study(cross), tmp_path)
        assert [(run.seed, run.config.fold) for run in runs[::2]] == [(0, 0), (1, 1), (6, 1)]
        assert {run.config.fold for run in planned(read_study(study), tmp_path)} == {None}

    def test_controls_are_pairs_of_arms(self, study):
        controls = {"single": ["FTWB, long"], "FTWB, long": "single"}
        read = read_study({**study, "controls": controls})
        assert read.controls == (("single", "FTWB, long"), ("FTWB, long", "single"))
        assert read_study(study).controls == ()

    def test_a_control_with_another_main_task(self, study, tmp_path):
        arms = {"joint": {"weighting": "twb"}, "depth": {"weighting": "twb", "main": "depth"}}
        both = {**study, "arms": arms, "controls": {"joint": "depth"}, "labels": "all"}
        with pytest.raises(ConfigError, match=r"the same main task.*'joint' with segmentation"):
            planned(read_study(both), tmp_path)

    def test_data_in_place_of_the_studys_own(self, study, kitti_scenes):
        given = read_study(study, data=[f"kitti:{kitti_scenes}"])
        assert given.data == (f"kitti:{kitti_scenes}",)


class TestRefused:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"arms": {}}, "has no arms"),
            ({"arms": None}, "has no arms"),
            ({"arm": {}}, "Unknown entry .*did you mean 'arms'"),
            ({"arms": {"a": {"weigthing": "twb"}}}, "arm 'a'.*did you mean 'weighting'"),
            ({"arms": {"a": {}, "b": {"weighting": "twbb"}}}, "arm 'b'.*did you mean 'twb'"),
            ({"arms": {"a": 3}}, "must contain run settings"),
            ({"arms": {"a/b": {}}}, "cannot contain a slash"),
            ({"arms": {"..": {}}}, "cannot contain a slash or begin with a dot"),
            ({"arms": {" ": {}}}, "must be one line"),
            ({"arms": {"a" * 61: {}}}, "at most 60"),
            (
                {"arms": {"AUX net": {}, "aux-net": {"epochs": 3}}},
                "too similar for separate folders",
            ),
            ({"arms": {"a": {}, "b": {}}}, "the same settings.*'a' and 'b'"),
            ({"arms": {"a": {"seed": 3}}}, "seeds of the study sets it"),
            ({"arms": {"a": {"fold": 3}}}, "cross_validate of the study sets it"),
            ({"cross_validate": 5}, "cross_validate of a study must be true or false"),
            ({"base": {"labels": 3}}, "labels of the study sets it"),
            ({"steps": 9, "base": {"epochs": 3}}, "steps of the study sets it"),
            ({"baseline": "singel"}, "did you mean 'single'"),
            ({"baseline": [{"single": 1}]}, "Unknown baseline"),
            ({"controls": "single"}, "controls of a study must name an arm and the arm"),
            ({"controls": {"singel": "single"}}, "Unknown arm in controls.*did you mean 'single'"),
            ({"controls": {"single": ["FTWB, lang"]}}, "did you mean 'FTWB, long'"),
            ({"controls": {"single": "single"}}, "its own control.*Received: 'single'"),
            ({"controls": {"single": ["FTWB, long"] * 2}}, "more than once"),
            (
                {"labels": [4, 1000]},
                "available labels: 16 .*--count 1250` .*Received: 1000",
            ),
            ({"labels": [4, 4]}, "4 more than once"),
            ({"labels": []}, "must list numbers"),
            ({"labels": [0]}, ">= 1 or all"),
            ({"labels": ["some"]}, ">= 1 or all"),
            ({"seeds": 0}, ">= 1 or a list"),
            ({"seeds": []}, "needs at least one seed"),
            ({"seeds": [1, 1]}, "1 more than once"),
            ({"seeds": [-1]}, ">= 0"),
            ({"data": []}, "KIND"),
            ({"data": None}, "KIND"),
            ({"data": "kitti"}, "--data kitti:PATH"),
            ({"data": "kity:/x"}, "did you mean 'kitti'"),
            ({"limit": 0}, "limit of a study must be a whole number >= 1"),
        ],
    )
    def test_with_a_sentence_before_anything_runs(self, study, tmp_path, change, message):
        with pytest.raises(ConfigError, match=message):
            planned(read_study({**study, **change}), tmp_path)
        assert not any(tmp_path.iterdir())

    def test_in_a_cluster(self, study, tmp_path, monkeypatch):
        for name, value in (("COORDINATOR_ADDRESS", "host0:1"), ("NUM_PROCESSES", "2")):
            monkeypatch.setenv(f"JAX_{name}", value)
        monkeypatch.setenv("JAX_PROCESS_ID", "0")
        with pytest.raises(ConfigError, match=r"A study trains .*Received: process 0 of 2"):
            ak.experiments.study(study, tmp_path)
        assert not any(tmp_path.iterdir())

    def test_no_such_study(self, tmp_path):
        with pytest.raises(ConfigError, match=r"does-it-help.*Received: 'doesit'"):
            read_study("doesit")

    def test_a_file(self, study, tmp_path):
        file = tmp_path / "mine.yaml"
        file.write_text("arms: {a: {model: segnet}, a: {}}\n")
        with pytest.raises(ConfigError, match="a second time"):
            read_study(file)
        file.write_text("data: street\narms: {a: {model: segnet}}\n")
        read = read_study(file)
        assert (read.name, read.labels, read.seeds) == ("mine", (None,), (0,))


class TestPresets:
    def test_there_are_six(self):
        assert presets() == [
            "auxnet-table1",
            "auxnet-table2",
            "does-it-help",
            "learning-boost",
            "methods",
            "runtime",
        ]
        page = (Path(ak.__file__).parents[1] / "docs" / "studies.md").read_text()
        assert all(f"`{name}`" in page for name in presets())

    @pytest.mark.parametrize(
        "name", ["auxnet-table1", "auxnet-table2", "learning-boost", "runtime"]
    )
    def test_can_be_planned(self, name, scenes, tmp_path):
        runs = planned(read_study(name, data=[f"street:{scenes}"]), tmp_path)
        assert len(runs) == len({run.folder for run in runs}) > 0

    def test_methods_has_an_arm_for_every_method(self):
        study = read_study("methods")
        arms = {arm: settings.get("weighting", "none") for arm, settings in study.arms.items()}
        named = {arm: text.partition(":")[0] for arm, text in arms.items()}
        expected = {
            name
            for name, method in WEIGHTINGS.items()
            if not method.needs_values and name != "class-wise"
        }
        assert set(named.values()) == expected | {"fixed", "none"}
        assert all(arm == name for arm, name in named.items() if name in expected)
        assert sum(name == "fixed" for name in named.values()) == 3

    def test_methods_are_compared_over_the_same_steps(self, scenes, tmp_path, monkeypatch):
        from auxnet_keras.experiments.studies import steps

        plenty = steps.Frames(800, 800, 800, 800, 200)
        monkeypatch.setattr("auxnet_keras.experiments.studies.plan.frames_of", lambda *_: plenty)
        runs = planned(read_study("methods", data=[f"street:{scenes}"]), tmp_path)
        assert {run.labels for run in runs} == {30}
        assert {steps.steps_of(run.config, plenty) for run in runs} == {301}

    def test_does_it_help(self, scenes, tmp_path, monkeypatch):
        from auxnet_keras.experiments.studies import steps

        plenty = steps.Frames(800, 800, 800, 800, 200)
        monkeypatch.setattr("auxnet_keras.experiments.studies.plan.frames_of", lambda *_: plenty)
        runs = planned(read_study("does-it-help", data=[f"street:{scenes}"]), tmp_path)
        own = {run.arm: run.config for run in runs if (run.seed, run.labels) == (0, 30)}
        assert len(runs) == 4 * 10 * len(own)
        assert next(iter(own)) == "single"
        # The same steps with as many labelled images, and the controls take as long as the arm.
        assert steps.steps_per_epoch(own["single"], plenty) == 3
        assert steps.steps_per_epoch(own["joint-3"], plenty) == 3
        assert steps.steps_of(own["single"], plenty) == 600
        assert steps.steps_of(own["depth-first"], plenty) == 3000
        assert steps.steps_of(own["more-steps"], plenty) == 3000
        assert own["noise-first"].auxiliary_of == "other-frame"
