"""The manifest of a run folder."""

import hashlib
import subprocess

from auxnet_keras.experiments.run import manifest
from auxnet_keras.experiments.run.manifest import Manifest


def test_facts_and_events_are_on_disk_at_once(tmp_path):
    Manifest(tmp_path).describe(seeds={"run": 3})
    Manifest(tmp_path).event("start")
    assert not Manifest(tmp_path).finished
    Manifest(tmp_path).event("end")
    read = Manifest(tmp_path)
    assert read.finished and read.content["seeds"] == {"run": 3}
    assert [event["event"] for event in read.content["events"]] == ["start", "end"]
    assert all(event["time"].endswith("+00:00") for event in read.content["events"])


def test_artefacts_are_all_files_but_itself(tmp_path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "a.png").write_bytes(b"picture")
    record = Manifest(tmp_path)
    record.record_artefacts()
    assert record.content["artefacts"] == {"figures/a.png": hashlib.sha256(b"picture").hexdigest()}


def test_git_says_which_commit_and_whether_it_is_clean(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert manifest.git() is None
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    for command in (["init", "-q"], [*identity, "commit", "-q", "--allow-empty", "-m", "first"]):
        subprocess.run(["git", *command], check=True)
    found = manifest.git()
    assert len(found["commit"]) == 40 and not found["dirty"]
    (tmp_path / "new.txt").write_text("new")
    assert manifest.git()["dirty"]


def test_versions_name_what_decides_the_numbers():
    assert {"python", "keras", "tensorflow", "numpy"} <= set(manifest.versions())
