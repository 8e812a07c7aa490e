import copy
import json

import numpy as np
import pytest

from auxnet_keras.data.shards.index import read_index
from auxnet_keras.errors import DataError

SHA = "0" * 64
GOOD = {
    "format": "auxnet_keras shards",
    "version": 1,
    "info": {
        **{"class_names": ["void", "road"], "palette": [[0, 0, 0], [1, 2, 3]]},
        **{"depth_unit": "metres", "licence": "free", "citation": "", "scored_metres": 80.0},
        "farthest_metres": 655.35,
    },
    "encoding": {"invalid": [0], "unit": "metres", "scale": 0.01, "offset": 0.0, "far": None},
    **{"declares": ["depth", "label"], "resized": [], "finite": True},
    **{"columns": [3, 1000, SHA], "shards": [[2, 500, SHA], [1, 300, SHA]]},
}


def changed(path, value):
    content = copy.deepcopy(GOOD)
    *way, last = path.split(".")
    place = content
    for key in way:
        place = place[int(key) if isinstance(place, list) else key]
    place[int(last) if isinstance(place, list) else last] = value
    return json.dumps(content)


def test_what_was_written_is_read():
    index = read_index(json.dumps(GOOD), "here")
    assert index.to_json() == GOOD and index.info.num_classes == 2
    ids = np.array([[0, 1, 255]])
    assert index.label_table.train_ids(ids, "label").tolist() == [[255, 1, 255]]
    assert index.label_table.train_ids(ids, "label", ignore_void=False).tolist() == [[0, 1, 255]]
    other = read_index(changed("shards.0.2", "1" * 64), "here")
    assert other.description == index.description
    assert read_index(changed("encoding.scale", 1), "here").description != index.description


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("format", "zip"),
        *[("info.class_names", v) for v in (None, ["a", "a"], ["a\n", "b"], [1, 2], ["a"])],
        *[("info.palette", v) for v in ([[0, 0, 0]], [[0, 0, 256]] * 2, [[0, 0]] * 2, 3)],
        *[("info.citation", v) for v in (None, 3, "x" * 20_000)],
        *[("info.scored_metres", v) for v in (-1, "80", True, float("nan"))],
        *[("encoding.unit", v) for v in ("feet", [])],
        *[("encoding.scale", v) for v in (None, 0, float("inf"))],
        *[("encoding.invalid", v) for v in (0, ["0"])],
        *[("encoding.far", v) for v in (1.5, "1")],
        *[("declares", v) for v in (["image"], "label")],
        *[("finite", v) for v in (None, "yes")],
        *[("columns", v) for v in (None, [3, 1000], [3, 1 << 50, SHA], [0, 1, SHA], [3, 9, "x"])],
        *[("shards", v) for v in ([], {}, [[1, 2, SHA, 4]], [[1.0, 2, SHA]], [[1, 2, None]])],
    ],
)
def test_anything_else_is_refused(path, value):
    with pytest.raises(DataError, match=r"Not an index of shards: here\. Expected .*Received"):
        read_index(changed(path, value), "here")


@pytest.mark.parametrize("text", ["", "[" * 100_000, "[]", '{"format"', "null"])
def test_no_json(text):
    with pytest.raises(DataError, match="Not an index of shards"):
        read_index(text, "here")


def test_another_version():
    with pytest.raises(DataError, match=r"another version: here.*Expected version 1.*Received: 2"):
        read_index(changed("version", 2), "here")
