"""`auxnet evaluate`: a run's best weights at native resolution, beside the position prior."""

import json
from pathlib import Path
from typing import Annotated

import typer

from auxnet_keras.commands.quiet import import_tensorflow


def command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Run folder.")],
    data: Annotated[
        str | None,
        typer.Option("--data", metavar="KIND[:ROOT]", help="Other data than the run's; all of it."),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the numbers there, too.")
    ] = None,
) -> None:
    """Score a run at native resolution, beside a baseline that knows positions only."""
    import_tensorflow()
    from auxnet_keras.experiments.evaluation import evaluate
    from auxnet_keras.experiments.report import print_evaluation
    from auxnet_keras.experiments.run import load_run

    results = evaluate(load_run(run), data)
    print_evaluation(results)
    if json_file is not None:
        json_file.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
