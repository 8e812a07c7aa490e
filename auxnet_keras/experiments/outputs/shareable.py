"""Settings and commands to hand on: without the folders of the machine."""

import shlex
from pathlib import Path
from typing import Any

from auxnet_keras.data.remote.url import is_url


def without_folders(value: Any) -> Any:
    """The last part of an absolute path, an address or `KIND:PATH`: where it was is private."""
    if not isinstance(value, str):
        return value
    if Path(value).is_absolute() or is_url(value):  # a colon may be part of it
        return Path(value).name
    kind, colon, path = value.partition(":")
    elsewhere = Path(path).is_absolute() or is_url(path)
    return f"{kind}{colon}{Path(path).name}" if elsewhere else value


def shared_command(command: str) -> str:
    """A command line with the last part of each absolute path."""
    try:
        words = shlex.split(command)
    except ValueError:
        return ""
    return shlex.join(_word(word) for word in words)


def _word(word: str) -> str:
    option, equals, value = word.partition("=")
    if equals and option.startswith("--"):
        return f"{option}={without_folders(value)}"
    return str(without_folders(word))
