"""Finds label and depth files without an image."""

import os
from collections.abc import Iterable
from pathlib import Path

from auxnet_keras.data.files.listing import composed, files_in
from auxnet_keras.data.frame import Frame
from data_tools.verify.problem import Problem


def orphans(frames: Iterable[Frame]) -> list[Problem]:
    """Warnings for files next to the frames' labels and depths, named like them, without an image.

    If a label's name has nothing in common with its image's, none are found.
    """
    known: set[str] = set()
    places: set[tuple[str, Path, str]] = set()
    for frame in frames:
        image = composed(frame.image.stem)
        known.add(image)
        for what, path in (("label", frame.label), ("depth", frame.depth)):
            if path is None:
                continue
            name = composed(path.name)
            shared = os.path.commonprefix([image, composed(path.stem)])  # noqa: RUF071 - letters
            ending = name.removeprefix(shared)  # such as "_gtFine_labelIds.png"
            known.add(shared)
            if shared:
                places.add((what, path.parent, ending))
    problems = []
    for what, folder, ending in sorted(places):
        for name, path in sorted(files_in(folder, ending).items()):
            if name not in known:
                sentence = f"a {what} without an image"
                problems.append(Problem("warning", "orphan", str(path), sentence))
    return problems
