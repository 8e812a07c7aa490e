"""manifest.json: what a run was made with, when it ran, and the SHA-256 of every file it wrote."""

import datetime
import importlib.metadata
import os
import platform
import resource
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import auxnet_keras
from auxnet_keras.core.threads import thread_count
from auxnet_keras.experiments.run.json_files import damaged, read_json, write_json
from auxnet_keras.storage.checksum import sha256
from auxnet_keras.storage.lock import HELD, LOCK
from auxnet_keras.storage.scratch import NAME

CHECKOUT = Path(auxnet_keras.__file__).resolve().parents[1]
"""The package's own repository, if it runs from one."""

PACKAGES = (
    *("auxnet_keras", "keras", "tensorflow", "jax", "jaxlib", "torch"),
    *("numpy", "opencv-python-headless"),
)


class Manifest:
    """The manifest of a run folder; every change is on disk when the call returns.

    Args:
        folder: The run folder. An existing manifest there is continued.

    Raises:
        DataError: The existing manifest is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "manifest.json"
        self.content: dict[str, Any] = {"events": [], "artefacts": {}}
        if self.path.is_file():
            self.content = read_json(self.path, events=list, artefacts=dict)
            if not all(isinstance(event, dict) for event in self.content["events"]):
                raise damaged(self.path, "events that are not objects")

    @property
    def finished(self) -> bool:
        """Whether the run's last event is its end."""
        events = self.content["events"]
        return bool(events) and events[-1].get("event") == "end"

    def describe(self, **facts: Any) -> None:
        """Sets or replaces top-level facts, such as `seeds=` or `data=`."""
        self.content.update(facts)
        self._write()

    def event(self, event: str, **details: Any) -> None:
        """Appends `start`, `resume`, `change`, `interrupt` or `end`, with its time (UTC)."""
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        command = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
        self.content["events"].append({"event": event, "time": now, "command": command, **details})
        self._write()

    def record_artefacts(self) -> None:
        """Records the SHA-256 of every file in the folder except the manifest and locks."""
        folder = self.path.parent
        files = sorted(
            path
            for path in folder.rglob("*")
            if path.is_file() and path != self.path and not _is_passing(path.relative_to(folder))
        )
        self.content["artefacts"] = {
            path.relative_to(folder).as_posix(): sha256(path) for path in files
        }
        self._write()

    def _write(self) -> None:
        write_json(self.content, self.path)


def _is_passing(path: Path) -> bool:
    """A lock, or what a writer is about to put into its place."""
    return path.name in (LOCK, HELD) or any(map(NAME.fullmatch, path.parts))


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that decide a run's numbers."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def git() -> dict[str, Any] | None:
    """Commit of the checkout this package runs from, and whether it is clean; `None` if installed.

    Never asks about the current folder: a repository's settings can name programs for git to run,
    and a folder with data or a stranger's project is not trusted.
    """
    commit = _git("rev-parse", "HEAD")
    if commit is None:
        return None
    return {"commit": commit, "dirty": bool(_git("status", "--porcelain", "--no-renames"))}


def device() -> dict[str, Any]:
    """The hardware that the backend computes on."""
    from auxnet_keras.core.accelerators import gpu_names

    return {
        "gpus": gpu_names(),
        "cpu": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "threads": thread_count(),
    }


def peak_memory() -> dict[str, int]:
    """The most bytes that this process has used: of main memory, and of the first GPU's."""
    from auxnet_keras.core.accelerators import peak_gpu_memory

    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    used = {"main memory": kilobytes if sys.platform == "darwin" else 1024 * kilobytes}
    on_gpu = peak_gpu_memory()
    return used if on_gpu is None else {**used, "the first GPU": on_gpu}


def _git(*arguments: str) -> str | None:
    if not (CHECKOUT / ".git").exists():
        return None
    command = ["git", "-C", str(CHECKOUT), "-c", "core.fsmonitor=false", *arguments]
    # Git must neither change the index nor look in parent folders for another repository.
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_CEILING_DIRECTORIES": str(CHECKOUT.parent),
    }
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=30, check=False, env=environment
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
