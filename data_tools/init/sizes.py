"""Whether masks and depth maps have the sizes of their images, from a sample of pairs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from auxnet_keras.data.files.image import read_image
from auxnet_keras.data.files.orientation import TURNS, orientation
from auxnet_keras.data.files.stored_values import read_values
from auxnet_keras.errors import DataError
from data_tools.init.sorts import evenly

_SAMPLE = 20
_ALIKE = 0.02  # shapes that differ by less are one shape, rounded to whole pixels

Size = tuple[int, int]


@dataclass
class Sizes:
    """What was found.

    Args:
        pairs: The pairs that could be read.
        turned: The orientation tag of images whose files fit when they are upright; 1 if none.
        resize: A sentence, if all files have another resolution than their images.
        notes: Sentences about pairs that do not fit.
    """

    pairs: int = 0
    turned: int = 1
    resize: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def upright(self) -> str:
        """The line of the description that turns images; or nothing."""
        if self.turned == 1:
            return ""
        return f"orientation: upright  # images have tag {self.turned}: {TURNS[self.turned]}"


def compare(
    images: Mapping[str, Path],
    files: Mapping[str, Path],
    what: str,
    seen: dict[Path, tuple[Size, int]],
) -> Sizes:
    """Compares up to 20 pairs.

    Args:
        images: Frame name to image.
        files: Frame name to label or depth file.
        what: "label" or "depth".
        seen: Sizes and tags of images that were decoded, for the next call.
    """
    found, other, tags, as_stored = Sizes(), [], set(), False
    for name in evenly(sorted(files), _SAMPLE):
        try:
            path = images[name]
            if path not in seen:
                seen[path] = _image(path)
            (height, width), tag = seen[path]
            size = read_values(files[name], what).values.shape[:2]
        except DataError:  # verify says so
            continue
        found.pairs += 1
        if size == (height, width):
            as_stored |= tag >= 5
        elif tag >= 5 and size == (width, height):
            tags.add(tag)
        else:
            other.append((name, (height, width), size))
    if tags and not as_stored:
        found.turned = min(tags)
    elif tags:
        found.notes.append("Some images fit as stored, others only upright: verify names them.")
    if other:
        name, image, size = other[0]
        sizes = f"{size[1]}x{size[0]} beside an image of {image[1]}x{image[0]}"
        if len(other) == found.pairs and all(_one_shape(a, b) for _, a, b in other):
            found.resize = sizes
        else:
            found.notes.append(
                f"{len(other)} of {found.pairs} {what} files that were compared do not fit their "
                f"images, such as {name}: {sizes}."
            )
    return found


def _one_shape(one: Size, other: Size) -> bool:
    return abs(one[0] * other[1] / (one[1] * other[0]) - 1) < _ALIKE


def _image(path: Path) -> tuple[Size, int]:
    """(height, width) and orientation tag."""
    height, width = read_image(path).shape[:2]
    return (height, width), orientation(path.read_bytes())
