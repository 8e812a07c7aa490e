"""MGDA (MOO-MTL): the shortest common descent direction."""

from auxnet_keras.core.types import Tensor
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting
from auxnet_keras.weighting.gradient_rules.min_norm import min_norm


class MGDA(GradientWeighting):
    """Weights for the shortest vector in the convex hull of the tasks' shared gradients.

        lambda = argmin || sum_k lambda_k g_k ||^2,  lambda_k >= 0, sum_k lambda_k = 1,

    where g_k is the gradient of L_k with respect to the parameters that all tasks share. To first
    order, no loss rises along their sum; if it is 0, no direction lowers all. For two tasks

        lambda_1 = clip((g_2 . g_2 - g_1 . g_2) / || g_1 - g_2 ||^2, 0, 1).

    For more tasks, moves of weight between them find it. The parameters of a task's own head get
    that task's gradient unweighted, as in Algorithm 2 of the paper (its authors' program weights
    them, too).

    L1 depth usually has by far the longer gradient. Its weight is then often 0, and the method
    trains segmentation alone on the shared parameters; `representation=True` compares gradients
    of more similar length.

    As in the paper's text, the gradients are not normalised ("none" in the authors' program): a
    task with a short gradient gets a large weight. The weights sum to 1, which under SGD
    shortens the step compared with equal weights of 1: pass `reduction="sum"` to compare them.

    Use it if no task may get worse. It favours the task with the shorter gradient, whether or not
    that is the main task.

    Args:
        representation: Take g_k with respect to the tensors at which the tasks' graphs branch, all
            samples together. This needs one backward pass through the encoder instead of one per
            task, and minimises an upper bound of the norm (MGDA-UB). A parameter used on both sides
            of the branching, or by both heads, trains with the weights and is not in the Gram
            matrix. The same as `parameters="representation"`.
        parameters: Where the gradients are compared: `"shared"` (the default), `"last"` or
            `"representation"`; see `GradientWeighting`.
        momentum: Moving average of the weights, as in `GradientWeighting`; 0 by default.
        reduction: `"mean"`, the default: the weights sum to 1; or `"sum"`: they sum to K.

    Raises:
        ConfigError: As `GradientWeighting`. When attached: the tasks share nothing.

    Example:
        >>> model.fit(train, callbacks=[ak.weighting.MGDA(representation=True)])

    Reference:
        Sener & Koltun, Multi-Task Learning as Multi-Objective Optimization, NeurIPS 2018,
        Algorithms 1 and 2 and section 3.3.
    """

    def __init__(
        self,
        representation: bool = False,
        *,
        parameters: str = "shared",
        momentum: float = 0.0,
        reduction: str | None = None,
    ) -> None:
        parameters = "representation" if representation else parameters
        super().__init__(parameters=parameters, momentum=momentum, reduction=reduction)

    def rule(self, gram: Tensor, losses: Tensor) -> Tensor:
        return min_norm(gram)
