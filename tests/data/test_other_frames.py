from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxnet_keras.data.example import Example
from auxnet_keras.data.frame import Frame
from auxnet_keras.data.other_frames import with_donors
from auxnet_keras.errors import ConfigError


def examples(depths):
    return [
        Example(None, Frame(str(i), Path("i"), Path("l"), Path("d") if depth else None))
        for i, depth in enumerate(depths)
    ]


@given(st.lists(st.booleans(), max_size=30).filter(lambda d: sum(d) > 1), st.integers(0, 99))
def test_nobody_has_its_own_and_every_target_is_used_once(depths, seed):
    own = [index for index, depth in enumerate(depths) if depth]
    donors = [example.donor for example in with_donors(examples(depths), "depth", seed)]
    assert sorted(donor for donor in donors if donor is not None) == own
    assert all(donor != index for index, donor in enumerate(donors))
    assert all((donor is None) == (index not in own) for index, donor in enumerate(donors))
    assert [e.donor for e in with_donors(examples(depths), "depth", seed)] == donors


def test_seeds_differ():
    pairs = {
        tuple(e.donor for e in with_donors(examples([True] * 9), "depth", s)) for s in range(8)
    }
    assert len(pairs) == 8


def test_one_frame_alone():
    with pytest.raises(ConfigError, match=r"least two training frames with depth; .* Received: 1"):
        with_donors(examples([False, True]), "depth", 0)
