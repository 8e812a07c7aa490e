"""`auxnet report`: one page of runs, with tables, figures and verdicts, without training."""

from pathlib import Path
from typing import Annotated

import typer

from auxnet_keras.commands.places import check_folder
from auxnet_keras.commands.quiet import start_backend
from auxnet_keras.commands.say import say


def command(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="RUN_OR_STUDY...", help="Folders of runs, of studies, or of both."),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the report.")],
    pictures: Annotated[
        bool,
        typer.Option(
            "--pictures/--no-pictures", help="Also draw predictions; needs data and networks."
        ),
    ] = True,
) -> None:
    """Show one run or several side by side, and compare runs over seeds, without training."""
    check_folder(out, "--out")
    from auxnet_keras.experiments.reports.collect import collect

    found = collect(paths)
    from auxnet_keras.experiments.reports.report import needs_backend, write_report

    if needs_backend(found, pictures=pictures):
        start_backend()
    results = write_report(found, out, pictures=pictures)
    if results["comparisons"]:
        say(results["summary"])
    for problem in results["problems"]:
        say(f"- {problem}")
    say(f"Report: {out / 'report.html'}. Numbers: {out / 'results.json'}.")
