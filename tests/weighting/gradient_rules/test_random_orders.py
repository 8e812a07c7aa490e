"""PCGrad and GradVac: the orders in which three gradients meet, and GradVac's memory."""

import numpy as np
import pytest

import auxnet_keras as ak
from auxnet_keras.weighting.gradient_rules.solvers.orders import ORDERS, RandomOrders
from tests.oracles import gradient_rules as oracles
from tests.weighting.gradient_rules.solved import some_gradients
from tests.weighting.player import attached, state_of, step

LOSSES = [1.0, 2.0, 3.0]


def conflicting():
    """Three gradients whose order matters."""
    return some_gradients(3, 0) + np.array([[1.0], [-1.0], [0.5]])


def played(weighting, batches):
    gradients = conflicting()
    return np.array([step(weighting, LOSSES, gradients @ gradients.T) for _ in range(batches)])


def test_orders_are_orders_of_the_others():
    orders = RandomOrders(0, 4)
    for number in (0, 1, ORDERS - 1):
        rows = np.array(orders.at(np.float32(number)))
        for task, row in enumerate(rows):
            assert sorted([*row, task]) == [0, 1, 2, 3]


def test_every_order_comes_as_often():
    orders = RandomOrders(1, 3)
    table = np.array([orders.at(np.float32(number)) for number in range(0, ORDERS, 5)])
    first = (table[:, 0] == [1, 2]).all(axis=1).mean()
    assert 0.4 < first < 0.6


@pytest.mark.parametrize("kind", [ak.weighting.PCGrad, ak.weighting.GradVac])
class TestOrders:
    def test_a_seed_decides_them(self, kind):
        one, again = played(attached(kind(seed=3), 3), 6), played(attached(kind(seed=3), 3), 6)
        np.testing.assert_array_equal(one, again)
        assert not np.array_equal(played(attached(kind(seed=4), 3), 6), one)

    def test_a_resumed_run_goes_on_with_the_next(self, kind):
        whole = attached(kind(), 3)
        expected = played(whole, 7)
        half = attached(kind(), 3)
        played(half, 3)
        resumed = attached(kind(), 3)
        for variable, value in zip(resumed.state.variables, state_of(half), strict=True):
            variable.assign(value)
        np.testing.assert_array_equal(played(resumed, 4), expected[3:])

    def test_after_the_last_comes_the_first(self, kind):
        weighting = attached(kind(), 3)
        weighting._order.assign(ORDERS - 1.0)
        played(weighting, 1)
        assert float(np.array(weighting._order)) == 0.0


def test_pcgrad_takes_a_random_order():
    gradients = conflicting()
    possible = [oracles.pcgrad(gradients, orders) for orders in oracles.all_orders(3)]
    found = played(attached(ak.weighting.PCGrad(), 3), 12) @ gradients
    used = {int(np.abs(possible - each).max(axis=1).argmin()) for each in found}
    for each in found:
        assert np.abs(possible - each).max(axis=1).min() < 1e-5
    assert len(used) > 1


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("beta", [0.0, 0.01, 0.5, 1.0])
def test_gradvac_over_batches(count, beta):
    weighting = attached(ak.weighting.GradVac(beta=beta), count)
    targets = np.zeros((count, count))
    for batch in range(6):
        gradients = some_gradients(count, batch)
        orders = np.array(weighting._orders.at(np.float32(batch + 1)))
        expected, targets = oracles.gradvac(gradients, targets, orders, beta)
        found = step(weighting, LOSSES[:count], gradients @ gradients.T)
        np.testing.assert_allclose(found @ gradients, expected, rtol=2e-4, atol=1e-4)


def test_gradvac_by_hand():
    # cos = 0.6 in the first batch, which becomes the target; orthogonal in the second:
    # k = 0.6 / sqrt(1 - 0.36) = 0.75, weights 1 + 0.75 n_j / n_i.
    weighting = attached(ak.weighting.GradVac(beta=1.0))
    np.testing.assert_array_equal(step(weighting, [1, 1], [[1.0, 1.2], [1.2, 4.0]]), [1, 1])
    found = step(weighting, [1, 1], [[1.0, 0.0], [0.0, 4.0]])
    np.testing.assert_allclose(found, [1 + 0.75 * 2, 1 + 0.75 / 2], rtol=1e-5)


def test_gradvac_may_raise_the_loss_of_the_longer_gradient():
    # After a cosine of 0.9, one of -0.9: k = 0.9 + 0.9, the weights are 1 + 1.8 n_j / n_i.
    weighting = attached(ak.weighting.GradVac(beta=1.0))
    step(weighting, [1, 1], [[1.0, 0.09], [0.09, 0.01]])
    gram = np.array([[1.0, -0.09], [-0.09, 0.01]])
    found = step(weighting, [1, 1], gram)
    np.testing.assert_allclose(found, [1 + 1.8 * 0.1, 1 + 1.8 * 10], rtol=1e-5)
    assert gram[0] @ found == pytest.approx(1.18 - 0.09 * 19, rel=1e-4)


def test_gradvac_of_gradients_that_always_agreed():
    weighting = attached(ak.weighting.GradVac(beta=1.0))
    for cosine in (1.0, 1.0, 0.0):
        found = step(weighting, [1, 1], [[1.0, cosine], [cosine, 1.0]])
        assert np.isfinite(found).all()
        assert found.min() >= 1.0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ak.weighting.GradVac(beta=1.5), r"beta must be in \[0, 1\]. Received: 1.5"),
        (lambda: ak.weighting.GradVac(beta="much"), "Received: 'much'"),
        (lambda: ak.weighting.GradVac(seed=-1), "seed must be an integer, 0 or more"),
        (lambda: ak.weighting.PCGrad(seed=0.5), "seed must be an integer, 0 or more"),
        (lambda: ak.weighting.CAGrad(c=-0.1), "c must be a finite number >= 0. Received: -0.1"),
        (lambda: ak.weighting.CAGrad(c=float("nan")), "Received: nan"),
        (lambda: ak.weighting.FairGrad(alpha=0.0), r"alpha must be in \(0, 10\]. Received: 0.0"),
        (lambda: ak.weighting.FairGrad(alpha=11), "Received: 11"),
        (lambda: ak.weighting.UPGrad(parameters="last layer"), "did you mean 'last'"),
        (lambda: ak.weighting.NashMTL(reduction="max"), "Unknown reduction"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ak.errors.ConfigError, match=message):
        make()


@pytest.mark.parametrize(
    "kind", ["AlignedMTL", "CAGrad", "ConFIG", "FairGrad", "GradVac", "IMTLG", "NashMTL", "PCGrad"]
)
@pytest.mark.parametrize("parameters", ["last", "representation"])
def test_where_gradients_are_compared_is_passed_on(kind, parameters):
    assert getattr(ak.weighting, kind)(parameters=parameters).parameters == parameters


def test_cagrad_with_c_0_is_the_mean():
    np.testing.assert_allclose(played(attached(ak.weighting.CAGrad(c=0), 3), 1)[0], np.ones(3) / 3)


def test_a_direction_that_raises_all_losses_keeps_the_weights_of_imtl_g():
    weighting = attached(ak.weighting.IMTLG(), 3)
    gram = np.eye(3)
    before = step(weighting, LOSSES, gram)
    # 1 / lengths . C^-1 1 < 0: the second gradient is short and far on the others' other side.
    lengths = np.array([1.0, 0.01, 1.0])
    cosines = np.array([[1.0, 0.8, 0.3], [0.8, 1.0, 0.8], [0.3, 0.8, 1.0]])
    assert (np.linalg.solve(cosines, np.ones(3)) / lengths).sum() < 0
    found = step(weighting, LOSSES, lengths[:, None] * cosines * lengths)
    np.testing.assert_array_equal(found, before)
