import hashlib
import zlib

import numpy as np
import pytest

from auxnet_keras.data import contents
from auxnet_keras.data.contents_summary import Summary, column_facts
from auxnet_keras.data.make_plan import make_plan
from tests.data import makers


@pytest.mark.parametrize("per_mark", [1, 2, 3, 10])
def test_facts_one_after_another(per_mark):
    summary, facts = Summary(per_mark), [3, None, "x", 3, 5]
    for fact in facts:
        summary.add(fact)
    texts = [repr(fact).encode() for fact in facts]
    groups = [b"".join(texts[n : n + per_mark]) for n in range(0, len(texts), per_mark)]
    assert summary.facts == {
        "count": 4,
        "digest": hashlib.sha256(b"\n".join(texts)).hexdigest(),
        "marks": bytes(zlib.crc32(group) % 256 for group in groups).hex(),
    }
    assert Summary(per_mark).facts["marks"] == ""


def test_columns():
    values = np.array([1, 0, 7, 9], np.uint64)
    facts = column_facts(values, 2)
    assert facts["count"] == 3 and len(facts["marks"]) == 4
    values[3] = 8
    other = column_facts(values, 2)
    assert other["digest"] != facts["digest"] and other["marks"][:2] == facts["marks"][:2]
    short, long = np.array([b"a", b"b"]), np.array([b"a", b"b", b"long"])[:2]
    assert column_facts(short, 1) == column_facts(long, 1)


def test_many_frames_share_a_mark(tmp_path, monkeypatch):
    monkeypatch.setattr(contents, "MAX_MARKS", 4)
    root = makers.kitti(tmp_path, 12)

    def found():
        return make_plan("kitti", root, split="all", size=(16, 24)).contents

    before = found().facts
    assert len(before["images"]["marks"]) == 8
    makers.write_png(root / "training/image_2/000007_10.png", np.zeros((32, 48, 3), np.uint8))
    (line,) = found().changes(before)
    assert line.endswith("image_2/000006_10.png or the 2 frames after it")
