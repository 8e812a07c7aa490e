"""The manifest of a run folder."""

import hashlib
import subprocess

import pytest

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


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A repository that stands in for the package's own."""
    folder = tmp_path / "checkout"
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    for command in (
        ["init", "-q", str(folder)],
        ["-C", str(folder), *identity, "commit", "-q", "--allow-empty", "-m", "first"],
    ):
        subprocess.run(["git", *command], check=True)
    monkeypatch.setattr(manifest, "CHECKOUT", folder)
    return folder


def test_git_says_which_commit_and_whether_it_is_clean(checkout):
    found = manifest.git()
    assert len(found["commit"]) == 40 and not found["dirty"]
    (checkout / "new.txt").write_text("new")
    assert manifest.git()["dirty"]


def test_an_installed_package_has_no_commit(tmp_path, checkout, monkeypatch):
    inside = checkout / ".venv" / "site-packages"  # of a project in a repository of its own
    inside.mkdir(parents=True)
    monkeypatch.setattr(manifest, "CHECKOUT", inside)
    assert manifest.git() is None


@pytest.mark.parametrize("current", [True, False])
def test_no_program_of_a_repository_runs(current, checkout, tmp_path, monkeypatch):
    """`core.fsmonitor` of the current folder, and of the package's own checkout."""
    ran = tmp_path / "ran"
    script = tmp_path / "monitor"
    script.write_text(f"#!/bin/sh\ntouch {ran}\n")
    script.chmod(0o755)
    folder = checkout
    if current:
        folder = tmp_path / "stranger"
        subprocess.run(["git", "init", "-q", str(folder)], check=True)
        monkeypatch.chdir(folder)
        monkeypatch.setenv("GIT_DIR", str(folder / ".git"))
    setting = ["config", "core.fsmonitor", str(script)]
    subprocess.run(["git", "-C", str(folder), *setting], check=True)
    before = {path: path.read_bytes() for path in folder.rglob("index")}
    assert manifest.git()["commit"]
    assert not ran.exists()
    assert {path: path.read_bytes() for path in folder.rglob("index")} == before


def test_versions_name_what_decides_the_numbers():
    assert {"python", "keras", "tensorflow", "jax", "jaxlib", "numpy"} <= set(manifest.versions())
