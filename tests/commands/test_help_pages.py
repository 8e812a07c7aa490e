"""Help: of every command, at 60 columns without a broken word; -h; sizes; completion."""

import dataclasses
import subprocess
import sys

import pytest
import typer

from auxnet_keras.cli import app, main
from auxnet_keras.commands.sizes import spread_sizes
from auxnet_keras.experiments.config.run_config import RunConfig


def commands(command=None, words=()):
    """The words of every command, and of the groups."""
    command = command or typer.main.get_command(app)
    yield words
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*words, name))


def page(words, monkeypatch, capsys, columns=60, flag="--help"):
    monkeypatch.setenv("COLUMNS", str(columns))
    with pytest.raises(SystemExit) as end:
        main([*words, flag])
    assert end.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_help_fits_60_columns(words, monkeypatch, capsys):
    shown = page(words, monkeypatch, capsys)
    assert shown.startswith(" ".join(["Usage: auxnet", *words]))
    assert max(map(len, shown.splitlines())) <= 60
    assert page(words, monkeypatch, capsys, flag="-h") == shown


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_no_word_of_the_settings_is_broken(columns, monkeypatch, capsys):
    words = set(page(["train"], monkeypatch, capsys, columns).split())
    for field in dataclasses.fields(RunConfig):
        if field.name != "root":
            assert set(RunConfig.help_of(field).split()) <= words, field.name
    assert "learning-boost/cityscapes," in words


def test_every_default_is_shown(monkeypatch, capsys):
    shown = " ".join(page(["train"], monkeypatch, capsys, 200).split())
    for option, default in {
        "--data": "[default: street]",
        "--size": "[default: 224 384]",
        "--learning-rate X": "[default: 0.0001]",
        "--limit N": "[default: none]",
        "--single-task / --both-tasks": "[default: --both-tasks]",
        "--ignore-void / --train-void": "[default: --ignore-void]",
        "--backbone": "Default: resnet50; unet has its own encoder.",
    }.items():
        described = shown.partition(f" {option}")[2].partition(" --")[0]
        if option.startswith(("--single", "--ignore")):
            assert default in shown
        else:
            assert default in described, option


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("train --size 96x160 --out run", "train --size 96 160 --out run"),
        ("train --size=96X160", "train --size 96 160"),
        ("train --size 96 160", "train --size 96 160"),
        ("predict run 96x160 --out 3x4", "predict run 96x160 --out 3x4"),
        ("train --size 96x", "train --size 96x"),
    ],
)
def test_a_size_is_one_word_or_two(given, meant):
    assert spread_sizes(given.split()) == meant.split()


def completed(line, index):
    """What bash is given for a word of a line."""
    program = "from auxnet_keras.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"_AUXNET_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(index)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("auxnet train --weighting ftw", ["ftwb"]),
        ("auxnet train --data ki", ["kitti:"]),
        ("auxnet export run --to onnx,sav", ["onnx,saved_model"]),
        ("auxnet in", ["info"]),
    ],
)
def test_the_shell_completes_names(line, expected):
    assert completed(line, len(line.split()) - 1) == expected


def test_completion_can_be_installed(monkeypatch, capsys):
    shown = page([], monkeypatch, capsys)
    assert "--install-completion" in shown and "--show-completion" in shown
