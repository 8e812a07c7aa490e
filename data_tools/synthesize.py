"""Built-in street scenes on disk, in a real data set's own layout."""

from pathlib import Path

from auxnet_keras.errors import ConfigError, unknown

LAYOUTS = ("synthia", "kitti")


def synthesize(target: str, *, count: int, seed: int = 0) -> Path:
    """Writes `count` scenes for `KIND:ROOT`; the same seed writes the same bytes.

    Args:
        target: `synthia:FOLDER` or `kitti:FOLDER`; what the readers of that kind then read.
        count: How many scenes.
        seed: Of the scenes.

    Returns:
        The folder.

    Raises:
        ConfigError: Another kind, or no folder.
    """
    from auxnet_keras import street

    kind, _, root = target.partition(":")
    if kind not in LAYOUTS:
        raise unknown("layout", kind, LAYOUTS)
    if not root:
        raise ConfigError(f"Say where the scenes go: {kind}:FOLDER. Received: {target!r}.")
    street.write(root, count, seed, layout=kind)
    return Path(root)
