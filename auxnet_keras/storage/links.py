"""Nothing below a folder of strangers leads out of it."""

from pathlib import Path

from auxnet_keras.errors import DataError


def refuse_links(folder: Path) -> None:
    """Refuses a folder that has a link anywhere inside; the folder itself may be one.

    A run folder that came from somebody else could have a link where a file is going to be written
    or read: `results.json`, say, that is the user's own `.bashrc`.

    Raises:
        DataError: With the first link by name, and where it leads.
    """
    links = sorted(path for path in folder.rglob("*") if path.is_symlink())
    if links:
        raise DataError(
            f"{links[0]} is a link, and nothing in a run folder is followed out of it. Remove the "
            "link, or put the file itself there. The whole run folder may be a link. "
            f"Received: a link to {str(links[0].readlink())!r}."
        )
