"""Learning Boost: a weight per class of the auxiliary task, adapted to what the main task gains."""

import logging
import math
from collections.abc import Mapping

import keras
import numpy as np
from keras import ops

from auxnet_keras.core.types import Logs, Tensor
from auxnet_keras.core.whole_numbers import check_whole
from auxnet_keras.errors import ConfigError, unknown
from auxnet_keras.losses.task_loss import TaskLoss
from auxnet_keras.weighting.base import TaskWeighting, Weighting, WeightingState
from auxnet_keras.weighting.class_wise.auxiliary_classes import Bins, auxiliary_classes, bin_edges
from auxnet_keras.weighting.class_wise.class_rule import ClassRule
from auxnet_keras.weighting.class_wise.class_task import class_task
from auxnet_keras.weighting.class_wise.class_weights import ClassWeights
from auxnet_keras.weighting.class_wise.program_rule import ProgramRule
from auxnet_keras.weighting.composition import Composition, composed
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
    segmentation are its labels; those of an auxiliary depth are the bins of the true depth. Of
    several auxiliary tasks one has class weights; the others count with weight 1.

    With `task_weighting` the objective is lambda_main L_main + lambda_aux sum_c w^c A_c, and the
    same with lambda_k L_k for the other tasks. The task weighting sees the losses without class
    weights, as if it were alone; the class weights see L_main^c and w^c A_c without task weights.
    A gradient-based task weighting sees the gradients with class weights. No paper tried this.

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
        task_weighting: A weighting with one number per task, for lambda; by default all are 1,
            except with `rule="program"`. `Combined` takes more than one.
        auxiliary: The task that has class weights, if the model has several auxiliary tasks; by
            default the only one with labels or, if `depth_bins` is given, with one channel.

    Raises:
        ConfigError: A value is outside its range. When attached: depth without bins, a class count
            other than the model's, a loss of the main or of this auxiliary task without
            `per_pixel`, or several auxiliary tasks that could have class weights. After an epoch:
            labels that are neither a class nor ignored.

    Example:
        >>> model = ak.models.UNet(13, main="depth", auxiliary="segmentation")
        >>> model.compile("adam")
        >>> model.fit(train, epochs=60, callbacks=[ak.weighting.ClassWiseWeighting()])

    Reference:
        Yim and Kim, Learning Boost by Exploiting the Auxiliary Task in Multi-task Domain, 2020,
        Eqs. 2-10 and Algorithm 1.
    """

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
        auxiliary: str | None = None,
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
        self.num_classes = num_classes
        self.depth_bins = depth_bins
        self.step_size = float(step_size)
        self.start_epoch = start_epoch
        self.window = window
        self.normalize_by = normalize_by
        self.rule = rule
        self.epsilon = float(epsilon)
        self.task_weighting = task_weighting
        self.auxiliary = auxiliary
        beside = {} if task_weighting is None else _checked(task_weighting).levels
        self.composition = Composition({"classes": self, **beside})

    def per_pixel_tasks(self, model: keras.Model) -> tuple[str, ...]:
        return (model.main, class_task(model, self.auxiliary, self.depth_bins))

    # --- In the step ------------------------------------------------------------------------

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        self.composition.build(state, tasks)

    def total(self, losses: Mapping[str, TaskLoss]) -> Tensor:
        return self.composition.total(losses)

    def update(self, losses: Mapping[str, TaskLoss]) -> None:
        self.composition.update(losses)

    def current(self) -> dict[str, Tensor]:
        return self.composition.current()

    def build_classes(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        """Creates the variables of the class weights."""
        self.tasks = tasks
        self.task = class_task(self.model, self.auxiliary, self.depth_bins)
        self.classes = auxiliary_classes(self.model, self.task, self.num_classes, self.depth_bins)
        settings = (state, len(self.classes.names), self.step_size, self.epsilon)
        rule: ClassRule | ProgramRule
        if isinstance(self.task_weighting, FirstLossWeights) and self.rule == "program":
            order = (0, tasks.index(self.task))
            rule = ProgramRule(*settings, self.task_weighting, order)
        else:
            rule = ClassRule(*settings, sign=self.rule == "sign")
        self._class_weights = ClassWeights(
            state,
            self.classes,
            rule,
            self.window,
            by_class=self.normalize_by == "class",
            open_at_first=self.start_epoch == 0,
        )

    def with_class_weights(self, losses: Mapping[str, TaskLoss]) -> dict[str, TaskLoss]:
        """The losses of a batch, with class weights in that of the auxiliary task."""
        weighted = self._class_weights.applied(losses[self.tasks[0]], losses[self.task])
        return {**losses, self.task: weighted}

    def update_classes(self) -> None:
        """Assigns the class weights, after `with_class_weights`."""
        self._class_weights.update()

    def effective_weights(self) -> Tensor:
        """The current `w` [C], detached from the gradient."""
        return self._class_weights.effective()

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
        self._class_weights.open.assign(float(epoch >= self.start_epoch))
        if self.task_weighting is not None:  # not among the callbacks of `fit`
            self.task_weighting.schedule(epoch)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        strays = float(ops.convert_to_numpy(self._class_weights.strays))
        if strays:
            self._class_weights.strays.assign(0.0)
            raise ConfigError(
                f"{strays:.0f} pixels of epoch {epoch} have labels that are neither one of the "
                f"{len(self.classes.names)} classes 0..{len(self.classes.names) - 1} of "
                f"{self.task!r} nor the ignore label. Build the model with as many classes as "
                "the labels have, or set the labels that must not count to the ignore label. "
                f"Received: {len(self.classes.names)} classes."
            )
        occurred = ops.convert_to_numpy(self._class_weights.rule.seen) > 0
        if epoch == self.first_epoch and occurred.sum() == 1 < len(occurred):
            logger.warning(
                "every pixel of the first epoch was in class %s of %r; check that depth_bins are "
                "in the unit of the data set",
                self.classes.names[occurred.argmax()],
                self.task,
            )
        super().on_epoch_end(epoch, logs)

    def host_weights(self) -> dict[str, float]:
        values = ops.convert_to_numpy(self._class_weights.rule.weights).tolist()
        return {f"class_weight_{n}": w for n, w in zip(self.classes.names, values, strict=True)}

    @property
    def weights(self) -> dict[str, np.ndarray]:
        """The current `{auxiliary task: w [C]}`.

        Raises:
            ConfigError: Before the first `fit`, because the classes come from the model.
        """
        self.be_readable()
        return {self.task: ops.convert_to_numpy(self.effective_weights())}


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


def _checked(weighting: TaskWeighting) -> Composition:
    if not isinstance(weighting, TaskWeighting):
        raise ConfigError(
            "task_weighting must be a weighting with one number per task, such as "
            f"TaskWeightBalancing() or MGDA(). Received: {weighting!r}."
        )
    return composed([weighting])
