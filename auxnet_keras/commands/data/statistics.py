"""`auxnet data statistics`: numbers about a data set before training on it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auxnet_keras.commands import completion
from auxnet_keras.commands.places import check_file, check_folder
from auxnet_keras.commands.say import say

if TYPE_CHECKING:
    from data_tools.statistics.measure import Statistics


def command(
    data: Annotated[
        str,
        typer.Argument(
            metavar="KIND:ROOT",
            help="The data set to read, as for --data.",
            autocompletion=completion.data,
        ),
    ],
    bins: Annotated[
        int, typer.Option("--bins", metavar="N", min=2, help="Depth bins to suggest.")
    ] = 10,
    width: Annotated[
        int | None,
        typer.Option(metavar="W", help="Training width; disparities are in its pixels.", min=1),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Also write everything to FILE.")
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option(
            "--figures", metavar="DIR", help="Folder for plots of class shares and depths."
        ),
    ] = None,
) -> None:
    """Show class shares, depths, class weights, depth bins, and how train and val differ.

    Exit 1 if a file cannot be read; the others are still counted.
    """
    check_file(json_file, "--json")
    check_folder(figures, "--figures")
    from auxnet_keras.experiments.run.json_files import write_json
    from data_tools.statistics.measure import statistics

    found = statistics(data, bins, width)
    if json_file is not None:
        write_json(found.to_json(), json_file)
    drawn = [] if figures is None else found.figures(figures)
    _print(found)
    for path in drawn:
        say(f"Drawn: {path}")
    if found.unreadable:
        raise typer.Exit(1)


def _print(found: "Statistics") -> None:
    from auxnet_keras.core.printable import printable
    from data_tools.statistics.tables import notes, suggestions, tables

    for title, table in tables(found):
        table.show(title)
    for line in notes(found):
        say(printable(line))
    for title, code in suggestions(found):  # unbroken lines, ready to paste
        typer.echo(f"{title}:\n{code}")
