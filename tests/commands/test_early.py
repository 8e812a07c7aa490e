"""What commands refuse, and what they answer, before TensorFlow starts."""

import json
import subprocess
import sys
import textwrap

import pytest

from tests.experiments.fake_runs import write_run
from tests.experiments.fixtures import scenes  # noqa: F401

HOLD = """
    import sys, time
    from pathlib import Path
    from auxnet_keras.errors import ConfigError
    from auxnet_keras.storage.lock import hold_lock
    with hold_lock(Path(sys.argv[1]), "training in this run folder", ConfigError):
        print("held", flush=True)
        sys.stdin.read()
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory, scenes):  # noqa: F811
    """A folder with runs, and files that are none."""
    root = tmp_path_factory.mktemp("place")
    write_run(root / "finished", model="auxnet", weighting="ftwb:focus=2", out=None)
    (root / "finished" / "best.weights.h5").write_bytes(b"")
    write_run(root / "untrained", finished=False)
    (root / "scenes").symlink_to(scenes)
    (root / "empty").mkdir()
    (root / "study.yaml").write_text("data: street\narms: {a: {modell: auxnet}}\n")
    (root / "good.yaml").write_text(
        "data: street\nbase: {backbone: small, size: [32, 64]}\n"
        "arms: {one: {model: segnet}, two: {weighting: 'fixed:1,1'}}\n"
    )
    return root


def commands(root):
    """Command line -> exit code and what it says."""
    data, out = ("--data", f"street:{root}/scenes"), ("--out", f"{root}/new")
    train, finished = ("train", *data, *out), f"{root}/finished"
    same = ("--model", "auxnet", "--backbone", "small", "--size", "32x64", "--batch-size", "4")
    return {
        ("train", *same, *data, "--epochs", "3", "--weighting", "ftwb:focus=2", "--out", finished):
            (0, "is finished; its scores are in"),
        ("train", "--data", f"kitti:{root}/none", *out): (1, "No folder at"),
        ("train", "--data", f"kitti:{root}/empty", *out, "--weighting", "fixed:400,1"):
            (1, "No KITTI frame"),
        ("train", "--data", "kiti:x", *out): (1, "did you mean 'kitti'"),
        (*train, "--model", "auxnett"): (1, "did you mean 'auxnet'"),
        (*train, "--backbone", "resnet500"): (1, "did you mean 'resnet50'"),
        (*train, "--weighting", "ftwp:focus=2"): (1, "did you mean 'ftwb'"),
        (*train, "--weights", f"{root}/none.h5"): (1, "There are no such initial weights. Exp"),
        (*train, "--weights", "imagenett"): (1, "weights; did you mean 'imagenet'?"),
        (*train, "--extra-data", f"kitti:{root}/none"): (1, "No folder at"),
        (*train, "--recipe", "auxnet/kity"): (1, "did you mean 'auxnet/kitti'"),
        (*train, "--config", "none.yaml"): (1, "No such configuration file"),
        (*train, "--main", "both", "--model", "segnet"): (1, "segmentation only"),
        (*train, "--epochs", "0"): (1, "epochs must be a whole number >= 1"),
        ("train", "--data", f"street:{root}/scenes", "--out", f"{root}/study.yaml"):
            (1, "study.yaml is a file"),
        ("evaluate", f"{root}/empty"): (1, "Not a run folder"),
        ("evaluate", f"{root}/untrained"): (1, "no trained weights yet"),
        ("evaluate", finished, "--split", "vall"): (1, "did you mean 'val'"),
        ("evaluate", finished, "--data", f"kitti:{root}/none"): (1, "No folder at"),
        ("predict", f"{root}/empty", "a.png", *out): (1, "Not a run folder"),
        ("predict", finished, f"{root}/none.png", *out): (1, "No image or video found"),
        ("predict", finished, finished, "--out", finished): (1, "No image or video found"),
        ("export", f"{root}/empty"): (1, "Not a run folder"),
        ("export", finished, "--to", "saved_modle"): (1, "did you mean 'saved_model'"),
        ("compare", finished, f"{root}/empty", *out): (1, "Not a run folder"),
        ("report", f"{root}/empty", *out): (1, "No run found"),
        ("report", f"{root}/untrained", "--out", f"{root}/page"): (0, "Report: "),
        ("study", "does-it-hlp", *out): (1, "either; did you mean 'does-it-help'?"),
        ("study", f"{root}/study.yaml", *out): (1, "did you mean 'model'"),
        ("data", "verify", f"kitti:{root}/none"): (1, "No folder at"),
        ("data", "browse", f"street:{root}/scenes", "--out", f"{root}/a.jpg"): (1, "a.jpg"),
        ("data", "synthesize", "cityscapes:x"): (1, "Unknown layout"),
        ("data", "statistics", f"kitti:{root}/none"): (1, "No folder at"),
        ("data", "convert", f"kitti:{root}/none", *out): (1, "No folder at"),
        ("data", "download", "kiti", *out): (1, "did you mean 'kitti'"),
        ("info", f"{root}/empty"): (1, "Not a run folder"),
        ("info", "auxnett"): (1, "did you mean 'auxnet'"),
        ("info", "auxnet", "--backbone", "smal"): (1, "did you mean 'small'"),
        ("info", "auxnet", "--size", "100x320"): (1, "the nearest is (96, 320)"),
    }  # fmt: skip


def test_an_answer_needs_no_tensorflow(place, run_program):
    expected = commands(place)
    answers = run_program("early_answers", json.dumps([*expected]))
    assert len(answers) == len(expected)
    for (arguments, (code, says)), answer in zip(expected.items(), answers, strict=True):
        assert answer["loaded"] == [], arguments
        assert answer["code"] == code, (arguments, answer)
        said = answer["err" if code else "out"]
        assert says in said, (arguments, answer)
        if code:
            assert said.startswith("auxnet: ") and "starting TensorFlow" not in said
    assert not (place / "new").exists()


def test_a_folder_in_use_is_refused_without_tensorflow(place, run_program, tmp_path):
    program = [sys.executable, "-c", textwrap.dedent(HOLD), str(tmp_path)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        data, out = f"street:{place}/scenes", str(tmp_path)
        lines = [
            ["train", "--data", data, "--out", out],
            ["study", f"{place}/good.yaml", "--data", data, "--out", out],
            ["predict", f"{place}/finished", f"{place}/scenes", "--out", out],
        ]
        answers = run_program("early_answers", json.dumps(lines))
        holder.stdin.close()
    assert [answer["code"] for answer in answers] == [1, 1, 1]
    for answer in answers:
        assert "auxnet: Another process is" in answer["err"] and not answer["loaded"]
