"""Checks where a command will write, before it computes for minutes."""

import os
from pathlib import Path

from auxnet_keras.errors import ConfigError
from auxnet_keras.storage.lock import LOCK, hold_lock


def check_folder(path: Path | None, option: str) -> None:
    """Refuses a folder that cannot be created or written to.

    Raises:
        ConfigError: It or its nearest existing parent is a file or not writable.
    """
    if path is None:
        return
    existing = next((place for place in (path, *path.absolute().parents) if place.exists()), path)
    if not existing.is_dir():
        raise ConfigError(
            f"{option} must be a folder, but {existing} is a file; choose another. "
            f"Received: {str(path)!r}."
        )
    if not os.access(existing, os.W_OK | os.X_OK):
        raise ConfigError(
            f"{option} cannot be written, because {existing} is not writable; change its "
            f"permissions or choose another place. Received: {str(path)!r}."
        )


def check_free(path: Path, doing: str) -> None:
    """Refuses a folder in which another process is at work.

    Raises:
        ConfigError: As `hold_lock`.
    """
    if (path / LOCK).exists():
        with hold_lock(path, doing, ConfigError):
            pass


def check_file(path: Path | None, option: str) -> None:
    """Refuses a file that cannot be created or replaced.

    Raises:
        ConfigError: It is a folder, or its parent is not a writable folder.
    """
    if path is None:
        return
    if path.is_dir():
        raise ConfigError(
            f"{option} must be a file, but a folder has that name; name a file in it. "
            f"Received: {str(path)!r}."
        )
    check_folder(path.absolute().parent, f"The folder of {option}")
