"""Says something on standard output."""

import sys

import typer

from auxnet_keras.core.fitted import fitted


def say(text: str, indent: int = 0) -> None:
    """Prints text; a terminal shows it with line breaks between words.

    Args:
        text: Any text.
        indent: Columns before the continuation of a line.
    """
    typer.echo(fitted(text, sys.stdout, indent))
