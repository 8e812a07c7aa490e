"""What the files of a split hold, in a few bytes per frame, and what has changed in them since."""

import hashlib
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from auxnet_keras.data.contents_summary import MAX_MARKS, Summary, column_facts
from auxnet_keras.data.file_key import UNCOMPRESSED, file_key
from auxnet_keras.data.fingerprint import digest
from auxnet_keras.data.frame import Frame
from auxnet_keras.data.frame_table import FrameTable
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.readers.folder_spec import FILE
from auxnet_keras.errors import shown

_SORTS = {
    "frames": ("{count} frames", "other frames"),
    "images": ("{count} of {frames} images exist", "other images"),
    "labels": ("{count} of {frames} frames have a label", "other labels"),
    "depth": ("{count} of {frames} frames have a depth file", "other depth files"),
    "others": (
        "{count} of {frames} frames have a calibration or another file",
        "a calibration or another file has changed",
    ),
}
"""Sort of file -> what differs in number, and in content."""


@dataclass(frozen=True)
class Contents:
    """The files that decide the samples of some frames, as they are at the first question.

    Names of frames count, and folders do not: data that has moved has the same contents. Images,
    labels and depth files count by their sizes, because reading tens of thousands of files would
    delay every start by minutes, and the time of a change is lost when data is copied. So an edit
    that keeps a compressed file's size goes unnoticed. Files without compression, whose edits
    always keep it, and others, such as a calibration, count by content (of a large one, by pieces
    of it), each read once however many frames share it.

    Args:
        source: The reader of the frames.
        frames: The frames, sorted by name.
    """

    source: Source
    frames: Sequence[Frame]

    @cached_property
    def facts(self) -> dict[str, Any]:
        """As JSON: kind, digest of its description, and of each sort of file what follows.

        "count" is the number of frames that have it, "digest" is of all of them, and "marks" has
        two hex digits per frame, by which `changes` finds the first frame that differs. Of more
        than `MAX_MARKS` frames, as many share a mark as needed.
        """
        return {
            "kind": self.source.info.kind,
            "description": digest(self.source.signature),
            **self._of_sorts(),
        }

    def _of_sorts(self) -> dict[str, dict[str, Any]]:
        frames, per_mark = self.frames, self._per_mark
        if isinstance(frames, FrameTable):
            return {sort: column_facts(frames.column(sort), per_mark) for sort in _SORTS}
        summaries = {sort: Summary(per_mark) for sort in _SORTS}
        keys: dict[Path, str | None] = {}
        for frame in frames:
            facts = _facts_of(self.source, frame, keys)
            for summary, fact in zip(summaries.values(), facts, strict=True):
                summary.add(fact)
        return {sort: summary.facts for sort, summary in summaries.items()}

    @property
    def _per_mark(self) -> int:
        return max(1, -(-len(self.frames) // MAX_MARKS))

    @cached_property
    def fingerprint(self) -> str:
        """64 hex digits that differ for other contents."""
        return hashlib.sha256(repr(self.facts).encode()).hexdigest()

    def changes(self, recorded: object) -> list[str]:
        """What differs from the facts that a checkpoint recorded, one line for each sort of file.

        Args:
            recorded: `facts` of earlier contents, from a file that anybody may have edited.
        """
        before = recorded if isinstance(recorded, dict) else {}
        if before == self.facts:
            return []
        if before.get("kind") != self.facts["kind"]:
            kind = shown(before["kind"]) if "kind" in before else "none"
            return [f"{kind} in the checkpoint, {self.facts['kind']!r} here"]
        lines = []
        if before.get("description") != self.facts["description"]:
            described = FILE if self.facts["kind"] == "folder" else "the reader's signature"
            lines.append(f"{described} has changed")
        for sort in _SORTS:
            if before.get(sort) != self.facts[sort]:
                lines.append(self._change(sort, before.get(sort)))
                if sort == "frames":  # then all others differ, too
                    break
        return lines

    def _change(self, sort: str, recorded: object) -> str:
        before = recorded if isinstance(recorded, dict) else {}
        now = self.facts[sort]
        number, content = _SORTS[sort]
        if before.get("count") == now["count"]:
            line = content
        else:
            line = number.format(count=now["count"], frames=len(self.frames))
            line = f"{line}, {shown(before.get('count'))} in the checkpoint"
        first = _first_difference(str(before.get("marks")), now["marks"]) * self._per_mark
        if first >= len(self.frames):  # the last frames are gone, or two marks happen to be equal
            return line
        place = self._place(sort, self.frames[first])
        among = f" or the {self._per_mark - 1} frames after it" if self._per_mark > 1 else ""
        return f"{line}, first difference: {place}{among}"

    def _place(self, sort: str, frame: Frame) -> str | Path:
        """The file of a frame; the frame's name if there is none."""
        own = {"images": frame.image, "labels": frame.label, "depth": frame.depth}
        others = [path for path in self.source.files(frame) if path not in own.values()]
        path = others[0] if sort == "others" and others else own.get(sort)
        return path or f"frame {frame.name!r}"


def fingerprint(source: Source, frames: Sequence[Frame]) -> str:
    """64 hex digits that differ for other frames, or for other content of their files."""
    return Contents(source, frames).fingerprint


def _facts_of(source: Source, frame: Frame, keys: dict[Path, str | None]) -> tuple[Any, ...]:
    """A fact for every sort; `None` if the frame has no such file."""
    files = source.files(frame)
    own = (frame.image, frame.label, frame.depth)
    # A path inside a file that holds all frames has no size of its own.
    facts = [_fact(path) if path in files else path and "inside" for path in own]
    others = [path for path in files if path not in own]
    for path in others:
        if path not in keys:
            keys[path] = file_key(path)
    return frame.name, *facts, [keys[path] for path in others] or None


def _first_difference(before: str, now: str) -> int:
    """The place of the first frame with another mark, or the number of frames."""
    ends = range(0, len(now), 2)
    return next((end for end in ends if before[end : end + 2] != now[end : end + 2]), len(now)) // 2


def _fact(path: Path) -> int | str | None:
    """Bytes, with a single stat of the file, or the key of one without compression."""
    if path.suffix.lower() in UNCOMPRESSED:
        return file_key(path)
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_size if stat.S_ISREG(state.st_mode) else None
