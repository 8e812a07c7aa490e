"""The update of the class weights in the program that the authors of Learning Boost published."""

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.base import WeightingState
from auxnet_keras.weighting.class_wise.class_rule import (
    BETA_1,
    BETA_2,
    TimeUnit,
    bias_correction,
    bounded,
)
from auxnet_keras.weighting.loss_rules.first_loss import FirstLossWeights


class ProgramRule:
    """Advances the class weights as `main_train.py` and `loss_vkitti.py` do.

        g   = (dL_main^c / L_main(0) + eps) / (dL_aux^c / L_aux(0) + eps) * A_c
        w^c <- ReLU(w^c - alpha m / (sqrt(v) + eps)),
        m = (1 - b1) g / (1 - b1^t),  v = (1 - b2) g^2 / (1 - b2^t)

    Unlike `ClassRule`, which follows the paper:

    - L(0) is one number per task, the loss of the whole task in the first batch;
    - L_main^c is a sum over pixels, not divided by their number;
    - Adam's moments are not stored, so the step is alpha k(t) sign g, with k(1) = 1,
      k(10) = 0.48 and k = 3.16 in the limit;
    - t counts the updates of all classes together, also of those that are absent;
    - a class that is absent has the loss 0, so its return is a change by its whole loss;
    - the first unit in which weights may change is only recorded.

    Args:
        state: Holds the variables.
        classes: C.
        step_size: alpha.
        epsilon: eps of both formulas.
        first: Knows 1 / L(0) of every task.
        order: Where the main and the auxiliary task are in it.

    Reference:
        github.com/jonghwa-yim/MTL_Learning_Boost. Its NYU-v2 and Cityscapes losses also give every
        image the class mask of the first image of the batch; that is not reproduced.
    """

    def __init__(
        self,
        state: WeightingState,
        classes: int,
        step_size: float,
        epsilon: float,
        first: FirstLossWeights,
        order: tuple[int, int],
    ) -> None:
        zeros = [0.0] * classes
        self.weights = state.add_state("class_weights", [1.0] * classes)
        self.seen = state.add_state("seen", zeros)
        self.updates = state.add_state("updates", 0.0)
        self._known = state.add_state("known", 0.0)
        self._last = {name: state.add_state(f"last_{name}", zeros) for name in ("main", "aux")}
        self._step_size, self._epsilon = step_size, epsilon
        self._first, self._order = first, order

    def advance(self, unit: TimeUnit, moving: Tensor) -> None:
        """Updates the state for the next unit.

        Args:
            unit: The losses of a unit; `main` are sums over pixels.
            moving: Scalar bool: the weights may change; otherwise nothing is recorded either.
        """
        old = ops.convert_to_tensor(self.weights)
        now = {
            "main": ops.where(unit.present, unit.main, 0.0),
            "aux": ops.where(unit.present, old * unit.unweighted, 0.0),
        }
        scale = self._first.effective_weights()
        main, auxiliary = (
            (now[name] - self._last[name]) * scale[task] + self._epsilon
            for task, name in zip(self._order, now, strict=True)
        )
        g = bounded(main / auxiliary * ops.where(unit.present, unit.unweighted, 0.0))
        moves = ops.logical_and(moving, ops.convert_to_tensor(self._known) > 0)
        updates = self.updates + ops.cast(moves, "float32")
        t = ops.maximum(updates, 1.0)
        m = (1 - BETA_1) * g / bias_correction(BETA_1, t)
        root_v = ops.abs(g) * ops.sqrt((1 - BETA_2) / bias_correction(BETA_2, t))
        new = ops.relu(old - self._step_size * m / (root_v + self._epsilon))
        self.weights.assign(ops.where(moves, new, old))
        self.updates.assign(updates)
        for name, value in now.items():
            self._last[name].assign(
                ops.where(moving, value, ops.convert_to_tensor(self._last[name]))
            )
        known = ops.convert_to_tensor(self._known)
        self._known.assign(ops.where(moving, 1.0, known))
        self.seen.assign(ops.maximum(self.seen, ops.cast(unit.present, "float32")))
