"""NYU-v2's classes: 13, 40, or all 894 of its labelled file."""

import json
from collections.abc import Sequence
from pathlib import Path

from auxnet_keras.data.labels import LabelTable, voc_colour

OBJECTS = 894
"""The largest label in the file; 0 marks pixels without a label, which neither train nor count."""

_CLASSES = json.loads(Path(__file__).with_name("nyuv2_classes.json").read_text())
_CLASS_40: list[int] = _CLASSES["class_40_of_894"]
_CLASS_13 = [_CLASSES["class_13_of_40"][number - 1] for number in _CLASS_40]


def _table(names: Sequence[str], classes: Sequence[int], colours: Sequence) -> LabelTable:
    """Label k has class `classes[k - 1]`, counted from 1."""
    ids: dict[str, list[int]] = {name: [] for name in names}
    for label, number in enumerate(classes, start=1):
        ids[names[number - 1]].append(label)
    return LabelTable(dict(zip(names, map(tuple, colours), strict=True)), ids, (0,))


NYUV2_13 = _table(_CLASSES["names_13"], _CLASS_13, _CLASSES["colours_13"])
"""The classes of SceneNet (Handa et al., 2015), which group the 40."""

NYUV2_40 = _table(_CLASSES["names_40"], _CLASS_40, [voc_colour(i) for i in range(40)])
"""The classes of Gupta et al., 2013."""


def all_objects(names: Sequence[str]) -> LabelTable:
    """One class per label, named as in the file: 895 with the unused one at 255."""
    return _table(names, range(1, OBJECTS + 1), [voc_colour(i) for i in range(OBJECTS)])
