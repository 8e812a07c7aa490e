"""What `auxnet data verify` shows and writes, sensible with thousands of problems."""

import json

import pytest

from auxnet_keras.cli import main
from data_tools.verify import verification as verify_module
from data_tools.verify.problem import DESCRIPTIONS, Problem
from data_tools.verify.verification import Report
from tests.data import makers

COUNTS = {"train": {"frames": 3000.0}, "val": {"frames": 2.0}}


def run(*arguments):
    with pytest.raises(SystemExit) as caught:
        main(["data", "verify", *arguments])
    return caught.value.code


def test_thousands_of_problems(monkeypatch, capsys, tmp_path):
    problems = [
        *(Problem("error", "other_size", f"{i}.png", "is 1x1") for i in range(30)),
        Problem("error", "truncated", "z.png", "Truncated or damaged PNG: z.png. ..."),
        *(Problem("warning", "no_depth", f"{i}.png", "has no depth") for i in range(3000)),
    ]
    report = Report("kitti:x", COUNTS, problems)
    monkeypatch.setattr(verify_module, "verify", lambda target: report)
    assert run("kitti:x", "--json", str(tmp_path / "report.json")) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "error  z.png" not in lines and "error  Truncated or damaged PNG: z.png. ..." in lines
    assert lines.count("error  9.png: is 1x1") == 1 and "error  10.png: is 1x1" not in lines
    more = "error  ... and 20 more: size differs from its image (--json FILE has all)"
    assert lines.count(more) == 1
    assert any("3,000" in line and "train" in line for line in lines)
    assert lines[-2:] == [
        "31 errors (size differs from its image: 30, truncated or damaged: 1)",
        "3,000 warnings (has no depth: 3,000)",
    ]
    assert len(lines) < 40
    content = json.loads((tmp_path / "report.json").read_text())
    assert content["ok"] is False and len(content["problems"]) == 3031
    assert content["errors"] == {"other_size": 30, "truncated": 1}
    assert content["warnings"] == {"no_depth": 3000}
    assert content["problems"][30] == {
        "level": "error",
        "code": "truncated",
        "path": "z.png",
        "sentence": "Truncated or damaged PNG: z.png. ...",
    }


def test_warnings_alone_exit_0(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = makers.kitti(tmp_path / "kitti", 6, width=96, depth=None)
    assert run(f"kitti:{root}", "--json", str(tmp_path / "report.json")) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2:] == [
        "0 errors",
        "6 warnings (has no depth: 6)",
    ]
    # No depth is not a depth of 0.
    train = next(line for line in lines if line.startswith("│ train"))
    assert train.count(" - ") == 3
    content = json.loads((tmp_path / "report.json").read_text())
    assert content["counts"]["train"]["least depth"] is None


def test_codes_are_stable_words():
    """Programs read them out of the JSON file: none may be renamed."""
    assert set(DESCRIPTIONS) == {
        "truncated",
        "empty",
        "other_format",
        "lossy",
        "too_large",
        "unreadable",
        "calibration",
        "empty_split",
        "absent",
        "unknown_ids",
        "unknown_colours",
        "other_size",
        "not_finite",
        "impossible_disparity",
        "duplicate_across_splits",
        "look_alike_across_splits",
        "duplicate",
        "look_alikes",
        "no_label",
        "no_depth",
        "empty_label",
        "empty_depth",
        "unlisted_colours",
        "constant_depth",
        "far_depth",
        "near_depth",
        "saturated_depth",
        "one_colour",
        "jpeg_named_png",
        "orientation",
        "orphan",
    }
