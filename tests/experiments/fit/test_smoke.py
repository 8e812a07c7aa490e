"""Smoke tests: short runs of everything, in folders that say so."""

import dataclasses

import pytest

from auxnet_keras.cli import main
from auxnet_keras.errors import AuxnetError, ConfigError
from auxnet_keras.experiments import load_run, train
from auxnet_keras.experiments.config.config_file import write_config
from auxnet_keras.experiments.reports.scored import read_scored
from auxnet_keras.experiments.run.smoke_folder import empty_smoke_folder
from auxnet_keras.experiments.studies.entries import run_settings


def test_what_is_left_of_a_run(settings):
    long = {"epochs": 200, "validate_every": 20, "limit": 500, "auxiliary_first": 30}
    config = settings(**long, labels=100, schedule="cosine:warmup=500", smoke=True)
    assert (config.epochs, config.validate_every, config.auxiliary_first) == (1, 1, 1)
    # Two steps of four images, half of them with labels.
    assert (config.limit, config.labels) == (8, 4)
    assert dataclasses.replace(config) == config
    assert settings(limit=3, smoke=True).limit == 3
    whole = settings(smoke=True, epochs=7)
    assert (whole.labels, whole.auxiliary_first, whole.epochs) == (None, None, 1)


def test_two_steps_of_everything(settings):
    run = train(settings(epochs=50, smoke=True, weighting="none"))
    assert run.finished and load_run(run.path).config.smoke
    assert len(run.history["epoch"]) == 1 and run.results["frames"] == 4
    assert run.manifest.content["data"]["frames"] == {"train": 8, "val": 4}
    assert (run.path / "export/saved_model/1/saved_model.pb").is_file()
    assert (run.path / "figures/qualitative.png").is_file()
    for name in ("MODEL_CARD.md", "log.txt"):
        assert "A smoke test: two steps of everything" in (run.path / name).read_text(), name
    with pytest.raises(AuxnetError, match="smoke test, whose scores mean nothing"):
        read_scored(run.path)
    folder = run.path
    empty_smoke_folder(folder)
    assert not folder.exists()


@pytest.fixture
def taken(settings, tmp_path):
    """A folder with a run of a user's."""
    write_config(settings(), tmp_path / "run_smoke" / "config.yaml")
    return tmp_path / "run_smoke"


def test_a_real_run_is_not_replaced(taken, tmp_path):
    with pytest.raises(ConfigError, match="holds a run that is none; move it away"):
        empty_smoke_folder(taken)
    assert (taken / "config.yaml").is_file()
    empty_smoke_folder(tmp_path / "new")  # nothing to replace


def test_smoke_tests_are_no_study():
    with pytest.raises(ConfigError, match="cannot have smoke"):
        run_settings({"smoke": True}, "base", {})


@pytest.fixture
def command(monkeypatch, scenes, tiny_backbone, capsys):
    """`auxnet train` with a training that only keeps its config; returns exit code and errors."""
    from auxnet_keras.experiments.fit import training

    configs = []
    given = ("--data", f"street:{scenes}", "--backbone", tiny_backbone, "--weights", "none")

    class Trained:
        results = {}

    def run(*options):
        code = 0
        try:
            main(["train", *given, *map(str, options)])
        except SystemExit as end:
            code = end.code or 0
        return code, capsys.readouterr().err, configs

    monkeypatch.setattr(training, "train", lambda config: configs.append(config) or Trained)
    monkeypatch.setattr(
        "auxnet_keras.experiments.outputs.tables.print_evaluation", lambda *results: None
    )
    return run


def test_a_smoke_test_has_a_folder_of_its_own(command, tmp_path):
    options = ("--out", tmp_path / "run", "--smoke", "--optimizer", "sgd:0.8", "--patience", 3)
    code, errors, (config,) = command(*options)
    assert code == 0, errors
    assert config.out == str(tmp_path / "run_smoke") and config.smoke
    assert (config.optimizer, config.patience, config.epochs) == ("sgd:0.8", 3, 1)


@pytest.mark.parametrize("other", ["--smoke", "--overfit-one-batch", "--main both"])
def test_one_thing_at_a_time(command, tmp_path, other):
    options = ("--out", tmp_path / "run", "--find-learning-rate", *other.split())
    code, errors, configs = command(*options)
    assert code == 1 and not configs
    assert f"--find-learning-rate cannot be combined with {other}" in errors
