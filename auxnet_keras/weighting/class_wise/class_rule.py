"""The update rule of the class weights: Learning Boost's Eqs. 9 and 10."""

import dataclasses
import math

from keras import ops

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.base import WeightingState

BETA_1, BETA_2 = 0.9, 0.999
LARGEST_GRADIENT = 1e15
SMALLEST_FIRST_LOSS = 1e-12


@dataclasses.dataclass(frozen=True)
class TimeUnit:
    """A batch or a window of batches; all [C], meaningless where a class is absent.

    Attributes:
        main: L_main^c(t).
        unweighted: A_c(t).
        present: Bool: the class occurred.
    """

    main: Tensor
    unweighted: Tensor
    present: Tensor


class ClassRule:
    """Holds the state of every class and advances it by one unit of time.

        g   = (dL_main / L_main(0) + eps) / (dL_aux / L_aux(0) + eps) * A,   L_aux = w A
        "paper": m, v <- Adam's moments of g;  w <- ReLU(w - alpha m_hat / (sqrt(v_hat) + eps))
        "sign":  w <- ReLU(w - alpha k(n) sign g)

    with k(n) = (1 - b1) / (1 - b1^n) * sqrt((1 - b2^n) / (1 - b2)) at a class's n-th update: Adam's
    step if its moments are never stored; 1 at first, 0.48 at n = 10, 3.16 in the limit.

    Args:
        state: Holds the variables.
        classes: C.
        step_size: alpha.
        epsilon: eps of both formulas.
        sign: Use the second rule.
    """

    def __init__(
        self, state: WeightingState, classes: int, step_size: float, epsilon: float, sign: bool
    ) -> None:
        zeros = [0.0] * classes
        self.weights = state.add_state("class_weights", [1.0] * classes)
        self.updates = state.add_state("updates", zeros)
        self.seen = state.add_state("seen", zeros)
        self._first = {name: state.add_state(f"first_{name}", zeros) for name in ("main", "aux")}
        self._last = {name: state.add_state(f"last_{name}", zeros) for name in ("main", "aux")}
        if not sign:
            self._m, self._v = (state.add_state(name, zeros) for name in ("m", "v"))
        self._step_size, self._epsilon, self._sign = step_size, epsilon, sign

    def advance(self, unit: TimeUnit, moving: Tensor) -> None:
        """Updates the state for the next unit.

        Args:
            unit: The losses of a unit, in which the weights were constant.
            moving: Scalar bool: the weights may change; otherwise losses are only recorded.
        """
        old = ops.convert_to_tensor(self.weights)
        seen = ops.convert_to_tensor(self.seen) > 0
        now = {"main": unit.main, "aux": old * unit.unweighted}
        moves = ops.logical_and(ops.logical_and(unit.present, seen), moving)
        updates = self.updates + ops.cast(moves, "float32")
        new = old - self._step_size * self._direction(self._gradient(now, unit), updates, moves)
        self.weights.assign(ops.where(moves, ops.relu(new), old))
        self.updates.assign(updates)
        appears = ops.logical_and(unit.present, ops.logical_not(seen))
        for name, value in now.items():
            _assign_where(appears, value, self._first[name])
            _assign_where(unit.present, value, self._last[name])
        self.seen.assign(ops.cast(ops.logical_or(seen, unit.present), "float32"))

    def _gradient(self, now: dict[str, Tensor], unit: TimeUnit) -> Tensor:
        """Eq. 10; NaN becomes 0."""
        main, auxiliary = (
            (now[name] - self._last[name]) / ops.maximum(self._first[name], SMALLEST_FIRST_LOSS)
            + self._epsilon
            for name in ("main", "aux")
        )
        # If a class has a loss of exactly 0, 0 / 0 and infinity * 0 give no direction.
        return bounded(main / auxiliary * unit.unweighted)

    def _direction(self, g: Tensor, updates: Tensor, moves: Tensor) -> Tensor:
        """The step to subtract at the `updates`-th update, in units of the step size."""
        n = ops.maximum(updates, 1.0)
        bias_1, bias_2 = bias_correction(BETA_1, n), bias_correction(BETA_2, n)
        if self._sign:
            return (1 - BETA_1) / bias_1 * ops.sqrt(bias_2 / (1 - BETA_2)) * ops.sign(g)
        m = _assign_where(moves, BETA_1 * self._m + (1 - BETA_1) * g, self._m)
        v = _assign_where(moves, BETA_2 * self._v + (1 - BETA_2) * ops.square(g), self._v)
        return m / bias_1 / (ops.sqrt(v / bias_2) + self._epsilon)


def bias_correction(beta: float, n: Tensor) -> Tensor:
    """1 - beta^n, without the cancellation that costs float32 five digits at n = 1."""
    return -ops.expm1(n * math.log(beta))


def bounded(g: Tensor) -> Tensor:
    """NaN as 0, and infinity as a large number."""
    return ops.clip(ops.where(ops.isnan(g), 0.0, g), -LARGEST_GRADIENT, LARGEST_GRADIENT)


def _assign_where(condition: Tensor, value: Tensor, variable: Tensor) -> Tensor:
    new = ops.where(condition, value, ops.convert_to_tensor(variable))
    variable.assign(new)
    return new
