"""Checks a data set before training: reads every file and lists every problem with its path."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from auxnet_keras.data.frame import Frame
from auxnet_keras.data.labels import LabelTable
from auxnet_keras.data.readers.base import Source
from auxnet_keras.errors import DataError
from data_tools.opening import open_dataset
from data_tools.progress import with_progress
from data_tools.verify.duplicates import duplicates
from data_tools.verify.frame_checks import Checked, check_frame
from data_tools.verify.journal import journal
from data_tools.verify.orphans import orphans
from data_tools.verify.problem import Problem, unreadable_file


@dataclass(frozen=True)
class Report:
    """The results of `verify`.

    Args:
        target: The `KIND:ROOT` that was checked.
        counts: Split to its numbers of frames, labels and depths, its mean share of pixels with a
            depth, and the range of depths in the data set's own unit; `None` without any.
        problems: Errors before warnings, by path.
        unused: The number of frames in no split, such as those between two splits of one drive.
    """

    target: str
    counts: dict[str, dict[str, float | None]]
    problems: list[Problem]
    unused: int = 0

    @property
    def ok(self) -> bool:
        """Whether there are no errors; there may be warnings."""
        return not any(problem.level == "error" for problem in self.problems)

    def counts_by_code(self, level: str) -> dict[str, int]:
        """Code (of `DESCRIPTIONS`) to the number of problems of a level, most frequent first."""
        codes = sorted(problem.code for problem in self.problems if problem.level == level)
        return dict(Counter(codes).most_common())

    def to_json(self) -> dict[str, Any]:
        """All results as JSON values."""
        counts = {
            "errors": self.counts_by_code("error"),
            "warnings": self.counts_by_code("warning"),
        }
        return {"ok": self.ok, **counts, **asdict(self)}


def verify(target: str) -> Report:
    """Reads every file of a data set and reports all problems; changes nothing.

    Errors stop training or invalidate its scores: files that cannot be read or have another
    format, ids outside the table, sizes that differ within a pair, impossible disparities, NaN and
    infinity, and the same image in both splits. Warnings are missing labels or depths, empty or
    implausible ones, orphans, and images that look alike. After an interruption the same call
    resumes; files that have changed since are read again.

    Args:
        target: `KIND:ROOT`, any kind that `ak.data.load` reads.

    Raises:
        DataError: The folder does not exist or has no frames.
        ConfigError: An unknown kind, or no root.

    Example:
        >>> report = verify("kitti:/data/kitti2015")
        >>> report.ok
        True
    """
    source = open_dataset(target)
    frames = source.frames("all")
    splits = {split: source.frames(split) for split in ("train", "val", "test")}
    splits = {split: members for split, members in splits.items() if members or split != "test"}
    damaged = source.damaged()
    checked = _check_all(source, frames, damaged)
    problems = [problem for frame in frames for problem in checked[frame.name].problems]
    problems += [unreadable_file(path, error) for path, error in damaged.items()]
    problems = _without_absent(problems, source, frames)
    problems += orphans(frames)
    problems += duplicates(splits["train"], splits["val"], checked)
    problems += [
        Problem("error", "empty_split", str(source.root), f"the split {split!r} has no frames")
        for split, members in splits.items()
        if not members
    ]
    problems = list(dict.fromkeys(problems))  # many frames share a damaged calibration
    problems.sort(key=lambda problem: (problem.level, problem.path, problem.sentence))
    counts = {split: _count(members, checked) for split, members in splits.items()}
    return Report(target, counts, problems, len(frames) - sum(map(len, splits.values())))


def _without_absent(
    problems: list[Problem], source: Source, frames: Sequence[Frame]
) -> list[Problem]:
    """One problem for files that should be there and are not, in place of one for every frame."""
    for what in ("label", "depth"):
        if source.declares(what) and not any(getattr(frame, what) for frame in frames):
            error = source.absent(what)
            if error.fault:
                problems = [problem for problem in problems if problem.code != f"no_{what}"]
                problems.append(Problem("error", error.fault, str(source.root), str(error)))
    return problems


def _count(frames: Sequence[Frame], checked: dict[str, Checked]) -> dict[str, float | None]:
    shares = [checked[frame.name].valid_depth for frame in frames]
    known = [share for share in shares if share is not None]
    ranges = [checked[frame.name].depth_range for frame in frames]
    ranges = [each for each in ranges if each]
    return {
        "frames": len(frames),
        "with label": sum(frame.label is not None for frame in frames),
        "with depth": sum(frame.depth is not None for frame in frames),
        "pixels with depth": round(sum(known) / len(known), 4) if known else None,
        "least depth": round(min(each[0] for each in ranges), 3) if ranges else None,
        "largest depth": round(max(each[1] for each in ranges), 3) if ranges else None,
    }


def _check_all(
    source: Source, frames: Sequence[Frame], damaged: Mapping[Path, DataError]
) -> dict[str, Checked]:
    """The findings about each frame; none about those in a damaged file, which are all lost."""
    keys = _keys(source, frames)
    found = {}
    with journal(f"{source.signature} {source.root.resolve()}", set(keys.values())) as kept:
        for frame in frames:
            result = kept.take(keys[frame.name])
            if result is not None:
                found[frame.name] = Checked.from_json(result)
        if damaged:
            lost = [frame for frame in frames if not damaged.keys().isdisjoint(source.files(frame))]
            found |= {frame.name: Checked() for frame in lost}
        missing = [frame for frame in frames if frame.name not in found]
        check = partial(check_frame, source)
        for frame, checked in with_progress("Verifying", missing, check, done=len(found)):
            found[frame.name] = checked
            kept.put(keys[frame.name], checked.to_json())
    return found


def _keys(source: Source, frames: Sequence[Frame]) -> dict[str, str]:
    """For each frame, a key that changes with its files and with what is expected of them."""
    tables: dict[LabelTable, str] = {}
    keys = {}
    for frame in frames:
        table = source.label_table(frame)
        if table not in tables:
            classes = table.train_ids(np.array([table.known]), frame.image)
            tables[table] = _digest([table.names, table.known, classes.tolist()])
        facts: list[Any] = [source.signature, source.encoding, tables[table], frame.name]
        facts += [(str(path), _state(path)) for path in source.files(frame)]
        facts.append(source.content_keys(frame))
        keys[frame.name] = _digest(facts)
    return keys


def _digest(facts: list[Any]) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _state(path: Path) -> tuple[int, ...] | None:
    """A value that changes with the file; the time alone is restored by copying the original."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_size, state.st_mtime_ns, state.st_ctime_ns
