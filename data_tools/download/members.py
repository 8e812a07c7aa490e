"""The members of an archive, checked before any byte of them is written."""

import stat
import tarfile
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from auxnet_keras.errors import DataError

MAX_MEMBERS = 200_000
MAX_BYTES = 64 * 2**30
"""After unpacking; the largest known archive has 14 GB and 50,000 members."""

MAX_RATIO = 100
SMALL = 2**26
"""Unpacked bytes that are accepted at any compression ratio."""

LONGEST = 1000
"""Characters of a path."""

_LONGEST_PART = 255  # bytes, on common file systems


@dataclass(frozen=True)
class Member:
    """One file or folder of an archive.

    Args:
        name: As the archive spells it.
        size: The unpacked size it declares, in bytes.
        oddity: What it is if it is neither a plain file nor a folder, otherwise "".
        entry: The library's own object.
    """

    name: str
    size: int
    is_folder: bool
    oddity: str
    entry: zipfile.ZipInfo | tarfile.TarInfo

    @property
    def path(self) -> PurePosixPath:
        """The relative path; "." for the top folder itself."""
        return PurePosixPath(self.name)


def zip_members(archive: zipfile.ZipFile) -> Iterator[Member]:
    """The members of a zip."""
    for entry in archive.infolist():
        mode = stat.S_IFMT(entry.external_attr >> 16)
        oddity = "" if mode in (0, stat.S_IFREG, stat.S_IFDIR) else _SPECIAL.get(mode, "special")
        if entry.flag_bits & 1:
            oddity = "encrypted"
        elif entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            # Others ask for a dictionary of as much memory as they like.
            oddity = f"compressed by method {entry.compress_type}"
        if entry.filename != entry.orig_filename:
            oddity = "with a hidden end of its name"  # after a zero byte
        yield Member(entry.filename, entry.file_size, entry.is_dir(), oddity, entry)


def tar_members(archive: tarfile.TarFile) -> Iterator[Member]:
    """The members of a tar."""
    for entry in archive:
        entry.pax_headers = {}  # already applied; a copy for each member could fill the memory
        oddity = "" if entry.isreg() or entry.isdir() else _special(entry)
        yield Member(entry.name, entry.size, entry.isdir(), oddity, entry)


_SPECIAL = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
}


def _special(entry: tarfile.TarInfo) -> str:
    if entry.issym() or entry.islnk():
        kind = "a symbolic link" if entry.issym() else "a hard link"
        return f"{kind} to {entry.linkname!r}"
    return "a pipe" if entry.isfifo() else "a device" if entry.isdev() else "of an unknown type"


def check_members(members: Iterable[Member], archive: Path, size: int) -> list[Member]:
    """Returns all members if each is safe to unpack and together they are not a zip bomb.

    Refuses absolute paths, `..`, backslashes, colons, links, devices, two members with one path
    (also on disks that ignore case), and more members or bytes than any data set has.

    Args:
        archive: Its path, for errors.
        size: Its size in bytes.

    Raises:
        DataError: A member is unsafe; the message names it.
    """
    most = min(MAX_BYTES, max(SMALL, MAX_RATIO * size))
    checked: list[Member] = []
    files: dict[str, str] = {}
    folders: dict[str, str] = {".": "."}
    total = 0
    for member in members:
        what = member.oddity or _fault(member.name) or _clash(member, files, folders)
        total += member.size
        if len(checked) == MAX_MEMBERS:
            what = f"beyond the first {MAX_MEMBERS}"
        elif total > most or member.size < 0:
            what = f"unpacks to {total} bytes or more from {size}, but the limit is {most}"
        if what:
            raise DataError(
                f"Unsafe member in {archive}; nothing was unpacked. Expected plain files below one "
                "folder; remove the archive and download it from its authors. "
                f"Received: {member.name[:200]!r}, {what}."
            )
        checked.append(member)
    return checked


def _fault(name: str) -> str:
    if not name or not name.isprintable():  # bytes that are not UTF-8 are not printable, either
        return "a name that is not printable"
    if name.startswith("/"):
        return "an absolute path"
    if "\\" in name or ":" in name:
        return "a path of another system"
    parts = name.split("/")
    if len(name) > LONGEST or any(len(part.encode()) > _LONGEST_PART for part in parts):
        return "too long a path"
    return "a path that leaves the folder" if ".." in parts else ""


def _clash(member: Member, files: dict[str, str], folders: dict[str, str]) -> str:
    """What else has its path; `files` and `folders` map paths that a disk may treat as equal."""
    path = member.path
    for folder in (path, *path.parents) if member.is_folder else path.parents:
        key = _folded(folder)
        if key in files or folders.setdefault(key, str(folder)) != str(folder):
            return f"in the place of {files.get(key, folders.get(key))!r}"
    if not member.is_folder:
        key = _folded(path)
        if key in files or key in folders:
            return f"in the place of {files.get(key, folders.get(key))!r}"
        files[key] = str(path)
    return ""


def _folded(path: PurePosixPath) -> str:
    return unicodedata.normalize("NFC", str(path)).casefold()
