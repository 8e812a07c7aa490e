"""All files of a data set at an address: not too many, with names that stay inside a folder."""

from pathlib import PurePosixPath

from auxnet_keras.core.printable import printable
from auxnet_keras.data.files.listing import is_hidden
from auxnet_keras.data.remote.folders.remote_file import RemoteFile
from auxnet_keras.data.remote.folders.store_listing import store_files
from auxnet_keras.data.remote.folders.web_listing import web_files
from auxnet_keras.data.remote.url import is_web
from auxnet_keras.errors import DataError

MOST_FILES = 300_000
_LONGEST_NAME, _LONGEST_PART = 1024, 240  # bytes; a file system takes 255, some for an ending
_MOST_ALIKE = 3
"""Folders of one name in one path. Links that lead back would have it without end."""


def files_at(address: str, tries: int) -> dict[str, RemoteFile]:
    """The files below an address by name, sorted; hidden ones are left out.

    Args:
        address: Without a slash at its end.
        tries: Attempts per request, if nobody answers.

    Raises:
        ConfigError: fsspec, or its package for this protocol, is missing.
        Unreachable: Nobody answers.
        DataError: No files, too many of them, or a name that cannot be copied.
    """
    seen = 0

    def check(name: str) -> None:
        nonlocal seen
        seen += 1
        if seen > MOST_FILES:
            raise DataError(
                f"Too many files at {address}. Expected at most {MOST_FILES:,}; convert the data "
                "to shards where it is, with auxnet data convert --shards, and read those. "
                f"Received: more than {MOST_FILES:,}, such as {printable(name)[:200]!r}."
            )
        parts = name.split("/")
        if any(parts.count(part) > _MOST_ALIKE for part in parts):
            raise DataError(
                f"The folders at {address} seem to have no end. Expected at most {_MOST_ALIKE} of "
                "one name inside each other; remove the link or redirection at the address that "
                f"leads back. Received: {printable(name)[:200]!r}."
            )
        if not _stays_inside(name):
            raise DataError(
                f"A file at {address} cannot be copied, because of its name. Expected folders and "
                "a name of printable characters without a backslash, of usual length; rename it. "
                f"Received: {printable(name)[:200]!r}."
            )

    found: dict[str, RemoteFile] = {}
    if is_web(address):
        for file in web_files(address, tries, check):
            found[file.name] = file
    else:
        for file in store_files(address, tries):
            check(file.name)
            if not any(map(is_hidden, file.name.split("/"))):
                found[file.name] = file
    if not found:
        lists = (
            " on a server that lists its folders, without an index.html," if is_web(address) else ""
        )
        raise DataError(
            f"There are no files at {address}. Expected the folder of a data set,{lists} as it is "
            "on a disk; check the address. Received: an empty list."
        )
    _check_folders(address, found)
    return dict(sorted(found.items()))


def _stays_inside(name: str) -> bool:
    parts = name.split("/")
    return (
        len(name.encode("utf-8", "surrogatepass")) <= _LONGEST_NAME
        and name.isprintable()
        and "\\" not in name
        and all(
            part not in ("", ".", "..") and len(part.encode()) <= _LONGEST_PART for part in parts
        )
    )


def _check_folders(address: str, found: dict[str, RemoteFile]) -> None:
    """Refuses a file with the name of a folder, which object storage allows."""
    for name in found:
        for above in PurePosixPath(name).parents:
            if str(above) in found:
                raise DataError(
                    f"At {address}, {str(above)!r} is a file and a folder, as no disk can have it. "
                    f"Expected either; remove one. Received: {name!r}."
                )
