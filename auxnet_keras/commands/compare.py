"""`auxnet compare`: two runs inside and outside the region of each class."""

from pathlib import Path
from typing import Annotated

import typer

from auxnet_keras.commands import completion
from auxnet_keras.commands.early import check_scored, trained_run
from auxnet_keras.commands.places import check_folder
from auxnet_keras.commands.quiet import import_tensorflow
from auxnet_keras.commands.say import say


def command(
    run_a: Annotated[
        Path, typer.Argument(metavar="RUN_A", help="Run folder, for example single-task.")
    ],
    run_b: Annotated[
        Path, typer.Argument(metavar="RUN_B", help="Run folder, for example multi-task.")
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for tables and figure.")
    ],
    data: Annotated[
        str | None,
        typer.Option(
            "--data",
            metavar="KIND[:ROOT]",
            help="Other data, used in full, that neither run was trained on; or a run's own data.",
            autocompletion=completion.data,
        ),
    ] = None,
) -> None:
    """Compare two runs class by class: IoU and log L1 of depth, inside and outside each class."""
    check_folder(out, "--out")
    runs = trained_run(run_a), trained_run(run_b)
    check_scored(runs, data)
    import_tensorflow()
    from auxnet_keras.experiments.score.class_regions import (
        compare,
        print_comparison,
        write_comparison,
    )

    results = compare(*runs, data)
    write_comparison(results, out)
    print_comparison(results)
    say(f"Tables and figure written to {out}")
