"""The local copy of a data set's folder at an address, which readers read like any folder.

copies/folders/<digest of the address>.lock
copies/folders/<digest of the address>/listing.jsonl   what the copy holds
                                       incoming/       what is being copied
                                       NAME/           the files; NAME is the address's last part
"""

import contextlib
import hashlib
import logging
import re
import shutil
from pathlib import Path

from filelock import BaseFileLock, Timeout
from rich.filesize import decimal
from rich.progress import DownloadColumn, Progress, TransferSpeedColumn

from auxnet_keras.core.progress_bar import bar
from auxnet_keras.data.remote import local_copies
from auxnet_keras.data.remote import session as policy
from auxnet_keras.data.remote.folders.copied_files import CopiedFiles, read_copied
from auxnet_keras.data.remote.folders.copying import copy_files
from auxnet_keras.data.remote.folders.folder_listing import files_at
from auxnet_keras.data.remote.folders.remote_file import RemoteFile, Unreachable
from auxnet_keras.data.remote.url import check_url
from auxnet_keras.errors import DataError
from auxnet_keras.storage.lock import acquired
from auxnet_keras.storage.write_errors import writing

_PATIENCE = 30.0
"""Seconds after which a line says what is waited for."""

_ELSEWHERE = f"{local_copies.FOLDER} chooses another folder for copies."

_compared: set[Path] = set()
"""Copies that this process has compared with their addresses: it looks once, so that what a run
trains on, validates on and scores at its end is the same."""

logger = logging.getLogger("auxnet_keras")


def local_copy(url: str) -> Path:
    """The folder with a copy of what is at an address, as it was when this process first asked.

    The first call of a process lists the address, copies what is missing, has changed or is new,
    and removes from the copy what is gone. One process copies; others on this machine wait for it.

    Args:
        url: The address of a folder.

    Raises:
        ConfigError: An address of a form that is not read; fsspec, or its package for this
            protocol, is missing.
        DataError: The address cannot be listed, and there is no whole copy; it is too large, or
            has names that cannot be copied; a file cannot be copied; the disk is full.
    """
    address = check_url(url)
    place = local_copies.folder() / local_copies.FOLDERS / _digest(address)
    data = place / _name(address)
    if place in _compared and data.is_dir():
        return data
    with writing(f"The copy of {address} in {place}", kept=_ELSEWHERE):
        place.parent.mkdir(parents=True, exist_ok=True)
        lock = _locked(place.with_suffix(".lock"), address)
    try:
        if place not in _compared or not data.is_dir():  # another thread was faster
            _compare(address, place, data)
            _compared.add(place)
    finally:
        lock.release()
    return data


def _locked(file: Path, address: str) -> BaseFileLock:
    while True:
        try:
            return acquired(file, timeout=_PATIENCE)
        except Timeout:
            logger.warning("%s: waiting for another process that copies it (%s)", address, file)


def _compare(address: str, place: Path, data: Path) -> None:
    """Makes the copy equal to what is at the address, or keeps a whole one that is out of reach."""
    known = read_copied(place) or CopiedFiles(address, {})
    there = known.on_disk(data)
    whole = bool(there) and len(there) == len(known.files)
    with bar(DownloadColumn(), TransferSpeedColumn()) as progress:
        task = progress.add_task("Listing", total=None)
        try:
            # With a whole copy, an offline machine should not wait for a minute.
            wanted = files_at(address, tries=2 if whole else policy.TRIES)
        except Unreachable as error:
            if not whole:
                raise
            logger.warning("Reading the earlier copy in %s, because: %s", data, error)
            return
        except DataError as error:
            if not whole:
                raise
            said, _, received = str(error).rpartition("Received:")
            raise DataError(
                f"{said}An earlier copy of it is whole: {data}; give that folder to read it. "
                f"Received:{received}"
            ) from error
        progress.remove_task(task)
        missing = [
            file
            for file in wanted.values()
            if file.name not in there or known.files[file.name] != (file.size, file.version)
        ]
        if missing or wanted.keys() != known.files.keys():
            goal = CopiedFiles(address, {f.name: (f.size, f.version) for f in wanted.values()})
            _update(goal, missing, known, place, data, progress)
        else:
            logger.info("%s: reading its copy in %s", address, data)


def _update(
    goal: CopiedFiles,
    missing: list[RemoteFile],
    known: CopiedFiles,
    place: Path,
    data: Path,
    progress: Progress,
) -> None:
    remedy = "convert the data to shards where it is, with auxnet data convert --shards"
    local_copies.make_room(goal.size, f"The folder {goal.address}", remedy, own=place)
    gone = known.files.keys() - goal.files.keys()
    size = decimal(sum(file.size for file in missing))
    removing = f" and removing {len(gone)}" if gone else ""
    progress.console.print(
        f"{goal.address}: copying {len(missing)} files ({size}){removing}: {data}"
    )
    with writing(
        f"The copy of {goal.address} in {place}", kept=f"What is copied stays. {_ELSEWHERE}"
    ):
        if not known.files:  # nobody knows of which version files in it would be
            shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True, exist_ok=True)
        goal.begun(known, {file.name for file in missing if (data / file.name).exists()}).write(
            place
        )
        for name in gone:
            _remove(data / name, data)
        copy_files(missing, place / "incoming", data, progress)
        shutil.rmtree(place / "incoming", ignore_errors=True)
        goal.write(place)


def _remove(path: Path, data: Path) -> None:
    """Removes a file that is gone at the address, and folders that it leaves empty."""
    # An earlier call may have removed it, and put a folder or a file in its or its folder's place.
    with contextlib.suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
        path.unlink()
    for above in path.parents:
        if above == data:
            return
        try:
            above.rmdir()
        except FileNotFoundError:
            continue
        except OSError:  # it has other files
            return


def _digest(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def _name(address: str) -> str:
    """The last part of the address, for messages of readers that name the copy."""
    last = re.sub(r"[^\w.-]", "_", address.rpartition("/")[2])[:64]
    return last.lstrip(".") or "data"
