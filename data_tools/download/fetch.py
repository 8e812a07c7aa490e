"""Downloads, checks and unpacks published data sets to where their readers look."""

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.filesize import decimal
from rich.progress import DownloadColumn, Progress, TransferSpeedColumn

from auxnet_keras.core.progress_bar import bar
from auxnet_keras.data.files.listing import contents
from auxnet_keras.data.remote.transfer import fetch, forget, is_ours
from auxnet_keras.errors import DataError
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.lock import hold_lock
from auxnet_keras.storage.write_errors import writing
from data_tools.download.catalogue import RELEASES, Release, Remote, family, release_of
from data_tools.download.checksums import check_published
from data_tools.download.unpack import check_space, unpack

RECORD = "download.json"
"""In an unpacked folder: the archive's name, URL, size and SHA-256. It appears together with the
folder, so a folder without it is not ours."""

_GROWTH = 1.1
"""Unpacked bytes per packed byte: images do not compress, and disks round sizes up."""


def download(
    kind: str, out: str | Path, *, release: str | None = None, keep_archives: bool = False
) -> Path:
    """Downloads a data set to where `ak.data.load(kind, out)` reads it.

    Every file resumes where it broke off, is checked against its known size and checksums, and is
    unpacked into a folder of the same name, which appears only when it is complete. The same call
    resumes after any interruption, and does nothing if everything is there. A file that you put
    into `out` yourself is checked and used; it is never removed.

    Args:
        kind: "kitti", "vkitti", "nyuv2" or one of their variants.
        out: A folder; it can hold only one release of Virtual KITTI.
        release: "2.0.3" (default) or "1.3.1" of vkitti.
        keep_archives: Keep the archives next to their folders.

    Returns:
        The folder.

    Raises:
        DataError: A file cannot be downloaded or is not the published one, or the disk is full.
        ConfigError: An unknown kind or release, or a data set that requires registration.

    Example:
        >>> download("kitti", "/data/kitti2015")  # doctest: +SKIP
        >>> ak.data.load("kitti", "/data/kitti2015", split="train")  # doctest: +SKIP
    """
    chosen, out = release_of(kind, release), Path(out).expanduser()
    with (
        writing(f"The data set in {out}"),
        bar(DownloadColumn(), TransferSpeedColumn()) as progress,
        hold_lock(out, "downloading to this folder", DataError),
    ):
        _check_release(kind, chosen, out)
        missing = [remote for remote in chosen.files if not _is_downloaded(remote, out)]
        _check_disk_space(missing, out, keep_archives)
        for remote in missing:
            _get(remote, chosen.page, out, keep_archives, progress)
    return out


def _check_release(kind: str, chosen: Release, out: Path) -> None:
    """Refuses to mix two releases in one folder, which no reader could make sense of."""
    for edition, release in RELEASES[family(kind)].items():
        existing = [r.folder for r in release.files if r.folder and (out / r.folder).exists()]
        if release is not chosen and existing:
            raise DataError(
                f"{out} already contains release {edition} of {family(kind)}. A folder can hold "
                f"only one release; choose another folder. Received: {', '.join(existing)}."
            )


def _is_downloaded(remote: Remote, out: Path) -> bool:
    """Whether an earlier call has finished it."""
    if remote.folder is None:
        return _length(out / remote.name) == remote.size  # named after the check
    folder = out / remote.folder
    if (folder / RECORD).is_file():
        return True
    if folder.exists():
        raise DataError(
            f"{folder} is in the way of {remote.name}: it was not unpacked by this command, and "
            f"nothing was changed. Expected no such folder, or one with {RECORD}; move it away, or "
            "choose another folder. "
            f"Received: {contents(folder) if folder.is_dir() else 'a file'}."
        )
    return False


def _check_disk_space(missing: list[Remote], out: Path, keep_archives: bool) -> None:
    archives = [remote.size for remote in missing if remote.folder]
    packed = sum(archives) if keep_archives else max(archives, default=0)
    plain = sum(remote.size for remote in missing if not remote.folder)
    downloaded = sum(_length(out / name) for r in missing for name in (r.name, f"{r.name}.part"))
    needed = int(_GROWTH * sum(archives)) + packed + plain - downloaded
    check_space(out, needed, f"downloading and unpacking {len(missing)} files")


def _get(remote: Remote, page: str, out: Path, keep_archives: bool, progress: Progress) -> None:
    path = out / remote.name
    part = path.with_name(f"{path.name}.part")
    by_hand = path.is_file() and not is_ours(path)
    progress.console.print(f"{remote.name} ({decimal(remote.size)}): {remote.holds}")
    advice = (
        f"run the same command again, or download {remote.url} by hand (see {page}), save it as "
        f"{path}, and run the same command"
    )
    if not path.is_file():
        with _bar(progress, "Downloading", remote.size) as on_progress:
            fetch(remote.url, path, sizes=remote.sizes, advice=advice, on_progress=on_progress)
    source = path if path.is_file() else part
    with _bar(progress, "Checking", remote.size) as on_progress:
        sha256 = check_published(
            source, remote, advice, on_progress, remove=None if by_hand else forget
        )
    if source == part:
        part.replace(path)
    if remote.folder is not None:
        record = {"name": remote.name, "url": remote.url, "size": _length(path), "sha256": sha256}
        content = json.dumps(record, indent=1) + "\n"
        try:
            with _bar(progress, "Unpacking", remote.size) as on_progress:
                unpack(
                    path,
                    out / remote.folder,
                    on_progress=on_progress,
                    finish=lambda folder: _finish(folder, remote, path, content),
                )
        except DataError:
            forget(part)  # the next file at `path` may be the user's own
            raise
        if not by_hand and not keep_archives:
            path.unlink()
    forget(part)


def _finish(folder: Path, remote: Remote, archive: Path, record: str) -> None:
    """Checks that an unpacked archive has what a reader looks for, and marks it as complete."""
    if not any(file.is_file() for file in folder.glob(remote.needs)):
        raise DataError(
            f"Not the published archive: {archive}. Expected {remote.holds}, such as "
            f"{remote.folder}/{remote.needs}; nothing was unpacked. Remove the file and run the "
            f"same command again. Received: {contents(folder)}."
        )
    write_file(folder / RECORD, record)


@contextlib.contextmanager
def _bar(progress: Progress, what: str, size: int) -> Iterator[Callable[[int, int | None], None]]:
    task = progress.add_task(what, total=size)
    begun = False

    def on_progress(done: int, total: int | None) -> None:
        nonlocal begun
        if not begun:  # earlier bytes must not count as speed
            progress.reset(task, completed=done)
            begun = True
        progress.update(task, completed=done, total=total or size)

    yield on_progress
    progress.remove_task(task)


def _length(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
