"""Training a run: what its folder holds, and what happens when the folder is used again."""

import csv
import hashlib
import json
import shutil
import subprocess
import sys
import types

import numpy as np
import pytest
import yaml

from auxnet_keras import data
from auxnet_keras.core.tasks import TASKS
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments import evaluate, load_run, top_losses, train
from auxnet_keras.experiments.fit.depth_bins import edges_of
from auxnet_keras.experiments.fit.run_callbacks import epochs_to_a_checkpoint
from auxnet_keras.experiments.run.folder import claim_folder
from auxnet_keras.plots import colour_blind_palette
from tests.callbacks.test_checkpoint import HOLD
from tests.data.makers import write_png
from tests.storage.leftovers import leave_half


def test_the_folder_holds_what_a_run_leaves_behind(trained):
    for name in (
        "config.yaml",
        "manifest.json",
        "history.csv",
        "log.txt",
        "trained_images.txt",
        "best.weights.h5",
        "checkpoints",
        "tensorboard",
        "weights.csv",
        "figures/curves.png",
        "figures/qualitative.png",
        "figures/confusion.png",
        "figures/worst.png",
        "figures/classes.png",
        "figures/train_batch.png",
        "per_image.csv",
        "parts.csv",
        "classes.md",
        "figures/predictions.png",
        "results.json",
        "results.md",
        "results.csv",
        "results.tex",
        "MODEL_CARD.md",
        "report.html",
        "export/saved_model/1/saved_model.pb",
    ):
        assert (trained.path / name).exists(), name


def test_config_and_history_are_those_of_the_run(trained):
    config = yaml.safe_load((trained.path / "config.yaml").read_text())
    assert (config["model"], config["size"], config["epochs"]) == ("auxnet", [32, 64], 2)
    assert "out" not in config
    history = trained.history
    assert history["epoch"] == [1.0, 2.0]
    for column in (
        "loss",
        "segmentation_loss",
        "depth_loss",
        "val_segmentation_loss",
        "val_segmentation_mean_iou",
        "val_segmentation_iou_road",
        "val_depth_abs_rel",
        "weight_segmentation",
        "weight_depth",
    ):
        assert len(history[column]) == 2, column
    with (trained.path / "history.csv").open(newline="") as lines:
        assert next(csv.reader(lines))[-2:] == ["seconds", "images_per_second"]


def test_the_manifest_says_with_what_and_proves_the_files(trained):
    manifest = json.loads((trained.path / "manifest.json").read_text())
    assert {"python", "keras", "tensorflow", "auxnet_keras"} <= set(manifest["versions"])
    assert manifest["seeds"] == {"run": 0} and manifest["deterministic"]
    assert manifest["data"]["frames"] == {"train": 16, "val": 4}
    assert manifest["data"]["info"]["class_names"][3] == "road"
    assert [event["event"] for event in manifest["events"]] == ["start", "end"]
    files = {
        path.relative_to(trained.path).as_posix()
        for path in trained.path.rglob("*")
        if path.is_file() and path.name != ".lock"
    }
    assert set(manifest["artefacts"]) == files - {"manifest.json"}
    for name in ("best.weights.h5", "results.json"):
        digest = hashlib.sha256((trained.path / name).read_bytes()).hexdigest()
        assert manifest["artefacts"][name] == digest


def test_the_log_has_the_start_and_every_epoch(trained):
    log = (trained.path / "log.txt").read_text()
    assert "16 to train on, 4 to validate on" in log
    assert "epoch 1:" in log and "epoch 2:" in log and "Finished" in log
    end = log.partition("Finished")[2]
    assert "4 frames of street" in end and "position prior" in end
    score = trained.results["segmentation"]["mean_iou"]
    assert f"{score:.3f}" in next(line for line in end.splitlines() if line.startswith("mean IoU"))
    assert "delta < 1.25^3" in log.splitlines()[-2]


def test_a_finished_run_is_left_alone(trained, settings, capsys):
    before = (trained.path / "manifest.json").read_bytes()
    again = train(settings(out=str(trained.path)))
    assert "finished" in capsys.readouterr().out
    assert again.results == trained.results
    assert (trained.path / "manifest.json").read_bytes() == before


def test_other_settings_in_the_folder_are_refused_with_the_difference(trained, settings):
    with pytest.raises(ConfigError, match="batch_size: 4 in the folder, 2 requested"):
        train(settings(out=str(trained.path), batch_size=2))


def test_a_folder_of_somebody_elses_is_refused(settings, tmp_path):
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(ConfigError, match="never mixes with your files"):
        train(settings(out=str(tmp_path)))


def test_settings_that_failed_before_an_epoch_may_be_corrected(settings):
    with pytest.raises(ConfigError, match=r"backbone .* does not exist"):
        train(settings(weights="nowhere.weights.h5"))
    run = train(settings(epochs=1))
    assert run.finished and run.config.weights == "none"


def test_a_finished_run_that_lost_its_results_is_evaluated_again(trained, settings, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(trained.path, run)
    (run / "results.json").unlink()
    weights = (run / "best.weights.h5").read_bytes()
    again = train(settings(out=str(run)))
    assert again.finished and again.results["segmentation"] == trained.results["segmentation"]
    assert (run / "best.weights.h5").read_bytes() == weights
    for name in ("history.csv", "results.csv"):
        assert (run / name).read_bytes() == (trained.path / name).read_bytes(), name


def test_an_epoch_counts_with_its_checkpoint(settings, monkeypatch, capsys):
    from auxnet_keras.callbacks import ResumableCheckpoint

    write = ResumableCheckpoint.on_epoch_end

    def interrupt(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt
        write(self, epoch, logs)

    monkeypatch.setattr(ResumableCheckpoint, "on_epoch_end", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train(settings())
    run = load_run(settings().out)
    assert "1 of 2 epochs" in capsys.readouterr().err
    assert len(run.history["epoch"]) == 2 and run.epochs_saved == 1
    assert run.manifest.content["events"][-1]["epochs"] == 1


def test_a_run_interrupted_and_resumed_ends_as_one_that_was_not(
    settings, trained, monkeypatch, capsys
):
    from auxnet_keras.experiments.run.log import EpochLog

    log_epoch = EpochLog.on_epoch_end

    def interrupt(self, epoch, logs=None):
        log_epoch(self, epoch, logs)
        if epoch == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(EpochLog, "on_epoch_end", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train(settings())
    assert "1 of 2 epochs" in capsys.readouterr().err
    assert (load_run(settings().out).path / "figures" / "curves.png").is_file()
    monkeypatch.undo()
    run = train(settings())
    assert (run.path / "weights.csv").read_bytes() == (trained.path / "weights.csv").read_bytes()
    events = [event["event"] for event in run.manifest.content["events"]]
    assert events == ["start", "interrupt", "resume", "end"]
    clocks = ("seconds", "images_per_second")
    for column, values in trained.history.items():
        if column not in clocks:
            np.testing.assert_array_equal(run.history[column], values, err_msg=column)
    assert run.results["segmentation"] == trained.results["segmentation"]


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "segnet", "weighting": "none", "palette": "colour-blind"},
        {"model": "fusenet", "weighting": "none"},
        {"main": "depth", "weighting": "twb", "ignore_void": False, "augment": True},
    ],
    ids=["segnet", "fusenet", "depth main"],
)
def test_every_model_trains(settings, changes):
    run = train(settings(epochs=1, **changes))
    assert run.finished
    assert ("depth" in run.results) == (run.config.model == "auxnet")
    assert np.isfinite(run.results["segmentation"]["mean_iou"])
    monitored = f"val_{run.config.main}_loss"
    assert len(run.history[monitored]) == 1
    assert next(task for task in run.results if task in TASKS) == run.config.main
    assert {path.stem for path in (run.path / "figures").iterdir()} == {
        *("train_batch", "curves", "confusion", "classes"),
        *("predictions", "qualitative", "worst"),
    }
    own = run.config.palette == "data"
    expected = data.info("street").palette if own else colour_blind_palette(13)
    np.testing.assert_array_equal(run.info.palette, expected)


def test_bins_and_learning_rate_survive_a_resumption(settings, monkeypatch):
    from auxnet_keras.experiments.run.log import EpochLog

    config = settings(
        weighting="class-wise:start_epoch=0,bins=5,bin_rule=log,task=twb",
        learning_rate_drops={1: 1e-3},
    )
    log_epoch = EpochLog.on_epoch_end

    def interrupt(self, epoch, logs=None):
        log_epoch(self, epoch, logs)
        if epoch == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(EpochLog, "on_epoch_end", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train(config)
    monkeypatch.undo()
    measured = load_run(config.out).manifest.content["depth_bins"]
    assert measured["rule"] == "log" and len(measured["edges"]) == 4

    def forbidden(*arguments):
        raise AssertionError("measured again")

    monkeypatch.setattr("auxnet_keras.data.bins.depth_bins", forbidden)
    run = train(config)
    assert run.manifest.content["depth_bins"] == measured
    np.testing.assert_allclose(run.history["learning_rate"], [1e-2, 1e-3], rtol=1e-6)
    weights = [name for name in run.history if name.startswith("class_weight_depth_")]
    assert len(weights) == 5 and "weight_segmentation" in run.history
    assert (run.path / "figures" / "class_weights.png").is_file()


def test_the_authors_bins_come_in_the_runs_unit(settings):
    facts = {}
    run = types.SimpleNamespace(
        config=settings(weighting="class-wise:bins=vkitti", depth_unit="inverse_depth"),
        depth_unit="inverse_depth",
        epochs_saved=0,
        manifest=types.SimpleNamespace(content={}, describe=facts.update),
    )
    edges = edges_of(run, None)
    assert len(edges) == 14 and edges[-1] == pytest.approx(1 / 6)
    assert facts == {"depth_bins": {"unit": "inverse_depth", "preset": "vkitti", "edges": edges}}


def test_depth_trains_where_there_are_no_labels(settings, tmp_path):
    generator = np.random.default_rng(0)
    for number in range(12):
        picture = generator.integers(0, 256, (32, 64, 3), np.uint8)
        write_png(tmp_path / "data" / "rgb" / f"{number:02}.png", picture)
        metres = generator.integers(1000, 9000, (32, 64)).astype(np.uint16)
        write_png(tmp_path / "data" / "depth" / f"{number:02}.png", metres)
    (tmp_path / "data" / "dataset.yaml").write_text(
        "images: rgb\nlabels: none\nclasses: {0: x}\n"
        "depth: {files: depth, unit: metres, scale: 0.001, invalid: [0]}\n"
    )
    changes = {"data": f"folder:{tmp_path / 'data'}", "main": "depth", "single_task": True}
    run = train(settings(**changes, weighting="none", epochs=1))
    assert run.finished and run.results["depth"]["abs_rel"] > 0
    assert "segmentation" not in run.results and run.results["position_prior"] == {}
    assert "depth_by_class" not in run.results and run.results["parts"]["near"]["depth"]
    pictures = {path.stem for path in (run.path / "figures").iterdir()}
    assert {"train_batch", "worst"} <= pictures and not {"confusion", "classes"} & pictures
    assert (run.path / "parts.md").is_file() and not (run.path / "classes.md").exists()
    assert len(top_losses(run, 2)) == 2
    assert evaluate(load_run(run.path))["depth"] == run.results["depth"]


@pytest.mark.slow
def test_a_unet_trains(settings, monkeypatch):
    monkeypatch.setattr("auxnet_keras.models.unet.WIDTHS", (4, 8, 16, 16, 16))
    changes = {"model": "unet", "backbone": None, "main": "depth", "size": (16, 48)}
    run = train(settings(**changes, weighting="twb", epochs=1))
    assert run.finished and {"segmentation", "depth"} <= set(run.results)
    assert "unet (random weights)" in (run.path / "log.txt").read_text()


def test_a_config_may_be_a_mapping_or_a_file(settings, tmp_path):
    from auxnet_keras.experiments.config.config_file import write_config

    config = settings(epochs=1, model="segnet", weighting="none")
    write_config(config, tmp_path / "mine.yaml")
    text = (tmp_path / "mine.yaml").read_text()
    (tmp_path / "mine.yaml").write_text(f"{text}out: {tmp_path / 'run'}\n")
    run = train(tmp_path / "mine.yaml")
    assert load_run(tmp_path / "run").results == run.results
    assert train({**config.to_mapping(), "out": str(tmp_path / "run")}).finished


def test_a_second_process_does_not_touch_the_settings_of_the_first(settings):
    config = settings()
    run = claim_folder(config)  # its first epoch is not done yet
    before = (run.path / "config.yaml").read_bytes()
    command = [sys.executable, "-c", HOLD, str(run.path / ".lock")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(ConfigError, match="Another process is training in this run folder"):
            train(settings(seed=5))
        holder.kill()
    assert (run.path / "config.yaml").read_bytes() == before


def test_a_run_killed_at_its_very_start_may_start_again(settings, tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    (run / ".lock").touch()
    leave_half(run / "config.yaml").write_text("size")
    assert claim_folder(settings()).config == settings()
    assert load_run(run).config.seed == settings().seed


@pytest.mark.parametrize(
    ("validate_every", "steps", "policy", "epochs"),
    [
        (20, 3, "raise", 20),
        (20, 30, "raise", 10),  # of the divisors of 20, the largest within 500 steps
        (20, 400, "raise", 1),
        (7, 5000, "skip", 1),
        (1, 3, "skip", 1),
        (20, 3, "rollback", 1),
    ],
)
def test_epochs_between_checkpoints(validate_every, steps, policy, epochs):
    settings = types.SimpleNamespace(validate_every=validate_every, on_bad_numbers=policy)
    assert epochs_to_a_checkpoint(settings, steps) == epochs
