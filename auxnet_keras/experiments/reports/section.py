"""A part of a report: its text, tables and figures."""

import dataclasses
import re
from pathlib import Path

from auxnet_keras.experiments.reports.score_table import ScoreTable


@dataclasses.dataclass(frozen=True)
class Section:
    """The content under one heading.

    Attributes:
        title: The heading.
        text: Paragraphs of plain text, and lists of lines that begin with `- `.
        tables: Name of its files -> table.
        figures: What it shows -> PNG.
    """

    title: str
    text: str = ""
    tables: dict[str, ScoreTable] = dataclasses.field(default_factory=dict)
    figures: dict[str, Path] = dataclasses.field(default_factory=dict)


def file_name(name: str) -> str:
    """The name of an arm or a group, fit for a file or folder."""
    return re.sub(r"[^\w-]+", "_", name).strip("_")
