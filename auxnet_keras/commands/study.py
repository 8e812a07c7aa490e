"""`auxnet study`: arms, budgets of labels and seeds, trained, compared and reported."""

from pathlib import Path
from typing import Annotated

import typer

from auxnet_keras.commands.places import check_folder
from auxnet_keras.commands.quiet import import_tensorflow


def command(
    given: Annotated[
        str,
        typer.Argument(
            metavar="FILE|PRESET",
            help="A study's YAML file, or does-it-help, auxnet-table1, auxnet-table2, "
            "learning-boost or runtime.",
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where it goes; the same command resumes.")
    ],
    data: Annotated[
        list[str] | None,
        typer.Option(
            "--data", metavar="KIND[:ROOT]", help="In place of the study's data; may be repeated."
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Show the runs, the time they take (two steps are measured) and the smallest "
            "difference that the seeds can show; train nothing.",
        ),
    ] = False,
) -> None:
    """Answer a question with arms, seeds and statistics; the same command goes on after a kill."""
    check_folder(out, "--out")
    import_tensorflow()
    from auxnet_keras.experiments.studies.study import forecast, study

    if dry_run:
        typer.echo(forecast(given, out, data=data))
        return
    results = study(given, out, data=data)
    typer.echo(f"\n{results['summary']}")
    for problem in results["problems"]:
        typer.echo(f"- {problem}")
    typer.echo(f"The report is {out / 'report.html'}, its numbers {out / 'results.json'}")
