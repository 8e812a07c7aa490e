"""`auxnet data browse`: a picture of a data set."""

from pathlib import Path
from typing import Annotated

import typer

from auxnet_keras.commands import completion
from auxnet_keras.commands.places import check_file
from auxnet_keras.commands.say import say


def command(
    data: Annotated[
        str,
        typer.Argument(
            metavar="KIND:ROOT",
            help="The data set to read, as for --data.",
            autocompletion=completion.data,
        ),
    ],
    split: Annotated[
        str, typer.Option("--split", metavar="NAME", help="train, val or all.")
    ] = "train",
    frames: Annotated[
        int, typer.Option("--frames", metavar="N", help="Number of frames, evenly spaced.")
    ] = 6,
    frame: Annotated[
        list[str] | None,
        typer.Option("--frame", metavar="NAME", help="This frame instead; may be repeated."),
    ] = None,
    size: Annotated[
        tuple[int, int],
        typer.Option("--size", metavar="H W", help="Height and width to train with."),
    ] = (224, 384),
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", min=0, help="Seed of the augmentation.")
    ] = 0,
    epoch: Annotated[
        int, typer.Option("--epoch", metavar="N", min=1, help="Augment as in epoch N, from 1.")
    ] = 1,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="The training's --limit, if it has one."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The PNG to write.")] = Path(
        "browse.png"
    ),
) -> None:
    """Draw frames with labels and depth, plain and augmented, in one PNG.

    Exit 1 if a frame cannot be read; the others are still drawn.
    """
    check_file(out, "--out")
    from data_tools.browse.gallery import browse
    from data_tools.browse.montage import check_png

    check_png(out)
    montage = browse(
        data,
        split=split,
        frames=frame or frames,
        size=size,
        seed=seed,
        epoch=epoch,
        limit=limit,
    )
    montage.save(out)
    for message in montage.problems.values():
        say(f"error  {message}")
    drawn = len(montage.frames) - len(montage.problems)
    say(f"{drawn} of {len(montage.frames)} frames drawn; see {out}")
    if montage.problems:
        raise typer.Exit(1)
