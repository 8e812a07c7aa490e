"""Studies that run: what is missing, what is refused, a worker that fails or dies."""

import collections
import json
import threading

import pytest

from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.config.config_file import write_config
from auxnet_keras.experiments.studies import forecast, places, runner
from auxnet_keras.experiments.studies.plan import planned
from auxnet_keras.experiments.studies.runner import missing, train_all
from auxnet_keras.experiments.studies.study_file import read_study
from auxnet_keras.experiments.studies.work import StoppedError, WorkerDiedError
from tests.experiments.fake_runs import write_run
from tests.experiments.studies.test_study_file import STUDY


@pytest.fixture
def runs(scenes, tmp_path):
    study = {**STUDY, "labels": "all", "seeds": 2, "data": f"street:{scenes}"}
    return planned(read_study(study), tmp_path)


def finish(run, **changes):
    """A fake result in the place of a planned run."""
    write_run(run.folder, 0.3, **changes)
    write_config(run.config, run.folder / "config.yaml")
    return run


def real_print(run):
    return runner._fingerprint(run)


class TestMissing:
    def test_what_is_finished_is_not_trained_again(self, runs):
        assert missing(runs) == list(runs)
        finish(runs[0], fingerprint=real_print(runs[0]))
        assert missing(runs) == list(runs[1:])

    def test_other_settings(self, runs):
        write_run(runs[0].folder, epochs=999)
        with pytest.raises(
            ConfigError, match=r"a run with other settings.*epochs: 999 in the folder"
        ):
            missing(runs)

    def test_another_version(self, runs):
        finish(runs[1], version="0.0.9", fingerprint=real_print(runs[1]))
        with pytest.raises(ConfigError, match=r"started by version 0.0.9"):
            missing(runs)

    def test_another_backend(self, runs, monkeypatch):
        monkeypatch.setattr(runner, "backend", lambda: "jax")
        finish(runs[1], backend="tensorflow", fingerprint=real_print(runs[1]))
        with pytest.raises(ConfigError, match=r"was trained on tensorflow; .* are not mixed"):
            missing(runs)

    def test_other_data(self, runs):
        finish(runs[2])
        with pytest.raises(ConfigError, match=r"has changed since.*seed 1"):
            missing(runs)


class Answers:
    """A worker that answers as it is told."""

    def __init__(self, answers):
        self.answers, self.asked, self.stopped = list(answers), [], False

    def request(self, do, run, on_wait):
        on_wait()
        self.asked.append(run)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def end(self):
        self.ended = True

    def stop(self):
        self.stopped = True


class TestTraining:
    def train(self, monkeypatch, runs, answers):
        worker = Answers(answers)
        monkeypatch.setattr(runner, "Worker", lambda out, place: worker)
        return worker, train_all(runs, 1, runs[0].folder)

    def test_a_run_that_fails_is_told_and_the_others_go_on(self, monkeypatch, runs, capsys):
        answers = [{"done": ""}, {"error": "NaN in batch 3."}, {"done": ""}]
        worker, failures = self.train(monkeypatch, runs[:3], answers)
        assert len(worker.asked) == 3 and worker.stopped
        assert failures == ["street, FTWB, long, all labels, seed 0 failed. NaN in batch 3."]
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].startswith("Run 2/4  street, single, all labels, seed 0  done")
        assert "failed" in lines[1]

    def test_a_process_that_dies_is_replaced_once(self, monkeypatch, runs):
        died = WorkerDiedError("The process ended. Received: signal 9.")
        worker, failures = self.train(monkeypatch, runs[:2], [died, {"done": ""}, died, died])
        assert worker.asked == [runs[0]] * 2 + [runs[1]] * 2
        assert len(failures) == 1 and "signal 9" in failures[0]

    def test_several_at_a_time(self, monkeypatch, runs, capsys):
        both = threading.Barrier(2, timeout=60)
        asked = collections.defaultdict(list)

        class Half(Answers):
            def __init__(self, out, place):
                super().__init__([])
                self.place = place

            def request(self, do, run, on_wait):
                both.wait()  # neither is alone
                on_wait()
                asked[self.place.number].append(str(run))
                return {"error": "NaN."} if run == runs[3] else {"done": ""}

        monkeypatch.setattr(runner, "Worker", Half)
        failures = train_all(runs, 0, runs[0].folder, jobs=2)
        assert sorted(asked[0] + asked[1]) == sorted(map(str, runs))
        assert len(asked[0]) == len(asked[1]) == 2
        assert failures == [f"{runs[3]} failed. NaN."]
        lines = capsys.readouterr().out.splitlines()
        assert sorted(line[:7] for line in lines) == [f"Run {n}/4" for n in (1, 2, 3, 4)]

    def test_an_error_ends_all(self, monkeypatch, runs):
        class Half(Answers):
            def __init__(self, out, place):
                super().__init__([])
                self.over = threading.Event()
                self.first = place.number == 0

            def request(self, do, run, on_wait):
                if self.first:
                    raise OSError("no process")
                assert self.over.wait(60)
                raise StoppedError("The study has ended.")

            def end(self):
                self.over.set()

        monkeypatch.setattr(runner, "Worker", Half)
        with pytest.raises(OSError, match="no process"):
            train_all(runs, 0, runs[0].folder, jobs=2)


class TestPlaces:
    def test_cpu_threads_are_shared(self, monkeypatch):
        monkeypatch.setattr(places, "_gpus", list)
        monkeypatch.setattr(places, "available", lambda: 8)
        monkeypatch.setenv("OMP_NUM_THREADS", "3")
        monkeypatch.delenv("TF_NUM_INTRAOP_THREADS", raising=False)
        two = places.places(2)
        assert [one.lock for one in two] == [".worker-0.lock", ".worker-1.lock"]
        assert two[1].variables["TF_NUM_INTRAOP_THREADS"] == "4"
        assert "OMP_NUM_THREADS" not in two[1].variables  # the user's own
        assert places.places(1)[0].variables == {}

    def test_a_gpu_each(self, monkeypatch):
        monkeypatch.setattr(places, "_gpus", lambda: ["2", "5"])
        shown = [one.variables["CUDA_VISIBLE_DEVICES"] for one in places.places(2)]
        assert shown == ["2", "5"]
        with pytest.raises(ConfigError, match=r"at most 2. Received: jobs=3"):
            places.places(3)


class TestForecast:
    def test_power_before_and_with_a_pilot(self, scenes, tmp_path):
        study = read_study({**STUDY, "labels": "all", "seeds": 4, "data": f"street:{scenes}"})
        runs = planned(study, tmp_path)
        text = forecast.power_text(study, runs, tmp_path)
        assert "0.80 points of mean IoU, assumed" in text
        # G*Power: 4 pairs find an effect of 2.13 standard deviations with a probability of 80 %.
        assert "4 seeds show a difference of 1.70 points" in text
        assert "Half a point takes 23 seeds." in text
        for run in runs:
            finish(run, seed=run.seed)
            value = 0.3 + (run.arm != "single") * (0.01 + 0.001 * run.seed)
            file = run.folder / "results.json"
            content = json.loads(file.read_text())
            content["segmentation"] = {"mean_iou": value}
            file.write_text(json.dumps(content))
        text = forecast.power_text(study, runs, tmp_path)
        assert "0.13 points of mean IoU, from 4 finished pairs of runs" in text

    def test_one_seed_shows_nothing(self, scenes, tmp_path):
        study = read_study({**STUDY, "labels": "all", "seeds": 1, "data": f"street:{scenes}"})
        assert "One seed cannot show a difference" in forecast.power_text(
            study, planned(study, tmp_path), tmp_path
        )

    def test_time_of_finished_runs_counts(self, runs, tmp_path):
        times = [{"event": "start", "time": "2026-01-01T10:00:00+00:00"},
                 {"event": "end", "time": "2026-01-01T10:02:00+00:00"}]  # fmt: skip
        for run in runs[:2]:
            finish(run)
            file = run.folder / "manifest.json"
            file.write_text(json.dumps({**json.loads(file.read_text()), "events": times}))
        table = forecast.time_table(runs, runs[2:], tmp_path).markdown()
        assert "| street: single | all | 2 | 1 | 800 | 0:02:00 | 0:02:00 |" in table
        assert table.splitlines()[-1] == "| all | - | 4 | 2 | - | - | 0:04:00 |"

    def test_arms_with_the_same_step_are_measured_once(self, scenes, tmp_path, monkeypatch):
        first = {"auxiliary_first": 1, "extra_share": 0, "weighting": "fixed:1,0"}
        arms = {
            "single": {"model": "segnet"},
            "depth-first": first,
            "noise-first": {**first, "auxiliary_of": "other-frame"},
            "joint": {"weighting": "fixed:1,20"},
            "twb": {"weighting": "twb"},
        }
        study = {**STUDY, "arms": arms, "labels": [2, 4], "seeds": 1, "data": f"street:{scenes}"}
        worker = Answers([{"done": {"start": 5.0, "step": seconds}} for seconds in (1.0, 2.0, 3.0)])
        monkeypatch.setattr(forecast, "Worker", lambda out: worker)
        runs = planned(read_study(study), tmp_path)
        forecast.time_table(runs, runs, tmp_path)
        assert [run.arm for run in worker.asked] == ["single", "depth-first", "twb"]
