"""HDF5 files of weights: plain numbers in the file itself, no more than the file has bytes for.

HDF5 can point to other files (links, external and virtual data sets), claim a shape without storing
its numbers, and decompress a few bytes until they fill the memory. Keras writes none of this.
"""

import io
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from auxnet_keras.errors import DataError

MAX_OBJECTS = 20_000
"""Maximum number of groups, data sets and attributes; ResNet-152's weights have a few thousand."""
MAX_ATTRIBUTES = 1000
"""Maximum number of attributes of an object: HDF5 searches all of them for each one."""
LONGEST_NAME = 1000
_BLOCK = 1 << 24  # bytes read at once

_DAMAGED = (RuntimeError, KeyError, ValueError, TypeError, OverflowError, UnicodeError)


def check_hdf5(path: Path, content: io.BytesIO | None = None, *, most: int) -> None:
    """Refuses a file that holds more than numbers, or does not contain its numbers.

    It visits the file's objects before it reads any of their numbers.

    Args:
        path: The file, for errors and, without `content`, to open.
        content: The HDF5 part of `path`, if it is only a part.
        most: The largest size of its numbers in bytes.

    Raises:
        DataError: The file is refused, also because of NaN or infinity; the message says what it
            holds and under which name.
        OSError: The file is not HDF5 or is truncated.
    """
    size = path.stat().st_size if content is None else content.getbuffer().nbytes
    # Without a lock: read-only folders and some network disks cannot lock.
    with h5py.File(content or path, "r", locking=False) as file:
        try:
            _check_size(sum(_claims(file, path)), size, most, path)
            file.visititems(lambda name, inside: _check_finite(inside, name, path))
        except DataError:
            raise
        except _DAMAGED as error:
            raise _refusal(path, f"objects that HDF5 cannot read ({error})") from error


def _check_size(claimed: int, size: int, most: int, path: Path) -> None:
    if claimed > size:
        raise _refusal(path, f"shapes of {claimed:,} bytes in a file of {size:,} bytes")
    if claimed > most:
        raise DataError(
            f"Refused to load {path}. Expected weights of at most {most:,} bytes, which is many "
            "times what the network needs. Pass the weights file of the same network. "
            f"Received: {claimed:,} bytes of weights."
        )


def _check_finite(inside: Any, name: str, path: Path) -> None:
    """A network with a single NaN predicts nothing, and training would blame the images."""
    if not isinstance(inside, h5py.Dataset) or inside.dtype.kind != "f" or not inside.size:
        return
    if not inside.shape:
        blocks: Iterator[Any] = iter([inside[()]])
    else:
        rows = max(1, _BLOCK * len(inside) // inside.nbytes)
        blocks = (inside[begin : begin + rows] for begin in range(0, len(inside), rows))
    for block in blocks:
        if not np.isfinite(block).all():
            raise DataError(
                f"Refused to load {path}. Expected finite weights; the training that wrote them "
                "had diverged, or the file is damaged. Use an earlier file, or train again with a "
                f"lower learning rate. Received: NaN or infinity in {name!r}."
            )


def _claims(file: h5py.File, path: Path) -> Iterator[int]:
    """Yields the size in bytes of every object's numbers."""
    left = MAX_OBJECTS
    seen: set[int] = set()
    waiting: list[tuple[str, Any, bytes]] = [("", file["/"].id, b".")]
    while waiting:
        name, group, link = waiting.pop()
        here = h5py.h5o.open(group, link)
        address = h5py.h5o.get_info(here).addr
        if address in seen:  # otherwise a loop of links would never end
            raise _refusal(path, f"{name!r}, which also has another name")
        seen.add(address)
        is_group = isinstance(here, h5py.h5g.GroupID)
        attributes = h5py.h5a.get_num_attrs(here)
        left -= attributes + (here.get_num_objs() if is_group else 0)
        if left < 0 or attributes > MAX_ATTRIBUTES:
            raise _refusal(path, f"more than {MAX_OBJECTS:,} objects or attributes")
        for number in range(attributes):
            yield _attribute(h5py.h5a.open(here, index=number), f"{name}@", path)
        if is_group:
            waiting += _members(here, name, path)
        elif isinstance(here, h5py.h5d.DatasetID):
            yield _dataset(here, name, path)
        else:
            raise _refusal(path, f"{name!r}, a named type")


def _members(group: Any, name: str, path: Path) -> Iterator[tuple[str, Any, bytes]]:
    for link in group:
        inside = f"{name}/{link.decode(errors='replace')}"
        if len(inside) > LONGEST_NAME:
            raise _refusal(path, f"'{inside[:60]}...', a name of {len(inside):,} characters")
        if group.links.get_info(link).type != h5py.h5l.TYPE_HARD:
            raise _refusal(path, f"{inside!r}, a link to another place or file")
        yield inside, group, link


def _dataset(dataset: Any, name: str, path: Path) -> int:
    properties = dataset.get_create_plist()
    layout = properties.get_layout()
    refused: dict[str, Callable[[], bool]] = {
        "numbers in another file": lambda: properties.get_external_count() > 0,
        "numbers in other data sets": lambda: layout == h5py.h5d.VIRTUAL,
        "compressed or otherwise filtered": lambda: properties.get_nfilters() > 0,
        "not numbers": lambda: dataset.dtype.kind not in "biufV" or dataset.dtype.hasobject,
    }
    for what, is_so in refused.items():
        if is_so():
            raise _refusal(path, f"{name!r}, {what}")
    shapes = [dataset.shape]
    if layout == h5py.h5d.CHUNKED:
        shapes.append(properties.get_chunk())  # a chunk is read as a whole
    return max(math.prod(shape) for shape in shapes) * dataset.dtype.itemsize


def _attribute(attribute: Any, name: str, path: Path) -> int:
    count = math.prod(attribute.shape)
    kind = attribute.get_type()
    variable = isinstance(kind, h5py.h5t.TypeStringID) and kind.is_variable_str()
    if count > 1 and (variable or kind.detect_class(h5py.h5t.VLEN)):
        # All of them could be the same string, as long as the file.
        raise _refusal(path, f"{name}{attribute.name.decode(errors='replace')!r}, many strings")
    return attribute.get_storage_size()


def _refusal(path: Path, received: str) -> DataError:
    return DataError(
        f"Refused to load {path}. Expected an HDF5 weights file as Keras writes it, with numbers "
        f"only. Get the file from its source again, or do without it. Received: {received}."
    )
