"""Copies many files from an address, several at a time, each of them whole or absent."""

import hashlib
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from pathlib import Path

from rich.progress import Progress

from auxnet_keras.data.remote import transfer
from auxnet_keras.data.remote.fetch import fetch
from auxnet_keras.data.remote.folders.remote_file import RemoteFile
from auxnet_keras.data.remote.session import Session

_AT_ONCE = 8
_ADVICE = (
    "check the address and the connection, then give the same command again: it copies only what "
    "is missing"
)


class _Stopped(Exception):  # noqa: N818
    """Another file has failed, or the user wants no more."""


def copy_files(files: Sequence[RemoteFile], incoming: Path, data: Path, progress: Progress) -> None:
    """Copies files into a folder, where each appears when it is whole.

    Args:
        files: The files.
        incoming: A folder for files that are not whole yet; a later call goes on with them.
        data: The folder.
        progress: Shows the bytes.

    Raises:
        ConfigError, DataError: A file cannot be copied; others that have begun are left.
        OSError: The folder cannot be written.
    """
    left, stop = deque(files), threading.Event()
    task = progress.add_task("Copying", total=sum(file.size for file in files))

    def work() -> None:
        while left and not stop.is_set():
            try:
                file = left.popleft()
            except IndexError:  # another thread took the last one
                return
            # The beginning of one version is no beginning of another.
            version = hashlib.sha256(file.version.encode()).hexdigest()[:16]
            _copy(file, incoming / version / file.name, data / file.name)

    def _copy(file: RemoteFile, begun: Path, whole: Path) -> None:
        shown = 0

        def on_progress(done: int, total: int | None) -> None:
            nonlocal shown
            if stop.is_set():
                raise _Stopped
            progress.advance(task, done - shown)
            shown = done

        begun.parent.mkdir(parents=True, exist_ok=True)
        sizes = range(file.size, file.size + 1)
        part = fetch(
            file.url,
            begun,
            sizes=sizes,
            advice=_ADVICE,
            on_progress=on_progress,
            session=session,
        )
        whole.parent.mkdir(parents=True, exist_ok=True)
        part.replace(whole)
        transfer.forget(part)
        progress.advance(task, file.size - shown)  # a part that was whole already

    # One session for all files: their connections are used again, and closing it ends attempts.
    with ThreadPoolExecutor(_AT_ONCE) as pool, Session() as session:
        threads = [pool.submit(work) for _ in range(_AT_ONCE)]
        try:
            for thread in as_completed(threads):
                thread.result()
        except BaseException:
            stop.set()
            session.close()
            # Two writers of one file would spoil it, so none is left behind.
            if wait(threads, timeout=1).not_done:
                progress.console.print("stopping when open connections end: a minute at most ...")
            raise
