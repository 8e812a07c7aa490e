"""Unpacking archives of strangers: checked first, then whole or not at all."""

import shutil
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

from auxnet_keras.errors import DataError
from auxnet_keras.storage.atomic import replacing_folder
from data_tools.download.archives import CHUNK, Open, opened
from data_tools.download.members import Member


def unpack(
    archive: Path,
    folder: Path,
    *,
    tell: Callable[[int, int], None],
    finish: Callable[[Path], None],
) -> None:
    """Unpacks a zip, tar or tar.gz into a folder that appears when all of it is there.

    Everything is written beside the folder, synced, and renamed; what a killed run has left there
    is removed. Modes, owners and times in the archive are not used. A top folder that is called
    as `folder` itself is not repeated.

    Args:
        folder: New, or what takes its place.
        tell: Called with the bytes that are unpacked, and all there will be.
        finish: Called with the complete folder before it appears.

    Raises:
        DataError: Not an archive, damaged, with an unsafe member, or too large for the disk.
        OSError: It cannot be written.
    """
    with opened(archive) as (members, reader):
        total = sum(member.size for member in members)
        folder.parent.mkdir(parents=True, exist_ok=True)
        check_space(folder.parent, total, f"unpacking {archive.name}")
        top = _own_top(members, folder.name)
        with replacing_folder(folder) as new:
            done = 0
            for member in members:
                if not member.path.parts:  # the top itself
                    continue
                target = new / member.path.relative_to(top)
                if member.is_folder:
                    target.mkdir(parents=True, exist_ok=True)
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                for written in _copied(member, reader, target):
                    done += written
                    tell(done, total)
            finish(new)


def check_space(place: Path, needed: int, purpose: str) -> None:
    """Refuses what the disk has no room for.

    Raises:
        DataError: With the bytes needed and free.
    """
    free = shutil.disk_usage(place).free
    if needed > free:
        raise DataError(
            f"Not enough space in {place} for {purpose}: expected {needed / 1e9:.2f} GB; free some "
            f"or choose another disk. Received: {free / 1e9:.2f} GB free."
        )


def _own_top(members: list[Member], name: str) -> str:
    """The folder that holds everything, if it is called so; else "."."""
    tops = {member.path.parts[:1] for member in members} - {()}
    return name if tops == {(name,)} and all(_inside(member) for member in members) else "."


def _inside(member: Member) -> bool:
    return member.is_folder or len(member.path.parts) > 1


def _copied(member: Member, reader: Open, target: Path) -> Iterator[int]:
    """Writes one member and yields the bytes of every chunk; never more than it said."""
    left = member.size
    with reader(member) as source, target.open("xb") as file:
        while chunk := source.read(min(CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                break
            file.write(chunk)
            yield len(chunk)
    if left:
        raise tarfile.ReadError(f"{member.name!r} is {member.size} bytes by the directory")
