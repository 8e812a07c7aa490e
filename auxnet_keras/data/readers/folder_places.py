"""Finds the files in the places that a `dataset.yaml` names."""

from collections.abc import Mapping
from pathlib import Path

from auxnet_keras.data.files import stored_values
from auxnet_keras.data.files.pattern import match_files

ENDINGS = {"label": stored_values.LABELS, "depth": stored_values.DEPTHS}
"""Endings of the files of a sort."""


def matched(
    root: Path,
    places: Mapping[str, str],
    endings: tuple[str, ...],
    refused: tuple[str, ...] = (),
) -> dict[str, Path]:
    """Frame name to file; of a place for one split, the name begins with the split's.

    Args:
        root: The folder of the data set.
        places: Split to folder or pattern; the only split is "" if there is one place for all.
        endings, refused: As for `match_files`.
    """
    return {
        f"{split}/{name}" if split else name: path
        for split, pattern in places.items()
        for name, path in match_files(root, pattern, endings, refused).items()
    }
