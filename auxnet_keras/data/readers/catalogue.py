"""Catalogue of the kinds of data, read by `--data`, the documentation and the contract tests.

Listing it imports no reader.
"""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from auxnet_keras.core.catalogue import Catalogue, resolve
from auxnet_keras.core.whole_numbers import is_whole
from auxnet_keras.data.readers.folds import FOLDS
from auxnet_keras.data.remote.folders.naming import naming
from auxnet_keras.data.remote.url import check_url, is_url
from auxnet_keras.errors import ConfigError

if TYPE_CHECKING:
    from auxnet_keras.data.frame import DatasetInfo
    from auxnet_keras.data.readers.base import Source


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of data as the catalogue lists it.

    Attributes:
        code: The reader, or `"package.module:Class"`.
        about: What it reads, for tables.
        needs_root: Whether it needs a folder.
    """

    code: "str | type[Source]"
    about: str
    needs_root: bool = True

    @property
    def reader(self) -> "type[Source]":
        """The class."""
        return resolve(self.code)


_HERE = "auxnet_keras.data.readers"
_VKITTI = "Virtual KITTI 2.0.3 and 1.3.1"

KINDS: Catalogue[Kind] = Catalogue(
    "kind of data",
    {
        "kitti": Kind(
            f"{_HERE}.kitti:KittiSource",
            "KITTI 2015 semantics with scene-flow disparity",
        ),
        "synthia": Kind(f"{_HERE}.synthia:SynthiaSource", "SYNTHIA SEQS and RAND-CITYSCAPES"),
        "cityscapes": Kind(
            f"{_HERE}.cityscapes:CityscapesSource",
            "Cityscapes: fine labels, 16-bit disparity, each image's own camera file",
        ),
        "cityscapes-19": Kind(
            f"{_HERE}.cityscapes:Cityscapes19Source", "the benchmark's 19 classes"
        ),
        "cityscapes-34": Kind(
            f"{_HERE}.cityscapes:Cityscapes34Source",
            "all ids as classes, as in Learning Boost's program",
        ),
        "vkitti": Kind(
            f"{_HERE}.vkitti:VkittiSource", f"{_VKITTI}; validates on a tenth of the moments"
        ),
        "vkitti-14": Kind(f"{_HERE}.vkitti:Vkitti14Source", "its own 14 categories"),
        "vkitti-scenes": Kind(f"{_HERE}.vkitti:VkittiScenesSource", "validates on whole scenes"),
        "vkitti-14-scenes": Kind(
            f"{_HERE}.vkitti:Vkitti14ScenesSource", "14 categories, validates on whole scenes"
        ),
        "nyuv2": Kind(
            f"{_HERE}.nyuv2:Nyuv2Source",
            "NYU-v2 in 13 classes: the labelled `.mat` and `splits.mat` in one folder",
        ),
        "nyuv2-40": Kind(f"{_HERE}.nyuv2:Nyuv2With40Source", "40 classes"),
        "nyuv2-894": Kind(f"{_HERE}.nyuv2:Nyuv2With894Source", "every label a class"),
        "folder": Kind(
            f"{_HERE}.folder:FolderSource",
            "your own images, label PNGs and depth PNGs, described by a small YAML file",
        ),
        "shards": Kind(
            f"{_HERE}.shards:ShardsSource",
            "any data set after `auxnet data convert --shards`, in a folder or object storage",
        ),
        "street": Kind(
            f"{_HERE}.street:StreetSource",
            "built-in procedural scenes with exact labels and depth; needs no download",
            needs_root=False,
        ),
    },
)
"""A number in a name is the number of classes, "scenes" a split by scenes. Without a number, the
driving data sets share one order of classes and NYU-v2 has 13."""


def register(
    kind: str, reader: "str | type[Source]", *, about: str = "", needs_root: bool = True
) -> None:
    """Registers your own reader under a name for `--data` and `ak.data.load`.

    Args:
        kind: Lower-case letters, digits, `-` and `_`.
        reader: A subclass of `ak.data.Source`, or `"package.module:Class"`.
        about: What it reads, for tables.
        needs_root: Whether it needs a folder.

    Raises:
        ConfigError: The name is taken or malformed.

    Example:
        >>> ak.data.register("mine", "my_package.readers:MySource")
    """
    KINDS.add(kind, Kind(reader, about, needs_root))


def source(kind: str, root: str | Path | None = None, *, fold: int | None = None) -> "Source":
    """Opens a data set.

    Args:
        kind: A kind of data, such as "kitti"; the page Data sets lists all.
        root: Its folder, or an address such as "s3://bucket/data", which is copied to this machine
            when first used; only "street" works without.
        fold: The part, 0 to 4, that validates in a cross-validation; the other four train. Whole
            sequences stay together. None is the data set's own split.

    Raises:
        ConfigError: Unknown kind, a kind that needs a root without one, or an invalid fold.
        DataError: The folder does not exist, or cannot be copied from its address. (Too few
            sequences for a fold: as frames are listed.)

    Example:
        >>> kitti = ak.data.source("kitti", "/data/kitti2015")
        >>> sample = kitti.read(kitti.frames("val")[0])   # at the file's resolution
    """
    found = KINDS.find(kind)
    if root is None and found.needs_root:
        raise ConfigError(
            f"The {kind} data set needs its folder: ak.data.load({kind!r}, root), or --data "
            f"{kind}:ROOT on the command line. Received: no root."
        )
    if fold is not None and not (is_whole(fold) and 0 <= fold < FOLDS):
        raise ConfigError(f"fold must be an integer from 0 to {FOLDS - 1}. Received: {fold!r}.")
    address = None
    if isinstance(root, str) and is_url(root) and not found.reader.reads_addresses:
        from auxnet_keras.data.remote.folders.folder_copy import local_copy

        address, root = check_url(root), local_copy(root)
    with naming(address, Path(root or "")):
        opened = found.reader(root)  # type: ignore[arg-type]
    opened.fold, opened.address = fold, address
    return opened


def info(kind: str, root: str | Path | None = None) -> "DatasetInfo":
    """Class names, palette, ignore label, depth unit, licence and citation of a data set.

    Args:
        kind: A kind of data, such as "kitti"; the page Data sets lists all.
        root: Needed if the class names are in the data set's files: "folder", "shards" and
            "nyuv2-894".

    Raises:
        ConfigError: Unknown kind, or a kind that needs a root without one.
        DataError: As the reader.

    Example:
        >>> ak.data.info("kitti").class_names[3]
        'road'
    """
    described = getattr(KINDS.find(kind).reader, "info", None)
    return described if described is not None else source(kind, root).info
