"""`auxnet evaluate`: scores a run's best weights at the images' own size."""

from pathlib import Path
from typing import Annotated

import typer

from auxnet_keras.commands import completion
from auxnet_keras.commands.early import check_scored, trained_run
from auxnet_keras.commands.places import check_file
from auxnet_keras.commands.quiet import start_backend


def command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Run folder.")],
    data: Annotated[
        str | None,
        typer.Option(
            "--data",
            metavar="KIND[:ROOT]",
            help="Other data, used in full, that the run was not trained on; or its own data if it "
            "has moved.",
            autocompletion=completion.data,
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            "--split",
            metavar="val|test",
            help="Score this split of the data.",
            autocompletion=completion.one_of(lambda: ("val", "test")),
        ),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Also write the scores to FILE.")
    ] = None,
    per_image: Annotated[
        Path | None,
        typer.Option(
            "--per-image",
            metavar="FILE",
            help="Also write the scores of every image to FILE (CSV), the worst first.",
        ),
    ] = None,
) -> None:
    """Score a run at the images' own size, next to the position prior."""
    check_file(json_file, "--json")
    check_file(per_image, "--per-image")
    from auxnet_keras.experiments.outputs.tables import print_evaluation
    from auxnet_keras.experiments.run.json_files import write_json

    opened = trained_run(run)
    check_scored([opened], data, split)
    start_backend()
    from auxnet_keras.experiments.score.evaluation import evaluate

    results = evaluate(opened, data, split=split, per_image=per_image)
    print_evaluation(results)
    if json_file is not None:
        write_json(results, json_file)
