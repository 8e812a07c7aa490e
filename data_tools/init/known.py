"""Data sets that have a kind of their own, and need no description."""

import itertools
from collections.abc import Sequence
from pathlib import Path

from auxnet_keras.data.files.listing import folders_in
from auxnet_keras.data.frame import Frame
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.readers.catalogue import source
from auxnet_keras.errors import AuxnetError, DataError
from data_tools.init.sorts import evenly

_KINDS = ("kitti", "cityscapes", "synthia", "vkitti", "nyuv2")
_NEAR = 20  # folders below that are tried
_SAMPLE = 3


def refuse_known(root: Path) -> None:
    """Raises a DataError if the folder, or one in it, is a data set that has a kind."""
    for kind, folder in itertools.product(_KINDS, [root, *folders_in(root)[:_NEAR]]):
        try:
            opened = source(kind, folder)
            known = _fits(opened, opened.discover())
        except (AuxnetError, OSError):
            continue
        if known:
            raise DataError(
                f"{folder} looks like the data set {kind!r}, which needs no description. Use it as "
                f"{kind}:{folder}. Received: {str(root)!r}."
            )


def _fits(opened: Source, frames: Sequence[Frame]) -> bool:
    """Whether frames decode as the kind's do: own folders have names such as RGB/ and Depth/ too.

    Raises:
        AuxnetError: They do not.
    """
    whole = [frame for frame in frames if frame.label is not None]
    if not whole and opened.info.kind != "synthia":  # the others have names of their own
        whole = [frame for frame in frames if frame.depth is not None]
    for frame in evenly(whole, _SAMPLE):
        opened.read(frame)
    return bool(whole)
