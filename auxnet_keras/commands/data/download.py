"""`auxnet data download`: published data sets, where their readers look."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from auxnet_keras.commands.places import check_folder
from auxnet_keras.errors import ConfigError

NOT_DOWNLOADED = 1


def command(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND", help="kitti, vkitti or nyuv2; for others it says how to get them."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the data set goes.")],
    release: Annotated[
        str | None,
        typer.Option("--release", metavar="NAME", help="Of vkitti: 2.0.3 (default) or 1.3.1."),
    ] = None,
    keep_archives: Annotated[
        bool, typer.Option("--keep-archives", help="Do not remove archives once unpacked.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Accept the licence without a question.")
    ] = False,
) -> None:
    """Download, check and unpack a data set. Resumes; the same command twice does nothing."""
    check_folder(out, "--out")
    from data_tools.download.catalogue import BUILT_IN, BY_HAND, family, release_of

    given, _, root = kind.partition(":")
    if root:
        raise ConfigError(
            f"The folder is an option here: auxnet data download {given} --out {root}. "
            f"Received: {kind!r}."
        )
    name = family(kind)
    if name in BUILT_IN:
        typer.echo(BUILT_IN[name])
        return
    if name in BY_HAND:
        typer.echo(BY_HAND[name].format(out=out))
        raise typer.Exit(NOT_DOWNLOADED)
    _show(name, release_of(kind, release).page)
    if not yes:
        _ask()
    from data_tools.download.fetch import download

    folder = download(kind, out, release=release, keep_archives=keep_archives)
    typer.echo(f"Downloaded; read it with --data {kind}:{folder}")


def _show(name: str, page: str) -> None:
    from auxnet_keras.data.readers.catalogue import info

    about = info(name)
    typer.echo(f"{name}, from {page}")
    typer.echo(f"Licence: {about.licence}")
    typer.echo(f"Please cite: {about.citation}")


def _ask() -> None:
    if not sys.stdin.isatty():
        raise ConfigError(
            "The licence has to be accepted, and nobody is there to ask: read it above and add "
            "--yes. Received: no terminal to answer at."
        )
    typer.confirm("Do you accept the licence and download?", abort=True)
