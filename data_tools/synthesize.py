"""Writes built-in street scenes to disk in the layout of a real data set."""

from pathlib import Path

from auxnet_keras.errors import ConfigError, unknown


def synthesize(
    target: str, *, count: int, seed: int = 0, size: tuple[int, int] = (224, 384)
) -> Path:
    """Writes `count` scenes for `KIND:ROOT`; the same seed and size write the same bytes.

    Args:
        target: `synthia:FOLDER` or `kitti:FOLDER`; the reader of that kind then reads them.
        count: The number of scenes.
        seed: The seed of the scenes.
        size: Height and width in pixels.

    Returns:
        The folder.

    Raises:
        ConfigError: An unsupported kind, no folder, or a size that is too small.
    """
    from auxnet_keras import street
    from auxnet_keras.street.layouts import LAYOUTS

    kind, _, root = target.partition(":")
    if kind not in LAYOUTS:
        raise unknown("layout", kind, LAYOUTS)
    if not root:
        raise ConfigError(f"Name the folder for the scenes: {kind}:FOLDER. Received: {target!r}.")
    street.write(root, count, seed, layout=kind, size=size)
    return Path(root)
