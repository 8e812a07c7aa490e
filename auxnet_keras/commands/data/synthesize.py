"""`auxnet data synthesize`: built-in street scenes on disk."""

from typing import Annotated

import typer

from auxnet_keras.commands.say import say


def command(
    target: Annotated[
        str,
        typer.Argument(metavar="KIND:ROOT", help="Layout (synthia or kitti) and folder."),
    ],
    count: Annotated[
        int, typer.Option("--count", metavar="N", min=1, help="Number of scenes.")
    ] = 200,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Seed of the scenes.")] = 0,
    size: Annotated[
        tuple[int, int], typer.Option("--size", metavar="H W", help="Height and width in pixels.")
    ] = (224, 384),
) -> None:
    """Write built-in street scenes to disk in the layout of a real data set."""
    from data_tools.synthesize import synthesize

    root = synthesize(target, count=count, seed=seed, size=size)
    say(f"{count} scenes written to {root}")
