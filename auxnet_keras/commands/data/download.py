"""`auxnet data download`: published data sets, laid out for their readers."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from auxnet_keras.commands.places import check_folder
from auxnet_keras.commands.say import say
from auxnet_keras.errors import ConfigError
from data_tools.download.catalogue import RELEASES

NOT_DOWNLOADED = 1
_LISTED = " or ".join([", ".join([*RELEASES][:-1]), [*RELEASES][-1]])


def command(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help=f"{_LISTED}; for others, shows how to get them.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the data set.")],
    release: Annotated[
        str | None,
        typer.Option("--release", metavar="NAME", help="For vkitti: 2.0.3 (default) or 1.3.1."),
    ] = None,
    keep_archives: Annotated[
        bool, typer.Option("--keep-archives", help="Keep the archives after unpacking.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Accept the licence without being asked.")
    ] = False,
) -> None:
    """Download, check and unpack a data set. Resumes; the same command twice does nothing."""
    check_folder(out, "--out")
    from data_tools.download.catalogue import BUILT_IN, BY_HAND, family, release_of

    given, _, root = kind.partition(":")
    if root:
        raise ConfigError(
            f"Give the folder as an option: auxnet data download {given} --out {root}. "
            f"Received: {kind!r}."
        )
    name = family(kind)
    if name in BUILT_IN:
        say(BUILT_IN[name])
        return
    if name in BY_HAND:
        say(BY_HAND[name].format(out=out))
        raise typer.Exit(NOT_DOWNLOADED)
    _show(name, release_of(kind, release).page)
    if not yes:
        _ask()
    from data_tools.download.fetch import download

    folder = download(kind, out, release=release, keep_archives=keep_archives)
    say(f"Downloaded; read it with --data {kind}:{folder}")


def _show(name: str, page: str) -> None:
    from auxnet_keras.data.readers.catalogue import info

    about = info(name)
    say(f"{name}, from {page}")
    say(f"Licence: {about.licence}")
    say(f"Please cite: {about.citation}")


def _ask() -> None:
    if not sys.stdin.isatty():
        raise ConfigError(
            "You must accept the licence, and there is no terminal to ask you; read the licence "
            "above and add --yes. Received: no terminal."
        )
    typer.confirm("Do you accept the licence and download?", abort=True)
