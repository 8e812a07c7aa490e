"""`auxnet data init`: suggests a description of your own folder."""

from pathlib import Path
from typing import Annotated

import typer

from auxnet_keras.commands.say import say


def command(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="A folder of images, masks and depth files.")
    ],
) -> None:
    """Look at a folder and write the dataset.yaml that it seems to need; change nothing else."""
    from data_tools.init import init

    opened = init(folder)
    path = opened.root / "dataset.yaml"
    typer.echo(path.read_text(), nl=False)
    frames = opened.frames("all")
    counts = [f"{len(frames)} images"]
    for what, name in (("label", "labels"), ("depth", "depth")):
        if opened.declares(what):
            number = sum(getattr(frame, what) is not None for frame in frames)
            counts.append(f"{number} with {name}")
    splits = {split: len(opened.frames(split)) for split in ("train", "val", "test")}
    counts += [f"{number} to {split}" for split, number in splits.items() if number]
    say(f"\nWritten to {path}: {', '.join(counts)}")
