"""The catalogue's kinds of data, with classes, unit and licence."""

from collections.abc import Iterator

from auxnet_keras.data import info
from auxnet_keras.data.readers.catalogue import KINDS
from auxnet_keras.errors import AuxnetError
from generate.markdown import code, table


def pages() -> Iterator[tuple[str, str]]:
    """One page."""
    rows = [(code(name), kind.about, *_facts(name)) for name, kind in KINDS.items()]
    header = ("kind", "what it reads", "classes", "depth unit", "licence")
    yield "data_sets.md", "\n".join([_HEAD, table(header, rows), _TAIL])


def _facts(name: str) -> tuple[str, str, str]:
    try:
        facts = info(name)
    except AuxnetError:  # its classes are defined only in its files
        return "as in its files", "as in its files", "yours"
    return str(len(facts.class_names)), code(facts.depth_unit), facts.licence


_HEAD = """# Data sets

`--data KIND:ROOT` and `ak.data.load(KIND, ROOT)` read these kinds. `street` needs no folder.
"""

_TAIL = """
A number in the name selects that many classes; without one, all road data sets share the same
classes in the same order, and NYU-v2 has 13. Labels are uint8, or int32 beyond 254 classes; 255 is
always the [ignore label](../glossary.md), and a depth of -1 means "not measured". A frame without
depth or labels is still used: pixels without a target are ignored.

`auxnet data download` fetches KITTI 2015, Virtual KITTI and NYU-v2, and explains how to get SYNTHIA
and Cityscapes; see [Commands](commands.md#auxnet-data-download). `ak.data.info(KIND)` has class
names, colours, licence and citation. For your own images, see [Your own data](../your_data.md).
"""
