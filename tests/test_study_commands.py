"""`auxnet study` and `auxnet report` from the command line: what they say and how they exit."""

import pytest

from auxnet_keras.cli import main
from tests.experiments.fake_runs import write_study


def run(*arguments):
    with pytest.raises(SystemExit) as exit_:
        main([str(argument) for argument in arguments])
    return exit_.value.code


def test_a_report_from_folders_alone(tmp_path, capsys):
    study = write_study(tmp_path / "study", seeds=range(3))
    assert run("report", study, "--out", tmp_path / "out", "--no-pictures") == 0
    said = capsys.readouterr().out
    assert "helps: auxnet; worse: auxnet ftwb" in said
    assert str(tmp_path / "out" / "report.html") in said
    assert (tmp_path / "out" / "results.json").is_file()


def test_nothing_to_report(tmp_path, capsys):
    assert run("report", tmp_path, "--out", tmp_path / "out") == 1
    assert "No run found" in capsys.readouterr().err


@pytest.mark.parametrize("extra", [[], ["--dry-run"]])
def test_a_study_with_an_unknown_setting(tmp_path, capsys, extra):
    file = tmp_path / "mine.yaml"
    file.write_text("data: street\narms: {single: {modle: segnet}}\n")
    assert run("study", file, "--out", tmp_path / "out", *extra) == 1
    said = capsys.readouterr().err
    assert "arm 'single' of the study mine; did you mean 'model'?" in said
    assert not (tmp_path / "out").exists()


def test_a_preset_that_needs_data(tmp_path, capsys):
    assert run("study", "auxnet-table1", "--out", tmp_path / "out") == 1
    assert "--data kitti:PATH" in capsys.readouterr().err


def test_a_comparison_of_one_run(tmp_path, capsys):
    study = write_study(tmp_path / "study", seeds=[0])
    single = next(study.glob("segnet/*/*"))
    (single / "best.weights.h5").touch()
    assert run("compare", single, "--out", tmp_path / "out") == 1
    assert "needs at least two runs" in capsys.readouterr().err


def test_the_report_of_a_single_run_says_where_it_is(tmp_path, capsys):
    study = write_study(tmp_path / "study", seeds=[0])
    single = next(study.glob("segnet/*/*"))
    assert run("report", single, "--out", tmp_path / "out") == 0
    said = capsys.readouterr().out
    assert said.startswith(f"Report: {tmp_path / 'out' / 'report.html'}")
