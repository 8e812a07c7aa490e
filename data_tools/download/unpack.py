"""Unpacks untrusted archives: checked first, then whole or not at all."""

import shutil
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

from auxnet_keras.errors import DataError
from auxnet_keras.storage.atomic import replacing_folder
from data_tools.download.archives import CHUNK, Open, open_archive
from data_tools.download.members import Member


def unpack(
    archive: Path,
    folder: Path,
    *,
    on_progress: Callable[[int, int], None],
    finish: Callable[[Path], None],
) -> None:
    """Unpacks a zip, tar or tar.gz into a folder that appears only when it is complete.

    Everything is written next to the folder, synced, and renamed; leftovers of a killed run are
    removed. Modes, owners and times in the archive are not used. A top folder with the same name
    as `folder` is not repeated.

    Args:
        folder: A new folder, or one to replace.
        on_progress: Called with the bytes unpacked so far and the total.
        finish: Called with the complete folder before it appears.

    Raises:
        DataError: Not an archive, damaged, with an unsafe member, or too large for the disk.
        OSError: The folder cannot be written.
    """
    with open_archive(archive) as (members, reader):
        total = sum(member.size for member in members)
        folder.parent.mkdir(parents=True, exist_ok=True)
        check_space(folder.parent, total, f"unpacking {archive.name}")
        top = _own_top(members, folder.name)
        with replacing_folder(folder) as new:
            done = 0
            for member in members:
                if not member.path.parts:  # the top folder itself
                    continue
                target = new / member.path.relative_to(top)
                if member.is_folder:
                    target.mkdir(parents=True, exist_ok=True)
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                for written in _copied(member, reader, target):
                    done += written
                    on_progress(done, total)
            finish(new)


def check_space(place: Path, needed: int, purpose: str) -> None:
    """Refuses to continue if the disk does not have enough space.

    Raises:
        DataError: Not enough space; the message says how much is needed and free.
    """
    free = shutil.disk_usage(place).free
    if needed > free:
        raise DataError(
            f"Not enough space in {place} for {purpose}. Expected {needed / 1e9:.2f} GB; free some "
            f"space or choose another disk. Received: {free / 1e9:.2f} GB free."
        )


def _own_top(members: list[Member], name: str) -> str:
    """The folder that contains everything, if it has this name; otherwise "."."""
    tops = {member.path.parts[:1] for member in members} - {()}
    return name if tops == {(name,)} and all(_inside(member) for member in members) else "."


def _inside(member: Member) -> bool:
    return member.is_folder or len(member.path.parts) > 1


def _copied(member: Member, reader: Open, target: Path) -> Iterator[int]:
    """Writes one member and yields the size of every chunk; never more than it declared."""
    left = member.size
    with reader(member) as source, target.open("xb") as file:
        while chunk := source.read(min(CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                break
            file.write(chunk)
            yield len(chunk)
    if left:
        raise tarfile.ReadError(f"the directory says {member.name!r} has {member.size} bytes")
