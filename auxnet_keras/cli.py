"""The command line `auxnet`. Commands import Keras only when they run, so `--help` is fast."""

import contextlib
import importlib.metadata
import io
import sys
import traceback
import warnings
from collections.abc import Sequence

import typer

from auxnet_keras._version import __version__
from auxnet_keras.commands import (
    compare,
    data,
    demo,
    evaluate,
    export,
    info,
    predict,
    report,
    study,
    train,
)
from auxnet_keras.commands.help_pages import HelpCommand, HelpGroup
from auxnet_keras.commands.sizes import spread_sizes
from auxnet_keras.core.fitted import fitted
from auxnet_keras.core.steady_output import open_standard_streams, steady_output
from auxnet_keras.errors import AuxnetError

INTERRUPTED = 130
_LONG = ("train", "study", "demo")  # go on when nobody reads their output any more

app = typer.Typer(
    name="auxnet",
    help="Dense prediction with the help of an auxiliary task, which is dropped at inference.",
    no_args_is_help=True,
    cls=HelpGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for module in (demo, train, evaluate, compare, study, report, predict, export, info):
    app.command(module.__name__.rpartition(".")[2], cls=HelpCommand)(module.command)
app.add_typer(data.app, name="data")


def _version(requested: bool) -> None:
    if requested:
        typer.echo(f"auxnet_keras {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version and exit."
    ),
    debug: bool = typer.Option(
        False, "--debug", help="Show the traceback of an error; may also follow the command."
    ),
) -> None:
    """Options of every command; `main` has already removed `--debug`, wherever it was."""


def _load_plugins() -> None:
    """Imports what installed packages name in the entry point group `auxnet_keras`.

    That is where they register their own weightings, networks, readers and export formats.
    """
    for point in importlib.metadata.entry_points(group="auxnet_keras"):
        point.load()


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs a command and exits: 0 done, 1 error with its message, 2 usage, 130 interrupted."""
    warnings.formatwarning = lambda message, *_, **__: f"auxnet: {message}\n"  # no source line
    given = list(sys.argv[1:] if arguments is None else arguments)
    rest = spread_sizes([argument for argument in given if argument != "--debug"])
    open_standard_streams()
    try:
        _load_plugins()
        with steady_output() if rest[:1] and rest[0] in _LONG else contextlib.nullcontext():
            code = app(rest, prog_name="auxnet", standalone_mode=False) or 0
        if code == INTERRUPTED:  # Typer's way to say that it caught a KeyboardInterrupt
            _print_error("interrupted.")
        sys.exit(code)
    except (KeyboardInterrupt, typer.Abort):
        _print_error("interrupted.")
        sys.exit(INTERRUPTED)
    except Exception as error:
        if hasattr(error, "exit_code") and hasattr(error, "show"):  # Typer's usage errors
            usage = io.StringIO()
            error.show(file=usage)
            typer.echo(fitted(usage.getvalue().rstrip("\n"), sys.stderr), err=True)
            sys.exit(error.exit_code)
        message = _message(error)
        if message is None or "--debug" in given:
            traceback.print_exc()
        _print_error(
            message or f"unexpected {type(error).__name__}; report the lines above as a bug."
        )
        sys.exit(1)


def _message(error: Exception) -> str | None:
    """The error as a user sees it; `None` for an unexpected one."""
    if isinstance(error, AuxnetError):
        return str(error)
    if "tensorflow" in sys.modules:  # tf.data wraps our own errors in TensorFlow's
        from auxnet_keras.data import sentence

        unwrapped = sentence(error)
        if unwrapped is not None:
            return unwrapped
    if isinstance(error, OSError) and error.strerror:
        return (
            f"{error.strerror}: a file or folder cannot be read or written. Check the path, its "
            f"permissions and the free space. Received: {str(error.filename or 'no path')!r}."
        )
    return None


def _print_error(message: str) -> None:
    typer.echo(fitted(f"auxnet: {message}", sys.stderr), err=True)
