"""`auxnet data verify`: a data set looked through before training."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auxnet_keras.commands.places import check_file

if TYPE_CHECKING:
    from data_tools.frame_checks import Problem
    from data_tools.verify import Report

_MOST = 50  # lines of a level on the terminal


def command(
    data: Annotated[
        str, typer.Argument(metavar="KIND:ROOT", help="The data set to read, as for --data.")
    ],
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write everything there, too.")
    ] = None,
) -> None:
    """Read every file of a data set and tell what is wrong: exit 1 on errors, 0 on warnings.

    Interrupted, the same command goes on where it was. No file of the data set is changed.
    """
    check_file(json_file, "--json")
    from auxnet_keras.experiments.files import write_json
    from data_tools.verify import verify

    report = verify(data)
    _print(report)
    if json_file is not None:
        write_json(report.to_json(), json_file)
    if not report.ok:
        raise typer.Exit(1)


def _print(report: "Report") -> None:
    from rich.console import Console
    from rich.table import Table

    columns = list(next(iter(report.counts.values())))
    table = Table("split", *columns)
    for split, counts in report.counts.items():
        table.add_row(split, *(f"{counts[column]:g}" for column in columns))
    Console().print(table)
    for level in ("error", "warning"):
        lines = [problem for problem in report.problems if problem.level == level]
        for problem in lines[:_MOST]:
            told = problem.path in problem.sentence
            typer.echo(f"{level}  {problem.sentence if told else _line(problem)}")
        if len(lines) > _MOST:
            typer.echo(f"{level}  ... and {len(lines) - _MOST} more; --json FILE has all")
        typer.echo(f"{len(lines)} {level}{'' if len(lines) == 1 else 's'}")


def _line(problem: "Problem") -> str:
    return f"{problem.path}: {problem.sentence}"
