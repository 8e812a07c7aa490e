"""`auxnet predict`: class maps, overlays and depth pictures of your own images."""

from pathlib import Path
from typing import Annotated

import typer

from auxnet_keras.commands.places import check_folder
from auxnet_keras.commands.quiet import import_tensorflow


def command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Run folder.")],
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Images, folders or patterns.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the pictures.")],
    depth: Annotated[
        Path | None,
        typer.Option(
            "--depth", metavar="DIR", help="FuseNet's second input: depth PNGs named as the images."
        ),
    ] = None,
) -> None:
    """Predict images: class ids as PNG, a coloured overlay, and depth if the network has it."""
    check_folder(out, "--out")
    import_tensorflow()
    from auxnet_keras.experiments.run.run import load_run
    from auxnet_keras.experiments.score.prediction import predict

    written = predict(load_run(run), paths, out, depth=depth)
    typer.echo(f"{len(written)} image(s) predicted; see {out}")
