"""`auxnet data convert`: any data set as files that load fast."""

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
    shards: Annotated[
        str | None,
        typer.Option(
            "--shards",
            metavar="N|SIZE",
            help="Write N large files, or files of a SIZE such as 256MB: the kind `shards`.",
        ),
    ] = None,
) -> None:
    """Write a data set as files that load fast: the kind `folder`, or `shards`. Resumes."""
    check_folder(out, "--out")
    if shards is not None:
        from data_tools.convert.shards import convert_to_shards

        say(f"Converted; read it with --data shards:{convert_to_shards(data, out, shards)}")
        return
    from data_tools.convert.conversion import convert

    say(f"Converted; read it with --data folder:{convert(data, out)}")
