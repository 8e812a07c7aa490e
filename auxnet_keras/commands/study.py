"""`auxnet study`: trains arms with several label budgets and seeds, compares and reports them."""

from pathlib import Path
from typing import Annotated

import typer

from auxnet_keras.commands import completion
from auxnet_keras.commands.places import check_folder, check_free
from auxnet_keras.commands.quiet import start_backend
from auxnet_keras.commands.say import say
from auxnet_keras.experiments.studies.study_file import presets


def command(
    given: Annotated[
        str,
        typer.Argument(
            metavar="FILE|PRESET",
            help=f"A study's YAML file, or a packaged study: {', '.join(presets())}.",
            autocompletion=completion.one_of(presets),
        ),
    ],
    out: Annotated[
        Path,
        typer.Option("--out", metavar="DIR", help="Study folder; the same command resumes."),
    ],
    data: Annotated[
        list[str] | None,
        typer.Option(
            "--data",
            metavar="KIND[:ROOT]",
            help="Replaces the study's data; may be repeated.",
            autocompletion=completion.data,
        ),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs",
            metavar="N",
            min=1,
            help="Runs that train at the same time, each on its own GPU or its share of the CPU.",
        ),
    ] = 1,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Show the runs, their expected time (from two measured steps) and the smallest "
            "difference that the seeds can detect, without training.",
        ),
    ] = False,
) -> None:
    """Answer a question with arms, seeds and statistics; the same command resumes."""
    check_folder(out, "--out")
    from auxnet_keras.experiments.config.weighting_text import names_only
    from auxnet_keras.experiments.studies.plan import planned
    from auxnet_keras.experiments.studies.study_file import read_study

    with names_only():
        planned(read_study(given, data), out)
    check_free(out, "running this study")
    start_backend()
    from auxnet_keras.experiments.studies.study import forecast, study

    if dry_run:
        say(forecast(given, out, data=data))
        return
    results = study(given, out, data=data, jobs=jobs)
    say(f"\n{results['summary']}")
    for problem in results["problems"]:
        say(f"- {problem}")
    say(f"Report: {out / 'report.html'}. Numbers: {out / 'results.json'}.")
