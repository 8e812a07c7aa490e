"""What a run was made with, as tables of text: settings, data, versions, and how to repeat it."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from auxnet_keras.core.printable import printable
from auxnet_keras.data.frame import DatasetInfo
from auxnet_keras.errors import AuxnetError
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.outputs.shareable import shared_command, without_folders
from auxnet_keras.experiments.reports.section import Section
from auxnet_keras.experiments.run.run import Run
from auxnet_keras.tables.table import Table

_KEY = 12
"""Digits of a fingerprint or a commit that tell it apart."""


def settings_section(runs: Mapping[str, Run]) -> Section:
    """Every setting of every run; those that differ come first."""
    given = {name: _settings(run.config) for name, run in runs.items()}
    names = list(next(iter(given.values())))
    different = [name for name in names if len({one[name] for one in given.values()}) > 1]
    rows = [
        (name, tuple(one[name] for one in given.values()))
        for name in (*different, *(name for name in names if name not in different))
    ]
    text = ""
    if len(runs) > 1:
        text = f"{len(different)} of {len(names)} settings differ; they come first."
    table = Table(tuple(runs) if len(runs) > 1 else ("value",), tuple(rows), corner="setting")
    return Section("Settings", text, facts={"settings": table})


def data_section(runs: Mapping[str, Run]) -> Section | None:
    """The data of every run, by frames, targets, classes and origin; `None` before the start."""
    found = {name: _data(run) for name, run in runs.items()}
    return _section("Data", "data", "of the data", found)


def versions_section(runs: Mapping[str, Run]) -> Section | None:
    """Versions and machine of every run's last start; `None` before the start."""
    found = {name: _versions(run.manifest.content) for name, run in runs.items()}
    return _section("Versions and machine", "versions", "of the last start", found)


def repeat_section(runs: Mapping[str, Run]) -> Section:
    """The command and the config that repeat every run."""
    text = (
        "Save the settings as config.yaml, let root be the folder of your copy of the data, and "
        "run the command. Folders are given by their last part. With the same versions, kind of "
        "processor and number of threads, a deterministic run repeats to the bit."
    )
    code = {}
    for name, run in runs.items():
        before = f"{name}: " if len(runs) > 1 else ""
        code[f"{before}Command"] = _command(run)
        config = {key: without_folders(value) for key, value in run.config.to_mapping().items()}
        code[f"{before}Settings, config.yaml"] = yaml.safe_dump(
            config, sort_keys=False, default_flow_style=None
        )
    return Section("How to reproduce", text, code=code)


def _settings(config: RunConfig) -> dict[str, str]:
    return {name: _text(without_folders(value)) for name, value in config.to_mapping().items()}


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    return str(value)


def _section(
    title: str, file: str, corner: str, found: Mapping[str, Mapping[str, str]]
) -> Section | None:
    names = list(dict.fromkeys(name for one in found.values() for name in one))
    if not names:
        return None
    rows = tuple((name, tuple(one.get(name) for one in found.values())) for name in names)
    columns = tuple(found) if len(found) > 1 else ("value",)
    return Section(title, facts={file: Table(columns, rows, corner=corner)})


def _data(run: Run) -> dict[str, str]:
    data = run.manifest.content.get("data")
    if not isinstance(data, dict):
        return {}
    found = {"kind": run.config.data}
    for split, count in _mapping(data.get("frames")).items():
        targets = _mapping(_mapping(data.get("targets")).get(split))
        with_targets = [f"{number} with {task}" for task, number in targets.items()]
        found[f"frames, {split}"] = ": ".join(filter(None, [str(count), ", ".join(with_targets)]))
    for split, digest in _mapping(data.get("fingerprint")).items():
        found[f"fingerprint, {split}"] = str(digest)[:_KEY]
    return found | _of_info(run)


def _of_info(run: Run) -> dict[str, str]:
    try:
        info: DatasetInfo = run.info
        return {
            "classes": f"{len(info.class_names)}: {', '.join(info.class_names)}",
            "depth unit": run.depth_unit,
            "licence": str(info.licence),
            "citation": str(info.citation),
        }
    except AuxnetError:
        return {}


def _versions(facts: Mapping[str, Any]) -> dict[str, str]:
    found = {str(name): str(version) for name, version in _mapping(facts.get("versions")).items()}
    if "backend" in facts:
        found["backend"] = str(facts["backend"])
    git, device = _mapping(facts.get("git")), _mapping(facts.get("device"))
    if git.get("commit"):
        changed = " with changes" if git.get("dirty") else ""
        found["commit"] = f"{str(git['commit'])[:_KEY]}{changed}"
    gpus = device.get("gpus")
    if isinstance(gpus, list):
        found["GPU"] = ", ".join(map(str, gpus)) or "-"
    for name, title in (("cpu", "processor"), ("threads", "threads for each operation")):
        if name in device:
            found[title] = str(device[name])
    events = [event for event in facts["events"] if event.get("event") in ("start", "resume")]
    if events and "time" in events[0]:
        found["started"] = str(events[0]["time"])
        found["resumed"] = f"{len(events) - 1} times"
    if _ended(facts["events"]):
        found["finished"] = str(facts["events"][-1].get("time", "-"))
    return found


def _ended(events: Sequence[Mapping[str, Any]]) -> bool:
    return bool(events) and events[-1].get("event") == "end"


def _command(run: Run) -> str:
    """What started it, if a command did, and what does so from the settings alone."""
    folder = shlex.quote(printable(f"runs/{run.name}"))
    lines = [f"auxnet train --config config.yaml --out {folder}"]
    starts = [str(event.get("command", "")) for event in run.manifest.content["events"]]
    if starts and starts[0].startswith("auxnet train"):
        lines += ["", "# It was started with:", f"# {printable(shared_command(starts[0]))}"]
    return "\n".join(lines) + "\n"


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
