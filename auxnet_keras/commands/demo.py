"""`auxnet demo`: two networks on built-in scenes, side by side."""

from pathlib import Path
from typing import Annotated

import typer

from auxnet_keras.commands.places import check_folder
from auxnet_keras.commands.quiet import start_backend


def command(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for scenes, runs and results.")
    ] = Path("auxnet_demo"),
    epochs: Annotated[
        int, typer.Option("--epochs", metavar="N", min=1, help="Passes over the labelled scenes.")
    ] = 100,
    scenes: Annotated[
        int, typer.Option("--scenes", metavar="N", min=50, help="Scenes to draw.")
    ] = 400,
) -> None:
    """Compare SegNet and AuxNet on street scenes with few labels, in a few minutes."""
    check_folder(out, "--out")
    start_backend()
    from auxnet_keras.experiments.demo import run_demo

    run_demo(out, epochs=epochs, scenes=scenes)
