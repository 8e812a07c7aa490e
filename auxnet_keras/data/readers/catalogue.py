"""The datasets by name."""

from pathlib import Path

from auxnet_keras.data.frame import DatasetInfo
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.readers.cityscapes import (
    Cityscapes19Source,
    Cityscapes34Source,
    CityscapesSource,
)
from auxnet_keras.data.readers.folder import FolderSource
from auxnet_keras.data.readers.kitti import KittiSource
from auxnet_keras.data.readers.nyuv2 import Nyuv2Source, Nyuv2With40Source, Nyuv2With894Source
from auxnet_keras.data.readers.street import StreetSource
from auxnet_keras.data.readers.synthia import SynthiaSource
from auxnet_keras.data.readers.vkitti import (
    Vkitti14ScenesSource,
    Vkitti14Source,
    VkittiScenesSource,
    VkittiSource,
)
from auxnet_keras.errors import ConfigError, unknown

KINDS: dict[str, type[Source]] = {
    "cityscapes": CityscapesSource,
    "cityscapes-19": Cityscapes19Source,
    "cityscapes-34": Cityscapes34Source,
    "folder": FolderSource,
    "kitti": KittiSource,
    "nyuv2": Nyuv2Source,
    "nyuv2-40": Nyuv2With40Source,
    "nyuv2-894": Nyuv2With894Source,
    "street": StreetSource,
    "synthia": SynthiaSource,
    "vkitti": VkittiSource,
    "vkitti-14": Vkitti14Source,
    "vkitti-scenes": VkittiScenesSource,
    "vkitti-14-scenes": Vkitti14ScenesSource,
}
"""A number asks for so many classes, "scenes" for a division by scenes. Without them, the driving
datasets share the order of their classes, NYU-v2 has 13, and Virtual KITTI holds out a tenth of its
moments."""


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
        root: Needed where only the files name the classes: "folder" and "nyuv2-894".

    Example:
        >>> ak.data.info("kitti").class_names[3]
        'road'
    """
    if kind not in KINDS:
        raise unknown("dataset kind", kind, KINDS)
    described = getattr(KINDS[kind], "info", None)
    return described if described is not None else source(kind, root).info
