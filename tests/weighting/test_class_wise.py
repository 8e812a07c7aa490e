"""Class weights against the NumPy program of the paper, in real fits and update by update."""

import keras
import numpy as np
import pytest

import auxnet_keras as ak
from auxnet_keras.task_loss import TaskLoss
from tests.oracles import class_wise as oracle
from tests.toys import CLASSES, toy_model
from tests.weighting.contracts import WeightingContract

EDGES = [5.0, 10.0, 20.0]
OPTIONS = {"step_size": 0.005, "start_epoch": 0}


class TestAuxiliaryDepth(WeightingContract):
    def arguments(self):
        return {"depth_bins": EDGES, **OPTIONS}

    def make(self):
        return ak.weighting.ClassWiseWeighting(**self.arguments())


class TestWindowAndSign(TestAuxiliaryDepth):
    def arguments(self):
        return {**super().arguments(), "window": 2, "rule": "sign", "normalize_by": "class"}


class TestComposed(TestAuxiliaryDepth):
    def make(self):
        balancing = ak.weighting.TaskWeightBalancing()
        return ak.weighting.ClassWiseWeighting(**self.arguments(), task_weighting=balancing)

    def flat(self, weighting):
        tasks = weighting.task_weighting.weights.values() if weighting.task_weighting else ()
        return np.array([*super().flat(weighting), *tasks])


# --- Update by update: the step is given losses, so nothing but the rule is compared -------------


def attached(main="depth", classes=CLASSES, **options):
    """A weighting on a model that never trains."""
    auxiliary = "segmentation" if main == "depth" else "depth"
    model = toy_model(main, auxiliary)
    model.compile("sgd", metrics=None)
    weighting = ak.weighting.ClassWiseWeighting(**{**OPTIONS, **options})
    weighting.set_model(model)
    return weighting


def task_loss(values, valid, target=None):
    valid = valid.astype(np.float32)
    count = valid.sum()
    mean = (values * valid).sum() / max(count, 1)
    ops = keras.ops.convert_to_tensor
    return TaskLoss(
        ops(np.float32(mean)),
        ops(np.float32((values * valid).sum())),
        ops(count),
        ops(bool(count > 0)),
        ops(values.astype(np.float32) * (valid > 0)),
        ops(valid),
        None if target is None else ops(target),
    )


def random_batches(count, classes=CLASSES, seed=0, shape=(2, 6, 10), noise=0.05):
    """Losses that fall and wobble, by class; a third of the pixels without a label or depth."""
    generator = np.random.default_rng(seed)
    speed = generator.uniform(-0.002, 0.01, (2, classes))
    batches = []
    for t in range(count):
        ids = generator.integers(0, classes, shape)
        level = np.exp(-speed * t + noise * generator.normal(size=(2, classes)))
        main, auxiliary = (
            (row[ids] * generator.uniform(0.5, 1.5, shape)).astype(np.float32) for row in level
        )
        main_valid, valid = (generator.random(shape) > 0.3 for _ in range(2))
        batches.append(oracle.Batch(main, main_valid, auxiliary, valid, np.where(valid, ids, -1)))
    return batches


def labels_of(batch):
    return np.where(batch.classes < 0, 255, batch.classes).astype(np.uint8)


def played(weighting, batches, epochs=None):
    """What the weighting does with the batches: weights after each, and each batch's objective."""
    weights, totals = [], []
    for t, batch in enumerate(batches):
        if epochs is not None:
            weighting.on_epoch_begin(epochs[t])
        losses = {
            "depth": task_loss(batch.main, batch.main_valid),
            "segmentation": task_loss(batch.auxiliary, batch.auxiliary_valid, labels_of(batch)),
        }
        totals.append(float(weighting.total(losses)))
        weighting.update(losses)
        weights.append(weighting.weights["segmentation"])
    return np.array(weights), np.array(totals)


def compared(batches, epochs=None, **options):
    """Largest deviation of weights and of objectives from the oracle's; the oracle's weights."""
    options = {**OPTIONS, **options}
    weights, totals = played(attached(**options), batches, epochs)
    states = oracle.trajectory(batches, epochs or [0] * len(batches), CLASSES, **options)
    expected = np.array([state.w for state in states])
    objectives = np.array([state.total for state in states])
    np.testing.assert_allclose(totals, objectives, rtol=1e-4)
    return np.abs(weights - expected).max(), expected


@pytest.mark.parametrize("rule", ["paper", "sign"])
@pytest.mark.parametrize("normalize_by", ["total", "class"])
@pytest.mark.parametrize("window", [1, 3])
def test_240_updates_follow_the_oracle(rule, normalize_by, window):
    batches = random_batches(240 * window if window == 1 else 240)
    deviation, expected = compared(batches, rule=rule, normalize_by=normalize_by, window=window)
    print(f"deviation {rule} {normalize_by} {window}: {deviation:.2e}, lowest {expected.min():.3f}")
    assert expected.min() > 0
    assert np.ptp(expected) > 0.05
    assert deviation < 1e-3
