"""Groups runs for one table: the same data, scored on the same frames by one version."""

import collections
import dataclasses
from collections.abc import Callable, Sequence

from auxnet_keras.experiments.reports.arms import config_digest
from auxnet_keras.experiments.reports.scored import Scored


@dataclasses.dataclass(frozen=True)
class Group:
    """Runs that are comparable.

    Attributes:
        name: The kind of the data, with a number if there are several of one kind.
        runs: At most one for each arm, budget and seed.
    """

    name: str
    runs: tuple[Scored, ...]


def grouped(runs: Sequence[Scored]) -> tuple[list[Group], list[str]]:
    """Sorts runs into comparable groups.

    Returns:
        The groups, and a sentence for each run in none of them and for data kept separate.
    """
    sets: dict[tuple[object, ...], list[Scored]] = {}
    for run in runs:
        sets.setdefault(_data(run), []).append(run)
    kinds = collections.Counter(key[0] for key in sets)
    groups, problems, seen = [], [], collections.Counter[object]()
    for key, of_data in sets.items():
        kind = str(key[0])
        seen[kind] += 1
        name = kind if kinds[kind] == 1 else f"{kind} ({seen[kind]})"
        kept, notes = _one_version(of_data)
        for select in (_one_truth, _one_of_each):
            kept, more = select(kept)
            notes += more
        notes += _commits(name, kept)
        groups.append(Group(name, tuple(kept)))
        problems += notes
        if kinds[kind] > 1:
            problems.append(
                f"{name} is the data of {_places(of_data)}; it differs from the other data of the "
                f"kind {kind!r} and has its own tables. Received: "
                f"{len(of_data)} run(s) of {len(of_data[0].classes)} classes, "
                f"limit={of_data[0].config.limit}, fingerprint {of_data[0].fingerprint[:8]}."
            )
    return groups, problems


def _data(run: Scored) -> tuple[object, ...]:
    """A key that runs on the same data share.

    All runs on the whole data are scored on the same frames. A `limit` keeps other frames for
    every seed, and folds hold out other frames: then the folder identifies the data.
    """
    config = run.config
    folds = config.fold is not None
    where = config.root if config.limit is not None or folds else run.fingerprint
    return (config.data, run.classes, config.ignore_void, config.limit, folds, where)


def _one_version(runs: list[Scored]) -> tuple[list[Scored], list[str]]:
    counts = collections.Counter(run.version for run in runs)
    most = max(counts, key=lambda version: (counts[version], _numbers(version)))
    return _split(
        runs,
        lambda run: run.version == most,
        lambda run: (
            f"{run.path} was trained by version {run.version}, but most of the others by {most}, "
            "which may give other numbers. It is left out; train it again, or report it "
            "separately. "
            f"Received: version {run.version}."
        ),
    )


def _commits(name: str, runs: Sequence[Scored]) -> list[str]:
    """Runs from several commits stay: most changes do not affect training."""
    commits = sorted({run.commit[:10] for run in runs if run.commit})
    if len(commits) < 2:
        return []
    return [
        f"The runs of {name} were trained from several commits of the same version of the package; "
        "make sure that no change between them affects training. "
        f"Received: {', '.join(commits)}."
    ]


def _one_truth(runs: list[Scored]) -> tuple[list[Scored], list[str]]:
    """The same seed must be scored on the same frames; otherwise the data or fold has changed."""
    prints: dict[int, collections.Counter[str]] = {}
    for run in runs:
        prints.setdefault(run.seed, collections.Counter())[run.fingerprint] += 1
    usual = {seed: counts.most_common(1)[0][0] for seed, counts in prints.items()}
    return _split(
        runs,
        lambda run: run.fingerprint == usual[run.seed],
        lambda run: (
            f"{run.path} was scored on other frames than the other runs of seed {run.seed}, though "
            f"the folder is the same: {_why_other_frames(run)} "
            f"Received: fingerprint {run.fingerprint[:8]}."
        ),
    )


def _why_other_frames(run: Scored) -> str:
    if run.config.fold is None:
        return "its data has changed since. It is left out; train it again."
    return "its fold is another one. It is left out; give each fold its own seed."


def _one_of_each(runs: list[Scored]) -> tuple[list[Scored], list[str]]:
    first: dict[tuple[object, ...], Scored] = {}
    for run in runs:
        first.setdefault((config_digest(run.config), run.labels, run.seed), run)
    return _split(
        runs,
        lambda run: any(run is one for one in first.values()),
        lambda run: (
            f"{run.path} has the same settings, labels and seed as another run; they count only "
            f"once. Received: seed {run.seed}."
        ),
    )


def _split(
    runs: list[Scored], keep: Callable[[Scored], bool], describe: Callable[[Scored], str]
) -> tuple[list[Scored], list[str]]:
    kept = [run for run in runs if keep(run)]
    return kept, [describe(run) for run in runs if not keep(run)]


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdecimal()]


def _places(runs: Sequence[Scored]) -> str:
    return ", ".join(dict.fromkeys(str(run.config.root or run.config.data) for run in runs))
