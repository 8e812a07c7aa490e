import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxnet_keras.data.other_frames import donors
from auxnet_keras.errors import ConfigError


@given(st.lists(st.booleans(), max_size=30).filter(lambda d: sum(d) > 1), st.integers(0, 99))
def test_nobody_has_its_own_and_every_target_is_used_once(depths, seed):
    own = [index for index, depth in enumerate(depths) if depth]
    found = donors(np.array(depths), "depth", seed).tolist()
    assert sorted(donor for donor in found if donor != -1) == own
    assert all(donor != index for index, donor in enumerate(found))
    assert all((donor == -1) == (index not in own) for index, donor in enumerate(found))
    assert donors(np.array(depths), "depth", seed).tolist() == found


def test_seeds_differ():
    pairs = {tuple(donors(np.ones(9, bool), "depth", seed)) for seed in range(8)}
    assert len(pairs) == 8


def test_one_frame_alone():
    with pytest.raises(ConfigError, match=r"least two training frames with depth; .* Received: 1"):
        donors(np.array([False, True]), "depth", 0)
