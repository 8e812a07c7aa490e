"""`auxnet data ...`: what the top-level folder data_tools does, from the command line."""

from typing import Annotated

import typer

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
