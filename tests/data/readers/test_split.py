from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from auxnet_keras.data.frame import Frame
from auxnet_keras.data.readers.split import by_group, by_sequence, every_fifth


def frames_of(counts):
    return [
        Frame(f"{sequence}/{i:06d}", Path("x"), None, None, sequence)
        for sequence, count in counts.items()
        for i in range(count)
    ]


def number(frame):
    return int(frame.name[-6:])


def divide(frames, fraction=0.2):
    return by_sequence(frames, lambda frame: frame.sequence, number, fraction)


def test_every_fifth():
    train, val = every_fifth(frames_of({"a": 12}), number)
    assert [number(frame) for frame in val] == [0, 5, 10]
    assert len(train) == 9


@given(st.dictionaries(st.sampled_from("abcdefg"), st.integers(1, 30), min_size=2))
def test_sequences_stay_whole(counts):
    frames = frames_of(dict(sorted(counts.items())))
    train, val = divide(frames)
    assert train and val
    assert {f.sequence for f in train}.isdisjoint({f.sequence for f in val})
    assert sorted(f.name for f in train + val) == [f.name for f in frames]
    assert max(f.sequence for f in train) < min(f.sequence for f in val)


def test_held_out_sequences_come_nearest_to_the_fraction():
    _, val = divide(frames_of({"a": 50, "b": 10, "c": 12, "d": 9}))
    assert {frame.sequence for frame in val} == {"c", "d"}  # 21 of 81; 9 or 31 are farther off
    _, val = divide(frames_of({"a": 1, "b": 99}))
    assert {frame.sequence for frame in val} == {"b"}


@given(st.integers(5, 300), st.floats(0.05, 0.9))
def test_one_sequence_is_cut_with_a_gap(count, fraction):
    train, val = divide(frames_of({"a": count}), fraction)
    assert train
    if val:
        gap = number(val[0]) - number(train[-1]) - 1
        assert 1 <= gap <= 10
        assert number(val[-1]) == count - 1
        assert len(val) == max(1, round(fraction * count))
    else:
        assert len(train) == count


@given(st.dictionaries(st.sampled_from("abcdefg"), st.integers(1, 30)), st.integers(0, 9))
def test_groups_stay_whole_and_do_not_depend_on_the_order(counts, seed):
    frames = frames_of(counts)
    train, val = by_group(frames, number, fraction=0.1, seed=seed)
    groups = {number(frame) for frame in frames}
    held_out = {number(frame) for frame in val}
    assert {number(frame) for frame in train} == groups - held_out
    assert sorted(map(id, train + val)) == sorted(map(id, frames))
    assert len(held_out) == (max(1, round(0.1 * len(groups))) if len(groups) > 1 else 0)
    again = by_group(frames[::-1], number, fraction=0.1, seed=seed)[1]
    assert {number(frame) for frame in again} == held_out
