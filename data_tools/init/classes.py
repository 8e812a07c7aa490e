"""The classes of masks: which ids or colours occur, and how often."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from auxnet_keras.data.files.stored_values import read_values
from auxnet_keras.errors import DataError
from data_tools.init.names import Colour, known_colours, names_beside
from data_tools.init.sorts import evenly

_SAMPLE = 200
_MOST = 256


@dataclass
class Counted:
    """What was counted in a sample of masks.

    Args:
        masks: The masks read.
        ids: Id to pixels.
        colours: Colour to pixels; empty for masks of ids.
        size: (height, width) of the first mask.
    """

    masks: int = 0
    ids: Counter[int] = field(default_factory=Counter)
    colours: Counter[Colour] = field(default_factory=Counter)
    size: tuple[int, int] = (0, 0)


def count(root: Path, files: Sequence[str]) -> Counted:
    """Counts ids or colours in up to 200 masks, evenly spread.

    Raises:
        DataError: More than 256 colours: a photo, or a mask that was saved with losses.
    """
    found = Counted()
    for file in evenly(files, _SAMPLE):
        try:
            values = read_values(root / file, "label").values
        except DataError:
            continue
        found.masks += 1
        found.size = found.size if found.masks > 1 else values.shape[:2]
        if values.ndim == 3 and values[..., 1:].any() and not (values == values[..., :1]).all():
            unique, counts = np.unique(
                values.reshape(-1, values.shape[2]), axis=0, return_counts=True
            )
            for (red, green, blue), pixels in zip(unique.tolist(), counts.tolist(), strict=True):
                found.colours[red, green, blue] += pixels
        else:
            ids = values if values.ndim == 2 else values[..., 0]
            unique, counts = np.unique(ids, return_counts=True)
            found.ids.update(dict(zip(map(int, unique), counts.tolist(), strict=True)))
        if max(len(found.colours), len(found.ids)) > _MOST:
            raise DataError(
                f"Not a mask: {root / file}. Expected at most {_MOST} ids or colours; masks that "
                "were blurred, resized or saved as JPEG have more. Describe the folder by hand. "
                f"Received: {max(len(found.colours), len(found.ids)):,} of them."
            )
    return found


def lines(root: Path, counted: Counted) -> list[str]:
    """The lines of `classes` and `ignore` of a `dataset.yaml`, with what was counted."""
    by_id, by_colour = names_beside(root)
    if counted.colours:
        # A file of one grey or pure red colour counts as ids: those are colours as well.
        return _colours(counted, by_colour or known_colours(set(counted.colours)))
    return _ids(counted, by_id)


def _share(pixels: int, total: int) -> str:
    return f"  # {100 * pixels / total:.2f} % of pixels"


def _ids(counted: Counted, names: Sequence[str]) -> list[str]:
    total = sum(counted.ids.values())
    binary = set(counted.ids) <= {0, 255} and len(counted.ids) > 1
    ignored = [] if binary else [number for number in counted.ids if number in (255, 65535)]
    found = ["classes:"]
    for number, pixels in sorted(counted.ids.items()):
        if number not in ignored:
            name = names[number] if number < len(names) else f"class {number}"
            found.append(f"  {number}: {quoted(name)}{_share(pixels, total)}")
    shown = ", ".join(map(str, ignored))
    note = "".join(_share(counted.ids[number], total) for number in ignored[:1])
    return [*found, f"ignore: [{shown}]{note}"]


def _colours(counted: Counted, names: dict[Colour, str]) -> list[str]:
    total = sum(counted.colours.values()) + sum(counted.ids.values())
    found = ["classes:"]
    ordered = [colour for colour, _ in counted.colours.most_common() if any(colour)]
    if names:
        ordered.sort(
            key=lambda colour: list(names).index(colour) if colour in names else len(names)
        )
    for number, colour in enumerate(ordered):
        name = quoted(names.get(colour, f"class {number}"))
        share = _share(counted.colours[colour], total)
        found.append(f"  {number}: {{name: {name}, color: {list(colour)}}}{share}")
    if counted.colours[0, 0, 0]:
        found.append(f"# Black is ignored.{_share(counted.colours[0, 0, 0], total)[3:]}")
    return found


def quoted(text: str) -> str:
    """Text as YAML reads it back."""
    plain = text.replace(" ", "").replace("_", "").isalnum() and text[0].isalpha()
    special = {"none", "null", "true", "false", "yes", "no", "on", "off", "y", "n"}
    return text if plain and text.lower() not in special else '"' + text.replace('"', "'") + '"'
