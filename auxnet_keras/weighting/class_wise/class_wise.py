"""Learning Boost: a weight per class of the auxiliary task, adapted to what the main task gains."""

import dataclasses
import logging
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from keras import ops

from auxnet_keras.core.replicas import AllReduce
from auxnet_keras.core.types import Logs, Tensor
from auxnet_keras.core.whole_numbers import check_whole
from auxnet_keras.errors import ConfigError, unknown
from auxnet_keras.losses.task_loss import TaskLoss
from auxnet_keras.weighting.base import TaskWeighting, Weighting, WeightingState
from auxnet_keras.weighting.class_wise.auxiliary_classes import Bins, auxiliary_classes, bin_edges
from auxnet_keras.weighting.class_wise.class_rule import ClassRule, TimeUnit
from auxnet_keras.weighting.class_wise.class_sums import class_sums
from auxnet_keras.weighting.class_wise.class_window import Window
from auxnet_keras.weighting.class_wise.program_rule import ProgramRule
from auxnet_keras.weighting.gradient_rules.base import GradientWeighting
from auxnet_keras.weighting.loss_rules.balancing import TaskWeightBalancing
from auxnet_keras.weighting.loss_rules.first_loss import FirstLossWeights

logger = logging.getLogger("auxnet_keras")

RULES = ("paper", "sign", "program")


class ClassWiseWeighting(Weighting):
    """L = L_main + sum_c w^c A_c, with class weights w^c that change so that the main loss falls.

    With y_i the class of pixel i in the auxiliary task and N the number of pixels valid for a task,

        A_c      = 1/N_aux  sum_{i: y_i = c} D_aux(i)        L_aux^c = w^c A_c
        L_main^c = 1/N_main sum_{i: y_i = c} D_main(i)

    and after every time unit t, for each class, with Adam's moments m and v of g,

        g   = [(L_main^c(t) - L_main^c(t-1)) / L_main^c(0) + eps]
            / [(L_aux^c(t) - L_aux^c(t-1)) / L_aux^c(0) + eps] * A_c(t)
        w^c <- ReLU(w^c - alpha m_hat / (sqrt(v_hat) + eps)),   w^c(0) = 1

    (Eq. 10 prints `L_main^c(t) - L_aux^c(t-1)` in the denominator, a misprint.) A class keeps its
    weight, its moments and its losses in a unit in which one of the tasks has no valid pixel of it,
    or in which its losses overflow. Pixels without a label or a true depth belong to no class and
    do not count, whatever their loss. Since D_aux >= 0, a weight falls while both losses of its
    class move in the same direction, and grows while they move in opposite directions.

    `val_loss` contains the class weights, too, and falls with them: monitor `val_<main>_loss`.

    The model decides which task is auxiliary (`main=`, `auxiliary=`). The classes of an auxiliary
    segmentation are its labels; those of an auxiliary depth are the bins of the true depth.

    With `task_weighting` the objective is lambda_main L_main + lambda_aux sum_c w^c A_c. The task
    weighting sees both losses without class weights, as if it were alone; the class weights see
    L_main^c and w^c A_c without task weights. Neither paper tried this.

    Use it to let individual classes of the auxiliary task count more or less. The weights of one
    run are too noisy to show which class helps.

    Args:
        num_classes: C, only as a check; the model or the bins determine it.
        depth_bins: Used if depth is auxiliary: E increasing edges in the target's unit for E + 1
            bins (`ak.data.depth_bins` measures them), or "vkitti", "nyuv2", "cityscapes" for the
            authors' edges, in the unit in which `ak.data.load` returns those data sets by default;
            for another unit append it, as in "vkitti:inverse_depth".
        step_size: alpha.
        start_epoch: The first epoch (from 0, as `fit` counts) in which the weights change; losses
            are recorded before it. A later `fit` counts from its `initial_epoch`.
        window: Number of batches per unit of time. With 1, g mostly measures how many pixels of c
            the two batches happened to have. Means are over the batches in which a class occurs.
        normalize_by: `"total"`, or `"class"`: sums are divided by the number of the class's pixels
            instead of N, so that g measures how well a class is predicted, not how often it occurs.
            The objective is then a class-balanced sum of class means, up to C times larger.
        rule: `"paper"`; `"sign"`: w^c <- ReLU(w^c - alpha k(n) sign g) at a class's n-th update,
            with k = 1 at first, 0.48 at n = 10 and 3.16 in the limit; or `"program"`: exactly what
            the authors' published program does (`program_rule.py` lists the differences). It
            trains L_main / L_main(0) + sum_c w^c A_c / L_aux(0), so its `task_weighting` is
            `FirstLossWeights()`.
        epsilon: eps.
        task_weighting: A `TaskWeighting` for lambda; by default both are 1, except with
            `rule="program"`.

    Raises:
        ConfigError: A value is outside its range. When attached: depth without bins, a class count
            other than the model's, or a loss without `per_pixel`. After an epoch: labels that are
            neither a class nor ignored.

    Example:
        >>> model = ak.models.UNet(13, main="depth", auxiliary="segmentation")
        >>> model.compile("adam")
        >>> model.fit(train, epochs=60, callbacks=[ak.weighting.ClassWiseWeighting()])

    Reference:
        Yim and Kim, Learning Boost by Exploiting the Auxiliary Task in Multi-task Domain, 2020,
        Eqs. 2-10 and Algorithm 1.
    """

    needs_per_pixel = True

    def __init__(
        self,
        num_classes: int | None = None,
        depth_bins: Bins | None = None,
        step_size: float = 2e-4,
        start_epoch: int = 20,
        window: int = 1,
        normalize_by: str = "total",
        rule: str = "paper",
        epsilon: float = 1e-8,
        task_weighting: TaskWeighting | None = None,
    ) -> None:
        super().__init__()
        if num_classes is not None:
            check_whole("num_classes", num_classes, least=1)
        check_whole("start_epoch", start_epoch, least=0)
        check_whole("window", window, least=1)
        for name, value in (("step_size", step_size), ("epsilon", epsilon)):
            if not (isinstance(value, int | float) and math.isfinite(value) and value > 0):
                raise ConfigError(f"{name} must be a finite number > 0. Received: {value!r}.")
        if normalize_by not in ("total", "class"):
            raise unknown("normalize_by", normalize_by, ("total", "class"))
        if rule not in RULES:
            raise unknown("rule", rule, RULES)
        if depth_bins is not None:
            bin_edges(depth_bins)
        if rule == "program":
            task_weighting = _of_program(task_weighting, normalize_by)
        if task_weighting is not None:
            _check_task_weighting(task_weighting)
        self.num_classes = num_classes
        self.depth_bins = depth_bins
        self.step_size = float(step_size)
        self.start_epoch = start_epoch
        self.window = window
        self.normalize_by = normalize_by
        self.rule = rule
        self.epsilon = float(epsilon)
        self.task_weighting = task_weighting

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        self.tasks = tasks
        self.classes = auxiliary_classes(self.model, self.num_classes, self.depth_bins)
        count = len(self.classes.names)
        settings = (state, count, self.step_size, self.epsilon)
        self._rule: ClassRule | ProgramRule
        if isinstance(self.task_weighting, FirstLossWeights) and self.rule == "program":
            self._rule = ProgramRule(*settings, self.task_weighting)
        else:
            self._rule = ClassRule(*settings, sign=self.rule == "sign")
        self._window = Window(state, count, self.window)
        self._open = state.add_state("open", float(self.start_epoch == 0))
        self._strays = state.add_state("stray_labels", 0.0)
        self._all_reduce = AllReduce(4 * (count + 1) + 1)
        self._sums: Any = None
        if self.task_weighting is not None:
            self.task_weighting.build(state, tasks)
            self.task_weighting.state = state

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_sums": None}  # tensors of a traced step cannot be copied

    # --- In the step ------------------------------------------------------------------------

    def total(self, losses: Mapping[str, TaskLoss]) -> Tensor:
        main, auxiliary = (losses[task] for task in self.tasks)
        ids, strays = self.classes.of(auxiliary.target, auxiliary.per_pixel)
        weighted = auxiliary.valid * auxiliary.per_pixel
        maps = (weighted, auxiliary.valid, main.valid * main.per_pixel, main.valid)
        # One more class, for the pixels without one: they count in the N of the main task.
        sums = class_sums(maps, ids, len(self.classes.names) + 1)
        self._sums = self._reduced(sums, strays)
        numerator, count, *_ = self._sums
        scale = self.effective_weights() / self._pixels(count)
        # Each pixel reads the factor of its class; pixels without a class read 0.
        factor = ops.take(ops.append(scale, 0.0), ids)
        share = ops.sum(ops.stop_gradient(factor) * weighted)
        # The value over all replicas, with this replica's share of the gradient.
        mean = ops.stop_gradient(ops.sum(scale * numerator) - share) + share
        if self.task_weighting is None:
            return main.mean + mean
        weighted_loss = dataclasses.replace(auxiliary, mean=mean)
        return self.task_weighting.total({**losses, self.tasks[1]: weighted_loss})

    def update(self, losses: Mapping[str, TaskLoss]) -> None:
        auxiliary, count, main, main_count, main_rest, strays = self._sums
        unweighted = auxiliary / self._pixels(count)
        if self.rule != "program":
            main = main / self._pixels(main_count, main_rest)
        present = ops.logical_and(count > 0, main_count > 0)
        finite = ops.logical_and(ops.isfinite(unweighted), ops.isfinite(main))
        unit, complete = self._window.add(
            TimeUnit(main, unweighted, ops.logical_and(present, finite))
        )
        present = ops.logical_and(unit.present, complete)
        moving = ops.convert_to_tensor(self._open) > 0
        self._strays.assign_add(strays)
        if self.task_weighting is not None:
            self.task_weighting.update(losses)
        moving = ops.logical_and(moving, complete)
        self._rule.advance(dataclasses.replace(unit, present=present), moving)

    def effective_weights(self) -> Tensor:
        """The current `w` [C], detached from the gradient."""
        return ops.copy(ops.stop_gradient(ops.convert_to_tensor(self._rule.weights)))

    def _reduced(self, sums: Tensor, strays: Tensor) -> tuple[Tensor, ...]:
        """Sums over all replicas.

        Returns the rows of `sums` [4, C + 1] without the pixels of no class, the number of those
        pixels that are valid for the main task, and `strays`.
        """
        shape = sums.shape
        flat = self._all_reduce(ops.append(ops.reshape(sums, (-1,)), strays))
        summed = ops.reshape(flat[:-1], shape)
        return (*(summed[row, :-1] for row in range(shape[0])), summed[-1, -1], flat[-1])

    def _pixels(self, count: Tensor, rest: Tensor = 0.0) -> Tensor:
        """The divisor of each class's sums, never 0; `rest`: valid pixels without a class."""
        pixels = count if self.normalize_by == "class" else ops.sum(count) + rest
        return ops.where(pixels > 0, pixels, 1.0)

    # --- Between the steps ------------------------------------------------------------------

    def on_train_begin(self, logs: Logs = None) -> None:
        super().on_train_begin(logs)
        last = ((self.params or {}).get("epochs") or math.inf) - self.first_epoch
        if last <= self.start_epoch:
            logger.warning(
                "start_epoch=%d is beyond the last epoch of this fit (epochs are counted from 0), "
                "so no class weight will change",
                self.start_epoch,
            )

    def schedule(self, epoch: int) -> None:
        self._open.assign(float(epoch >= self.start_epoch))
        if self.task_weighting is not None:  # not among the callbacks of `fit`
            self.task_weighting.schedule(epoch)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        strays = float(ops.convert_to_numpy(self._strays))
        if strays:
            self._strays.assign(0.0)
            raise ConfigError(
                f"{strays:.0f} pixels of epoch {epoch} have labels that are neither one of the "
                f"{len(self.classes.names)} classes 0..{len(self.classes.names) - 1} of "
                f"{self.tasks[1]!r} nor the ignore label. Build the model with as many classes as "
                "the labels have, or set the labels that must not count to the ignore label. "
                f"Received: {len(self.classes.names)} classes."
            )
        occurred = ops.convert_to_numpy(self._rule.seen) > 0
        if epoch == self.first_epoch and occurred.sum() == 1 < len(occurred):
            logger.warning(
                "every pixel of the first epoch was in class %s of %r; check that depth_bins are "
                "in the unit of the data set",
                self.classes.names[occurred.argmax()],
                self.tasks[1],
            )
        super().on_epoch_end(epoch, logs)

    def current(self) -> dict[str, Tensor]:
        return {} if self.task_weighting is None else self.task_weighting.current()

    def host_weights(self) -> dict[str, float]:
        values = ops.convert_to_numpy(self._rule.weights).tolist()
        return {f"class_weight_{n}": w for n, w in zip(self.classes.names, values, strict=True)}

    @property
    def weights(self) -> dict[str, np.ndarray]:
        """The current `{auxiliary task: w [C]}`.

        Raises:
            ConfigError: Before the first `fit`, because the classes come from the model.
        """
        self.check_attached()
        return {self.tasks[1]: ops.convert_to_numpy(self.effective_weights())}


def _of_program(weighting: TaskWeighting | None, normalize_by: str) -> TaskWeighting:
    """The task weighting of `rule="program"`, which divides by the first losses."""
    if normalize_by != "total":
        raise ConfigError(
            "rule='program' divides by all pixels, as the program does; leave out normalize_by. "
            f"Received: normalize_by={normalize_by!r}."
        )
    if weighting is None:
        return FirstLossWeights()
    if not isinstance(weighting, FirstLossWeights):
        raise ConfigError(
            "rule='program' divides both losses by their first value, as the program does; leave "
            f"out task_weighting, or use rule='sign'. Received: {type(weighting).__name__}."
        )
    return weighting


def _check_task_weighting(weighting: Any) -> None:
    if not isinstance(weighting, TaskWeighting) or isinstance(weighting, GradientWeighting):
        raise ConfigError(
            "task_weighting must have one weight per task, as FixedWeights and TaskWeightBalancing "
            "do. Class-wise and gradient-based weightings do not work here. "
            f"Received: {weighting!r}."
        )
    if hasattr(weighting, "after_step"):
        raise ConfigError(
            f"{type(weighting).__name__} has to see the losses after every step, which only the "
            "weighting of the whole model does. Use a weighting that needs the losses of the batch "
            f"alone for task_weighting. Received: {type(weighting).__name__}."
        )
    if isinstance(weighting, TaskWeightBalancing) and weighting.mode == "product":
        raise ConfigError(
            "mode='product' differentiates its weights, and thereby the auxiliary loss without "
            "class weights. Use mode='detached' for task_weighting. Received: "
            f"{type(weighting).__name__}(mode='product')."
        )
