"""`auxnet compare`: runs inside and outside the region of each class."""

from pathlib import Path
from typing import Annotated

import typer

from auxnet_keras.commands import completion
from auxnet_keras.commands.early import check_scored, trained_run
from auxnet_keras.commands.places import check_folder
from auxnet_keras.commands.quiet import start_backend
from auxnet_keras.commands.say import say
from auxnet_keras.errors import ConfigError


def command(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN...",
            help="Two or more run folders; the first, for example single-task, is the baseline.",
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for tables and figure.")
    ],
    data: Annotated[
        str | None,
        typer.Option(
            "--data",
            metavar="KIND[:ROOT]",
            help="Other data, used in full, that no run was trained on; or a run's own data.",
            autocompletion=completion.data,
        ),
    ] = None,
) -> None:
    """Compare runs class by class: IoU and log L1 of depth, inside and outside each class.

    IoU of a class, mean IoU over the classes, and frequency-weighted IoU of the full image.
    """
    check_folder(out, "--out")
    runs = [trained_run(path) for path in paths]
    if len(runs) < 2:
        raise ConfigError(
            "A comparison needs at least two runs; give the folder of another one. "
            f"Received: {str(paths[0])!r}."
        )
    check_scored(runs, data)
    start_backend()
    from auxnet_keras.experiments.score.class_regions import (
        compare,
        print_comparison,
        write_comparison,
    )

    results = compare(runs[0], runs[1], data, more=runs[2:])
    write_comparison(results, out)
    print_comparison(results)
    say(f"Tables and figure written to {out}")
