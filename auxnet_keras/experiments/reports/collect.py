"""Collects the runs of a report from the given folders, with the names from studies."""

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

from auxnet_keras.errors import AuxnetError, ConfigError
from auxnet_keras.experiments.reports.scored import Scored, read_scored
from auxnet_keras.experiments.run.json_files import read_json
from auxnet_keras.experiments.run.run import Run, load_run

STUDY = "study.json"
_CONFIG = "config.yaml"


@dataclasses.dataclass(frozen=True)
class Collection:
    """The runs found in some folders.

    Attributes:
        runs: The finished runs.
        names: Digest of an arm -> its name, in the order of the study files.
        baselines: Names of the arms that studies compare with.
        controls: (arm, control): further comparisons of studies.
        problems: A sentence for everything that is left out.
        opened: All runs whose settings can be read, finished or not.
        incomplete: The problems of those among them that are not in `runs`.
    """

    runs: list[Scored]
    names: dict[str, str]
    baselines: list[str]
    controls: list[tuple[str, str]]
    problems: list[str]
    opened: list[Run] = dataclasses.field(default_factory=list)
    incomplete: list[str] = dataclasses.field(default_factory=list)

    @property
    def of_study(self) -> bool:
        """Whether there is a study among the folders."""
        return bool(self.names or self.baselines)


def collect(paths: Sequence[str | Path]) -> Collection:
    """Reads run folders, study folders, and folders that contain either.

    Raises:
        ConfigError: A path is not a folder, or contains no run.
    """
    found = Collection([], {}, [], [], [])
    seen: set[Path] = set()
    for path in map(Path, paths):
        folders = list(_folders(path))
        if not any((folder / _CONFIG).is_file() for folder in folders):
            raise ConfigError(
                "No run found. Expected a run folder (with a config.yaml), the folder of a study, "
                f"or a folder that contains them. Received: {str(path)!r}."
            )
        for folder in folders:
            if (folder / STUDY).is_file():
                _add_study(folder / STUDY, found)
            elif folder.resolve() not in seen:
                seen.add(folder.resolve())
                _add_run(folder, found)
    return found


def _folders(path: Path) -> Iterator[Path]:
    """Folders of studies and of runs; run folders are not searched further."""
    if not path.is_dir():
        return
    if (path / STUDY).is_file():
        yield path
    if (path / _CONFIG).is_file():
        yield path
        return
    for inside in sorted(path.iterdir()):
        if inside.is_dir() and not inside.name.startswith("."):
            yield from _folders(inside)


def _add_run(folder: Path, found: Collection) -> None:
    try:
        run = load_run(folder)
    except AuxnetError:
        run = None
    try:
        found.runs.append(read_scored(folder))
    except AuxnetError as error:
        found.problems.append(str(error))
        found.incomplete.extend([str(error)] if run else [])
    found.opened.extend([run] if run else [])


def _add_study(file: Path, found: Collection) -> None:
    try:
        content = read_json(file, arms=dict, baselines=list)
        content["controls"] = [(str(a), str(b)) for a, b in content.get("controls", [])]
    except (AuxnetError, TypeError, ValueError) as error:
        found.problems.append(f"The names of the arms are unknown: {error}")
        return
    for digest, name in content["arms"].items():
        found.names.setdefault(str(digest), str(name))
    found.baselines.extend(str(name) for name in content["baselines"])
    for pair in content["controls"]:
        if pair not in found.controls:
            found.controls.append(pair)
