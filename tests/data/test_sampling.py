import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auxnet_keras.data.sampling import MixedPass, OnePass, extra_in_batch
from tests.oracles import sampling as oracle

labelled_frames = st.integers(1, 40)
extra_frames = st.integers(1, 30)


@pytest.mark.parametrize(
    ("share", "batch_size", "expected"),
    [
        (0, 8, 0),
        (0, 1, 0),
        (0.5, 8, 4),
        (0.5, 16, 8),
        (0.3, 8, 2),
        (0.32, 8, 3),
        (0.5, 3, 2),
        (0.01, 8, 1),
        (0.99, 8, 7),
        (0.5, 2, 1),
    ],
)
def test_extra_frames_in_a_batch(share, batch_size, expected):
    assert extra_in_batch(share, batch_size) == expected


@st.composite
def mixed(draw):
    batch_size = draw(st.integers(2, 8))
    extra = draw(st.integers(1, batch_size - 1))
    labelled = draw(st.integers(batch_size - extra, 40))
    ids = draw(st.permutations(range(labelled + draw(extra_frames))))
    return MixedPass(ids[:labelled], ids[labelled:], batch_size, extra, draw(st.integers(0, 5)))


@given(mixed(), st.integers(0, 6))
@settings(deadline=None)
def test_every_batch_has_the_share_and_every_labelled_frame_comes_once(sampling, epoch):
    order = sampling.order(epoch)
    assert order.dtype == np.int64 and len(order) == sampling.samples
    batches = order.reshape(sampling.batches, sampling.batch_size)
    extra = np.isin(batches, sampling.extra)
    assert (extra.sum(axis=1) == sampling.extra_in_batch).all()
    labelled = batches[~extra]
    assert len(set(labelled.tolist())) == len(labelled)
    in_batch = sampling.batch_size - sampling.extra_in_batch
    assert len(labelled) == len(sampling.labelled) // in_batch * in_batch
    # The same again, whatever was asked for before.
    sampling.order(epoch + 1)
    np.testing.assert_array_equal(sampling.order(epoch), order)


@given(mixed(), st.integers(1, 8))
@settings(deadline=None)
def test_extra_frames_go_round_without_repetition(sampling, epochs):
    order = np.concatenate([sampling.order(epoch) for epoch in range(epochs)])
    # Inside a batch frames are mixed, so that a round may end anywhere in it: count by batches.
    batches = order.reshape(-1, sampling.batch_size)
    seen = dict.fromkeys(sampling.extra, 0)
    for done, batch in enumerate(batches, start=1):
        for index in batch[np.isin(batch, sampling.extra)].tolist():
            seen[index] += 1
        rounds = done * sampling.extra_in_batch // len(sampling.extra)
        assert all(rounds <= times <= rounds + 1 for times in seen.values())


@given(mixed(), st.integers(0, 6))
@settings(deadline=None)
def test_the_same_frames_as_in_plain_python(sampling, epoch):
    expected = oracle.mixed_batches(
        list(sampling.labelled),
        list(sampling.extra),
        sampling.batch_size,
        sampling.extra_in_batch,
        sampling.seed,
        epoch,
    )
    batches = sampling.order(epoch).reshape(sampling.batches, -1).tolist()
    assert [sorted(batch) for batch in batches] == [sorted(batch) for batch in expected]


def test_seeds_and_epochs_differ():
    orders = [
        MixedPass(range(20), range(20, 60), 8, 4, seed).order(epoch).tolist()
        for seed, epoch in itertools.product(range(3), range(3))
    ]
    assert len({tuple(order) for order in orders}) == 9
    # Both kinds stand in all places of a batch.
    places = np.concatenate([np.reshape(order, (-1, 8)) < 20 for order in orders]).mean(axis=0)
    assert ((places > 0.2) & (places < 0.8)).all()


@given(labelled_frames, st.integers(1, 8), st.integers(0, 3), st.integers(0, 3))
def test_without_extra_frames_it_is_one_pass(count, batch_size, seed, epoch):
    alone = MixedPass(range(count), [], batch_size, 0, seed)
    plain = OnePass(range(count), batch_size, seed, shuffle=True, keep_partial=False)
    assert (alone.batches, alone.samples) == (plain.batches, plain.samples)
    np.testing.assert_array_equal(alone.order(epoch), plain.order(epoch))


def test_one_pass():
    indices = [3, 5, 7, 9, 11]
    whole = OnePass(indices, 2, 0, shuffle=False, keep_partial=True)
    assert (whole.batches, whole.samples, whole.order(4).tolist()) == (3, 5, indices)
    cut = OnePass(indices, 2, 0, shuffle=True, keep_partial=False)
    assert (cut.batches, cut.samples) == (2, 4)
    assert len(set(cut.order(0).tolist())) == 4 and set(cut.order(0).tolist()) < set(indices)
    assert OnePass(indices, 8, 0, shuffle=True, keep_partial=False).batches == 0
