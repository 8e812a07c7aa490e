"""`auxnet data ...`: what the top-level folder data_tools does, from the command line."""

from pathlib import Path
from typing import Annotated

import typer

from auxnet_keras.commands.places import check_folder

app = typer.Typer(help="Get and make data.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _group() -> None:
    """Get and make data."""


@app.command()
def synthesize(
    target: Annotated[
        str,
        typer.Argument(metavar="KIND:ROOT", help="synthia or kitti: whose layout; and the folder."),
    ],
    count: Annotated[int, typer.Option("--count", metavar="N", min=1, help="Scenes.")] = 200,
    seed: Annotated[int, typer.Option("--seed", metavar="N")] = 0,
) -> None:
    """Write built-in street scenes to disk in a real data set's own layout."""
    from data_tools.synthesize import synthesize as write

    typer.echo(f"{count} scenes written to {write(target, count=count, seed=seed)}")


@app.command()
def convert(
    data: Annotated[
        str, typer.Argument(metavar="KIND:ROOT", help="The data set to read, as for --data.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the files go.")],
) -> None:
    """Write a data set as single files that read fast: the kind `folder`. Resumes."""
    check_folder(out, "--out")
    from data_tools.convert import convert as write

    typer.echo(f"Converted; read it with --data folder:{write(data, out)}")
