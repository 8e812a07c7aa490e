"""What a writer that was killed leaves behind."""

from pathlib import Path

from auxnet_keras.storage.scratch import AWAY


def leave_half(path: Path) -> Path:
    """The place of `path` in a leftover; whoever calls fills it."""
    left = path.parent / f".tmp-{len(list(path.parent.glob('.tmp-*'))):016x}"
    left.mkdir()
    (left / ".lock").touch()
    return left / path.name


def leave_moved(path: Path) -> None:
    """`path` was moved away, and the kill came before the new version took its place."""
    away = leave_half(path).parent / AWAY
    away.mkdir()
    path.rename(away / path.name)
