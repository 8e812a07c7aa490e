"""The command line: what it writes, and what it says when something is wrong."""

import json
import subprocess
import sys

import cv2
import numpy as np
import pytest

from auxnet_keras.cli import main
from tests.experiments.fixtures import (  # noqa: F401
    determinism_ends_with_the_test,
    scenes,
    tiny_backbone,
)
from tests.experiments.predictions.videos import film


@pytest.fixture
def auxnet(capsys):
    """Runs the command line; returns exit code, stdout and stderr."""

    def run(*arguments):
        capsys.readouterr()
        code = 0
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = end.code or 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def tiny(scenes, tiny_backbone):  # noqa: F811
    """Options of the smallest training."""
    return (
        *("--data", f"street:{scenes}", "--backbone", tiny_backbone, "--weights", "none"),
        *("--size", 32, 64, "--batch-size", 4, "--epochs", 1, "--learning-rate", 0.01),
    )


def test_help_needs_no_tensorflow():
    program = (
        "import sys, auxnet_keras.cli as cli\n"
        "try: cli.main(['train', '--help'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('tensorflow', 'keras', 'cv2', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
    for option in ("--size H W", "--weighting SPEC", "--data KIND[:ROOT]", "--recipe NAME"):
        assert option in done.stdout


def test_the_help_states_the_defaults(auxnet):
    from auxnet_keras.experiments.config.run_config import RunConfig

    config = RunConfig()
    assert (config.data, config.model, config.backbone) == ("street", "auxnet", "resnet50")
    assert (config.weights, config.weighting, config.learning_rate) == ("imagenet", "none", 1e-4)
    assert (config.size, config.batch_size, config.epochs) == ((224, 384), 8, 200)
    said = " ".join(auxnet("train", "--help")[1].split())
    assert "ResNet-50 with ImageNet weights, 224x384, batches of 8, 200 epochs" in said


def test_train_evaluate_predict_export(auxnet, tiny, scenes, tmp_path, caplog):  # noqa: F811
    run = tmp_path / "run"
    code, out, err = auxnet("train", *tiny, "--out", run, "--weighting", "ftwb:focus=2")
    assert code == 0, err
    assert "position prior" in out and "mean IoU" in out
    assert "parameters" in err and str(run) in err

    code, out, err = auxnet("train", *tiny, "--out", run, "--weighting", "ftwb:focus=2")
    assert code == 0 and "finished" in out

    code, out, err = auxnet("train", *tiny, "--out", run, "--weighting", "twb")
    assert code == 1 and "weighting: ftwb:focus=2 in the folder, twb requested" in err

    code, out, err = auxnet("evaluate", run, "--json", tmp_path / "new/scores.json")
    assert code == 0, err
    scores = json.loads((tmp_path / "new/scores.json").read_text())
    assert scores["segmentation"] == json.loads((run / "results.json").read_text())["segmentation"]
    assert f"{scores['segmentation']['mean_iou']:.3f}" in out

    image = next((scenes).rglob("RGB/**/*.png"))
    code, out, err = auxnet("predict", run, image, "--out", tmp_path / "seen")
    assert code == 0 and "1 image" in out
    assert (tmp_path / "seen" / f"{image.stem}_overlay.png").is_file()

    mine = tmp_path / "mine"
    (mine / "day").mkdir(parents=True)
    (mine / "day" / "good.png").write_bytes(image.read_bytes())
    (mine / "bad.png").write_bytes(image.read_bytes()[:500])
    film(mine / "film.webm", frames=2)
    code, out, err = auxnet("predict", run, mine, "--out", mine / "seen", "--frames", "--as-stored")
    assert code == 1 and "Traceback" not in err and not out
    assert f"Truncated or damaged PNG: {mine / 'bad.png'}" in caplog.text
    assert "auxnet: 1 of 3 files could not be read in full; the others were predicted." in err
    assert (mine / "seen" / "day" / "good_depth.npy").is_file()
    assert (mine / "seen" / "film_frames" / "000001_classes.png").is_file()
    code, out, err = auxnet("predict", run, mine / "film.webm", "--out", mine / "seen")
    assert (code, out) == (0, f"1 video(s) predicted; see {mine / 'seen'}\n")
    code, out, err = auxnet("predict", run, mine, "--out", mine)
    assert code == 1 and err.startswith(f"auxnet: {mine} is not empty") and err.count("\n") == 1

    code, out, err = auxnet("export", run, "--to", "saved_model,keras", "--out", tmp_path / "ship")
    assert code == 0, err
    assert (tmp_path / "ship" / "model.keras").is_file()
    code, out, err = auxnet("export", run, "--to", "saved_modle")
    assert code == 1 and "did you mean 'saved_model'" in err


def test_each_task_alone_and_the_two_compared(auxnet, tiny, tmp_path):
    options = ("train", *tiny, "--single-task", "--main", "both", "--epochs", 2)
    code, out, err = auxnet(*options, "--learning-rate-drops", "1:0.001", "--out", tmp_path / "a")
    assert code == 0, err
    assert "depth main" in out and "validation loss, depth" in out
    assert "depth, alone" in err and "segmentation, alone" in err
    assert (tmp_path / "a" / "summary.md").is_file()

    runs = [tmp_path / "a" / f"main_{task}" for task in ("depth", "segmentation")]
    code, out, err = auxnet("compare", *runs, "--out", tmp_path / "compared")
    assert code == 0, err
    assert "full image" in out and "A = main_depth, B = main_segmentation" in out
    assert (tmp_path / "compared" / "comparison.png").is_file()


def test_options_win_over_the_file_and_the_file_over_the_recipe(auxnet, tiny, tmp_path):
    from auxnet_keras.experiments import load_run

    (tmp_path / "mine.yaml").write_text("seed: 7\nepochs: 3\nmodel: segnet\nweighting: none\n")
    options = ("--recipe", "auxnet/kitti", "--config", tmp_path / "mine.yaml")
    code, _, err = auxnet("train", *options, *tiny, "--out", tmp_path / "run")
    assert code == 0, err
    config = load_run(tmp_path / "run").config
    assert (config.epochs, config.seed, config.model, config.ignore_void) == (1, 7, "segnet", False)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("train", "--data", "kiti:/x"), "did you mean 'kitti'"),
        (("train", "--data", "kitti"), "needs its folder"),
        (("train", "--data", "kitti:/no/such/folder"), "/no/such/folder"),
        (("train", "--model", "auxnett"), "did you mean 'auxnet'"),
        (("train", "--weighting", "ftwp"), "did you mean 'ftwb'"),
        (("train", "--weighting", "ftwb:focus=lss"), "focus must be 'loss'"),
        (("train", "--size", "100", "320"), "the nearest is (96, 320)"),
        (("train", "--main", "bth"), "Unknown main"),
        (("train", "--main", "both", "--model", "segnet"), "segmentation only"),
        (("train", "--single-task", "--weighting", "twb"), "set weighting=none"),
        (("train", "--model", "unet", "--backbone", "resnet50"), "has its own encoder"),
        (("train", "--learning-rate-drops", "20=0.001"), "such as 20:0.001"),
        (("train", "--on-bad-numbers", "rolback"), "did you mean 'rollback'"),
        (("train", "--weighting", "class-wise:bins=1"), "depth bins, 2 or more"),
        (("train", "--weighting", "class-wise:bins=vkiti"), "did you mean 'vkitti'"),
        (("train", "--weighting", "class-wise:bin_rule=log2"), "did you mean 'log'"),
        (("train", "--weighting", "class-wise:rule=papr"), "did you mean 'paper'"),
        (("train", "--weighting", "class-wise:task=famo"), "FAMO"),
        (("train", "--weighting", "pareto:0,0"), "must not be all zeros"),
        (("train", "--weighting", "pareto"), "pareto:segmentation=...,depth=..."),
        (("train", "--backbone", "resnet500"), "did you mean 'resnet50'"),
        (("train", "--recipe", "auxnet/kity"), "did you mean 'auxnet/kitti'"),
        (("train", "--config", "none.yaml"), "No such configuration file"),
        (("evaluate", "/no/such/run"), "Not a run folder"),
        (("compare", "/no/such/run", "/nor/this"), "Not a run folder"),
        (("predict", "/no/such/run", "a.png"), "Not a run folder"),
        (("export", "/no/such/run"), "Not a run folder"),
        (("data", "synthesize", "cityscapes:x"), "Unknown layout"),
        (("data", "synthesize", "synthia"), "Name the folder"),
    ],
)
def test_bad_input_gets_one_sentence(auxnet, tmp_path, arguments, says):
    if arguments[0] in ("train", "predict", "compare"):
        arguments = (*arguments, "--out", tmp_path / "out")
    code, _, err = auxnet(*arguments)
    assert code == 1 and says in err
    assert says.startswith("/no/such") or not (tmp_path / "out").exists()
    assert err.startswith("auxnet: ") and err.count("\n") == 1 and "Traceback" not in err
    code, _, err = auxnet(*arguments, "--debug")
    assert code == 1 and "Traceback" in err


@pytest.mark.parametrize("arguments", [("train",), ("trian",), ("train", "--size", "3")])
def test_wrong_usage_exits_with_2(auxnet, arguments):
    code, _, err = auxnet(*arguments)
    assert code == 2 and "Traceback" not in err


def test_damaged_files_are_told_by_their_path_out_of_the_pipeline(auxnet, tiny, tmp_path):
    from auxnet_keras import street

    street.write(tmp_path / "kitti", 20, seed=0, layout="kitti", size=(64, 96))
    folder = tmp_path / "kitti" / "training"
    image = sorted((folder / "image_2").iterdir())[1]
    whole = image.read_bytes()
    image.write_bytes(whole[: len(whole) // 2])
    options = ("train", *tiny, "--data", f"kitti:{tmp_path / 'kitti'}", "--out", tmp_path / "run")
    code, _, err = auxnet(*options)
    last = err.splitlines()[-1]
    assert code == 1 and last.startswith("auxnet: Truncated") and str(image) in last
    assert "Traceback" not in err
    assert "stopped: Truncated" in (tmp_path / "run" / "log.txt").read_text()

    image.write_bytes(whole)
    label = folder / "semantic" / image.name
    cv2.imwrite(str(label), np.zeros((64, 96), np.uint16))
    code, _, err = auxnet(*options)
    assert code == 1 and str(label) in err.splitlines()[-1] and "Traceback" not in err


def test_interrupt_exits_with_130(auxnet, tiny, tmp_path, monkeypatch):
    from auxnet_keras.experiments.run.log import EpochLog

    def interrupt(self, epoch, logs=None):
        raise KeyboardInterrupt

    monkeypatch.setattr(EpochLog, "on_epoch_end", interrupt)
    code, _, err = auxnet("train", *tiny, "--out", tmp_path / "run")
    assert code == 130 and "No epoch was finished" in err and "Traceback" not in err


def test_an_interrupt_anywhere_is_said(auxnet, monkeypatch, tmp_path):
    def interrupt(path):
        raise KeyboardInterrupt

    monkeypatch.setattr("auxnet_keras.experiments.run.run.load_run", interrupt)
    assert auxnet("evaluate", tmp_path) == (130, "", "auxnet: interrupted.\n")


def test_an_unexpected_error_shows_its_stack(auxnet, monkeypatch, tmp_path):
    def broken(path):
        raise ZeroDivisionError("somewhere")

    monkeypatch.setattr("auxnet_keras.experiments.run.run.load_run", broken)
    code, _, err = auxnet("evaluate", tmp_path)
    assert code == 1 and "Traceback" in err and "report the lines above" in err


def test_a_file_that_cannot_be_written_gets_a_sentence(auxnet, tmp_path):
    (tmp_path / "file").write_text("")
    code, _, err = auxnet("data", "synthesize", f"kitti:{tmp_path / 'file' / 'x'}", "--count", 1)
    assert code == 1 and "Traceback" not in err and str(tmp_path / "file") in err


def test_a_place_that_cannot_be_written_is_told_before_anything_is_computed(auxnet, tmp_path):
    (tmp_path / "file").write_text("")
    below = tmp_path / "file" / "x"
    for arguments in (
        ("train", "--out", below),
        ("demo", "--out", below),
        ("predict", "run", "a.png", "--out", below),
        ("compare", "run", "run", "--out", below),
        ("export", "run", "--out", below),
        ("evaluate", "run", "--json", below),
        ("evaluate", "run", "--json", tmp_path),
    ):
        code, _, err = auxnet(*arguments)
        assert code == 1 and arguments[-2] in err and err.count("\n") == 1, arguments
        assert f"{tmp_path / 'file'} is a file" in err or "but a folder has that name" in err


def test_synthesize_writes_what_the_readers_read(auxnet, tmp_path):
    from auxnet_keras import data

    for kind in ("kitti", "synthia"):
        root = tmp_path / kind
        options = ("--count", 5, "--seed", 3, "--size", 64, 96)
        code, out, err = auxnet("data", "synthesize", f"{kind}:{root}", *options)
        assert code == 0, err
        assert "5 scenes" in out
        source = data.source(kind, root)
        assert len(source.frames("all")) == 5
        assert source.read(source.frames("all")[0]).image.shape == (64, 96, 3)


def test_the_module_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "auxnet_keras", "--version"], capture_output=True, text=True
    )
    assert done.returncode == 0 and done.stdout.startswith("auxnet_keras ")
