"""The datasets by name."""

from pathlib import Path

from auxnet_keras.data.folder import FolderSource
from auxnet_keras.data.frame import DatasetInfo
from auxnet_keras.data.kitti import KittiSource
from auxnet_keras.data.reader import Source
from auxnet_keras.data.street_source import StreetSource
from auxnet_keras.data.synthia import SynthiaSource
from auxnet_keras.errors import ConfigError, unknown

KINDS: dict[str, type[Source]] = {
    "folder": FolderSource,
    "kitti": KittiSource,
    "street": StreetSource,
    "synthia": SynthiaSource,
}


def source(kind: str, root: str | Path | None = None) -> Source:
    """Opens a dataset.

    Args:
        kind: One of `KINDS`.
        root: Its folder; "street" alone can do without.

    Raises:
        ConfigError: Unknown kind, or a kind that needs a root without one.
        DataError: The folder does not exist.

    Example:
        >>> kitti = ak.data.source("kitti", "/data/kitti2015")
        >>> sample = kitti.read(kitti.frames("val")[0])   # at the file's resolution
    """
    if kind not in KINDS:
        raise unknown("dataset kind", kind, KINDS)
    if root is None and KINDS[kind].needs_root:
        raise ConfigError(
            f"The {kind} dataset needs its folder: ak.data.load({kind!r}, root), or --data "
            f"{kind}:ROOT on the command line. Received: no root."
        )
    return KINDS[kind](root)  # type: ignore[arg-type]


def info(kind: str, root: str | Path | None = None) -> DatasetInfo:
    """Class names, palette, ignore label, depth unit, licence and citation of a dataset.

    Args:
        kind: One of `KINDS`.
        root: Needed for "folder" alone, whose classes its `dataset.yaml` names.

    Example:
        >>> ak.data.info("kitti").class_names[3]
        'road'
    """
    if kind not in KINDS:
        raise unknown("dataset kind", kind, KINDS)
    described = getattr(KINDS[kind], "info", None)
    return described if described is not None else source(kind, root).info
