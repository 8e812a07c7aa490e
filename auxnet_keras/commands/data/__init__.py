"""`auxnet data ...`: the tools of the top-level folder data_tools on the command line."""

import typer

from auxnet_keras.commands.data import (
    browse,
    convert,
    download,
    init,
    statistics,
    synthesize,
    verify,
)
from auxnet_keras.commands.help_pages import HelpCommand, HelpGroup

app = typer.Typer(
    help="Get, check and make data.", cls=HelpGroup, no_args_is_help=True, rich_markup_mode=None
)


@app.callback()
def _group() -> None:
    """Get, check and make data."""


for module in (download, init, verify, statistics, browse, convert, synthesize):
    app.command(module.__name__.rpartition(".")[2], cls=HelpCommand)(module.command)
