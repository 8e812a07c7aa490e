"""Focused task weight balancing (FTWB): TWB with more weight on the main task."""

import math
from collections.abc import Sequence

from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError, shown
from auxnet_keras.weighting.loss_rules.balancing import TaskWeightBalancing


class FocusedTaskWeightBalancing(TaskWeightBalancing):
    """TWB with a further factor in the main weight: the main loss, or a number.

        target_main = L_main L_aux  (focus="loss")   or   f L_aux  (focus=f)
        target_aux  = L_main

    The two modes differ in direction. Detached, the ratio of the two weights is L_aux (with
    `focus="loss"`), which is TWB's ratio times L_main: below 1 once L_main < 1, so the main task is
    then focused *less* than under TWB. `mode="product"` differentiates (L_main + 1) L_main L_aux,
    TWB's ratio times (2 L_main + 1) / (L_main + 1), which stays between 1 and 2; a fixed focus
    differentiates (f + 1) L_main L_aux.

    For more than one auxiliary task, L_aux in target_main is the product of their losses, and
    target_aux is L_main times the losses of the other auxiliary tasks, as in `TaskWeightBalancing`;
    `mode="product"` differentiates (L_main + K - 1) prod_k L_k.

    Use it like `TaskWeightBalancing` if the main task must count more than the auxiliary one.

    Args:
        focus: `"loss"`, or a number f > 0.
        momentum, mode, normalize: As for `TaskWeightBalancing`, which explains them.

    Raises:
        ConfigError: The focus is neither of the two; otherwise as `TaskWeightBalancing`.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.FocusedTaskWeightBalancing()])

    Reference:
        Chennupati et al., AuxNet, VISAPP 2019, Algorithm 2 and section 3.2.
    """

    def __init__(
        self,
        focus: str | float = "loss",
        momentum: float | None = None,
        *,
        mode: str = "detached",
        normalize: bool = False,
    ) -> None:
        super().__init__(momentum, mode=mode, normalize=normalize)
        if focus != "loss" and not (
            isinstance(focus, int | float) and math.isfinite(focus) and focus > 0
        ):
            raise ConfigError(f"focus must be 'loss' or a number > 0. Received: {shown(focus)}.")
        self.focus = focus

    def targets(self, losses: Sequence[Tensor]) -> list[Tensor]:
        main, *others = super().targets(losses)
        factor = losses[0] if self.focus == "loss" else float(self.focus)
        return [factor * main, *others]
