"""A part of a report: its text, tables and figures."""

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path

from auxnet_keras.experiments.reports.score_table import ScoreTable
from auxnet_keras.tables.table import Table


@dataclasses.dataclass(frozen=True)
class Section:
    """The content under one heading.

    Attributes:
        title: The heading.
        text: Paragraphs of plain text, and lists of lines that begin with `- `.
        tables: Name of its files -> table of numbers.
        figures: What it shows -> PNG.
        facts: Name of its files -> table of text, such as settings.
        code: What it is -> text to copy: a command, a file.
    """

    title: str
    text: str = ""
    tables: Mapping[str, ScoreTable | Table] = dataclasses.field(default_factory=dict)
    figures: Mapping[str, Path] = dataclasses.field(default_factory=dict)
    facts: Mapping[str, Table] = dataclasses.field(default_factory=dict)
    code: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def write_tables(self, folder: Path) -> None:
        """Writes each table as Markdown, CSV and LaTeX.

        Raises:
            DataError: A file cannot be written.
        """
        for name, table in (*self.tables.items(), *self.facts.items()):
            table.write(folder, name)


def file_name(name: str) -> str:
    """The name of an arm or a group, fit for a file or folder."""
    return re.sub(r"[^\w-]+", "_", name).strip("_")
