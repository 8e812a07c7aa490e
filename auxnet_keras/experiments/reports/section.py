"""A part of a report: its text, tables and figures."""

import dataclasses
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
