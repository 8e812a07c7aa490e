"""`auxnet export`: the main task alone, in formats that other programs load."""

import os
from pathlib import Path
from typing import Annotated

import typer

from auxnet_keras.commands import completion
from auxnet_keras.commands.early import trained_run
from auxnet_keras.commands.places import check_folder
from auxnet_keras.commands.quiet import start_backend
from auxnet_keras.export.catalogue import FORMATS


def command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Run folder.")],
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="FORMAT,...",
            help=f"{', '.join(FORMATS)}.",
            autocompletion=completion.some_of(lambda: FORMATS),
        ),
    ] = "saved_model",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Default: export/ in the run folder."),
    ] = None,
) -> None:
    """Write the main task alone: image of any size in, class map out."""
    check_folder(out, "--out")
    formats = [name.strip() for name in to.split(",")]
    found = [FORMATS.find(name) for name in formats]
    for each in found:
        each.check_installed()
    opened = trained_run(run)
    if any(each.tensorflow for each in found):  # weights mean the same on the backend of the run
        os.environ["KERAS_BACKEND"] = "tensorflow"
    start_backend()
    from auxnet_keras.experiments.outputs.exporting import export

    for path in export(opened, formats, out):
        typer.echo(str(path))
