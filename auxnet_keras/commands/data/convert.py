"""`auxnet data convert`: any data set as single files that load fast."""

from pathlib import Path
from typing import Annotated

import typer

from auxnet_keras.commands import completion
from auxnet_keras.commands.places import check_folder
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
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the files.")],
) -> None:
    """Write a data set as single files that load fast: the kind `folder`. Resumes."""
    check_folder(out, "--out")
    from data_tools.convert.conversion import convert

    say(f"Converted; read it with --data folder:{convert(data, out)}")
