"""Checks that no link inside an untrusted folder leads out of it."""

from pathlib import Path

from auxnet_keras.errors import DataError


def refuse_links(folder: Path) -> None:
    """Refuses a folder that contains a link; the folder itself may be one.

    A run folder from somebody else could contain a link in place of a file, such as a
    `results.json` that points to your `.bashrc`.

    Raises:
        DataError: The folder contains a link; the message names the first one and its target.
    """
    links = sorted(path for path in folder.rglob("*") if path.is_symlink())
    if links:
        raise DataError(
            f"{links[0]} is a link; links inside a run folder are not followed. Remove the link, "
            "or replace it with the file itself. The run folder as a whole may be a link. "
            f"Received: a link to {str(links[0].readlink())!r}."
        )
