"""Copies one file from an address, whatever its protocol."""

from pathlib import Path

from auxnet_keras.data.remote import store, transfer
from auxnet_keras.data.remote.session import Session
from auxnet_keras.data.remote.transfer import OnProgress
from auxnet_keras.data.remote.url import is_web


def _quiet(done: int, total: int | None) -> None:
    """No progress bar."""


def fetch(
    url: str,
    path: Path,
    *,
    sizes: range,
    advice: str,
    on_progress: OnProgress = _quiet,
    session: Session | None = None,
) -> Path:
    """Copies a file to its name plus `.part`.

    Args:
        url: The file.
        path: The final name of the file; the caller renames it after the check.
        sizes: The sizes in bytes that it can have.
        advice: What the user can do if it fails, for the errors.
        on_progress: For a progress bar; also called before another attempt, and may raise.
        session: Whose connections are used on the web; by default, a new one's.

    Returns:
        The `.part` file, of one of these sizes.

    Raises:
        ConfigError, DataError, OSError: As `transfer.fetch` and `store.fetch`.
    """
    if is_web(url):
        return transfer.fetch(
            url, path, sizes=sizes, advice=advice, on_progress=on_progress, session=session
        )
    return store.fetch(url, path, sizes=sizes, advice=advice, on_progress=on_progress)
