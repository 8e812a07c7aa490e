"""`auxnet data verify`: checks a data set before training."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auxnet_keras.commands import completion
from auxnet_keras.commands.places import check_file
from auxnet_keras.commands.say import say

if TYPE_CHECKING:
    from data_tools.verify.problem import Problem
    from data_tools.verify.verification import Report

_MAX_LINES = 10  # lines per code on the terminal


def command(
    data: Annotated[
        str,
        typer.Argument(
            metavar="KIND:ROOT",
            help="The data set to read, as for --data.",
            autocompletion=completion.data,
        ),
    ],
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Also write everything to FILE.")
    ] = None,
) -> None:
    """Read every file of a data set and report problems: exit 1 on errors, 0 on warnings.

    After an interruption the same command resumes. No file of the data set is changed.
    """
    check_file(json_file, "--json")
    from auxnet_keras.experiments.run.json_files import write_json
    from data_tools.verify.verification import verify

    report = verify(data)
    if json_file is not None:
        write_json(report.to_json(), json_file)
    _print_problems(report)
    _print_counts(report)
    if not report.ok:
        raise typer.Exit(1)


def _print_problems(report: "Report") -> None:
    """One line per problem, but no code so often that it hides the others."""
    from auxnet_keras.core.printable import printable
    from data_tools.verify.problem import DESCRIPTIONS

    printed: Counter[tuple[str, str]] = Counter()
    for problem in report.problems:
        key = problem.level, problem.code
        printed[key] += 1
        if printed[key] <= _MAX_LINES:
            say(f"{problem.level}  {printable(_line(problem))}", 4)
    for (level, code), number in printed.items():
        if number > _MAX_LINES:
            more = f"{number - _MAX_LINES:,} more: {DESCRIPTIONS[code]}"
            say(f"{level}  ... and {more} (--json FILE has all)")


def _print_counts(report: "Report") -> None:
    from auxnet_keras.tables.table import Table
    from data_tools.verify.problem import DESCRIPTIONS

    columns = tuple(next(iter(report.counts.values())))
    rows = [
        (split, tuple("-" if value is None else f"{value:,.10g}" for value in counts.values()))
        for split, counts in report.counts.items()
    ]
    Table(columns, tuple(rows), corner="split").show()
    if report.unused:
        are = "is" if report.unused == 1 else "are"
        say(f"{report.unused:,} more {are} in no split")
    for level in ("error", "warning"):
        counts = report.counts_by_code(level)
        number = sum(counts.values())
        details = ", ".join(f"{DESCRIPTIONS[code]}: {count:,}" for code, count in counts.items())
        total = f"{number:,} {level}{'' if number == 1 else 's'}"
        say(f"{total} ({details})" if details else total)


def _line(problem: "Problem") -> str:
    """The problem with its file, which the reader's own messages already name."""
    if problem.path in problem.sentence:
        return problem.sentence
    return f"{problem.path}: {problem.sentence}"
