"""`auxnet data synthesize`: built-in street scenes on disk."""

from typing import Annotated

import typer


def command(
    target: Annotated[
        str,
        typer.Argument(metavar="KIND:ROOT", help="synthia or kitti: whose layout; and the folder."),
    ],
    count: Annotated[int, typer.Option("--count", metavar="N", min=1, help="Scenes.")] = 200,
    seed: Annotated[int, typer.Option("--seed", metavar="N")] = 0,
) -> None:
    """Write built-in street scenes to disk in a real data set's own layout."""
    from data_tools.synthesize import synthesize

    typer.echo(f"{count} scenes written to {synthesize(target, count=count, seed=seed)}")
