"""The training model: any functional graph with named outputs, some of which are auxiliary."""

import contextlib
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras
from keras import ops

from auxnet_keras.core import replicas
from auxnet_keras.core.types import Tensor
from auxnet_keras.errors import ConfigError, shown
from auxnet_keras.losses.task_loss import TaskLoss, task_losses
from auxnet_keras.training import attachment, blank_frames, compile_checks, fit_callbacks
from auxnet_keras.training.backend_step import backend_step
from auxnet_keras.training.bad_batches import Guard
from auxnet_keras.training.compile_defaults import default_losses, default_metrics
from auxnet_keras.training.logged_metrics import PixelMean
from auxnet_keras.training.loss_weights import LossWeights
from auxnet_keras.training.roles import checked_auxiliary
from auxnet_keras.training.saving import Saving
from auxnet_keras.training.shared_trunk import SharedTrunk
from auxnet_keras.weighting.base import Weighting, WeightingState


@keras.saving.register_keras_serializable(package="auxnet_keras")
class AuxiliaryModel(Saving):
    """A functional model with a main task and one or more auxiliary tasks.

    It minimises `sum_k lambda_k L_k` over its tasks k. The weights come from the weighting among
    the callbacks of `fit`; without a weighting they are the constant `loss_weights` of `compile`
    (1 by default). Every task's unweighted loss is logged as `<task>_loss`, the mean over all valid
    pixels of the epoch, and the current weights as `weight_<task>`.

    Args:
        inputs: Functional input or a dict of them.
        outputs: Dict of task name to output. The keys are the names used everywhere: targets,
            losses, weights, logs.
        main: The task to improve.
        auxiliary: The task that helps and is discarded after training, or several of them;
            `None` for a single task. A weighting treats them all alike unless it says otherwise.
        class_names: Names of the segmentation's channels; "0".."K-1" by default.
        name: Name of the model.

    Raises:
        ConfigError: `outputs` is not a dict, or main and auxiliary are not different keys of it.

    Example:
        >>> model = ak.models.AuxiliaryModel(image, {"segmentation": logits, "depth": depth})
        >>> model.compile(optimizer="adam")
        >>> model.fit(train, callbacks=[ak.weighting.TaskWeightBalancing()])

    Reference:
        Chennupati et al., AuxNet, VISAPP 2019, Eq. 1.
    """

    def __init__(
        self,
        inputs: keras.KerasTensor | Mapping[str, keras.KerasTensor],
        outputs: Mapping[str, keras.KerasTensor],
        main: str = "segmentation",
        auxiliary: str | Sequence[str] | None = "depth",
        *,
        class_names: Sequence[str] | None = None,
        name: str = "auxiliary_model",
        **kwargs: Any,
    ) -> None:
        if not isinstance(outputs, Mapping):
            raise ConfigError(
                "The outputs of an AuxiliaryModel must be a dict of task name to tensor, for "
                "example {'segmentation': logits, 'depth': depth}. "
                f"Received: {type(outputs).__name__}."
            )
        auxiliary = checked_auxiliary(main, auxiliary, outputs)
        super().__init__(inputs=inputs, outputs=dict(outputs), name=name, **kwargs)
        self.output_names = sorted(outputs)  # the dict's keys, not its layers' names
        self.main = main
        self.auxiliary = auxiliary
        self.class_names = self._names(class_names)
        # In a namespace, which Keras does not search: trackers do not belong in a weights file.
        self._logged = types.SimpleNamespace(losses={}, weights={}, evaluating=False)
        self._weighting: Weighting | None = None
        self._weighting_is_saved = False  # it comes from the file, and no fit has used it yet
        self._trunk: SharedTrunk | None = None  # only for a weighting at the representation
        self.weighting_state: WeightingState | None = None

    # --- Structure --------------------------------------------------------------------------

    @property
    def tasks(self) -> tuple[str, ...]:
        """The main task, then the auxiliary ones."""
        if self.auxiliary is None:
            return (self.main,)
        several = not isinstance(self.auxiliary, str)
        return (self.main, *(self.auxiliary if several else (self.auxiliary,)))

    def main_model(self) -> keras.Model:
        """The main task alone, which is deployed; it shares this model's weights."""
        return keras.Model(self.input, {self.main: self.output[self.main]}, name=self.name)

    def _names(self, class_names: Sequence[str] | None) -> tuple[str, ...]:
        if "segmentation" not in self.output_names:
            return ()
        channels = self.output["segmentation"].shape[-1]
        names = tuple(class_names or (str(channel) for channel in range(channels)))
        if len(names) != channels:
            raise ConfigError(
                f"The segmentation has {channels} channels, so it needs {channels} class names. "
                f"Received: {len(names)} names, {names}."
            )
        return names

    # --- Training ---------------------------------------------------------------------------

    def compile(
        self,
        optimizer: str | keras.optimizers.Optimizer = "adam",
        loss: str | Mapping[str, str | keras.losses.Loss] = "auto",
        loss_weights: Mapping[str, Any] | None = None,
        metrics: str | Mapping[str, Any] | None = "auto",
        **kwargs: Any,
    ) -> None:
        """As `keras.Model.compile`, with the paper's losses and metrics as defaults.

        Args:
            optimizer: As in Keras.
            loss: Dict of task to loss. By default an output keyed `segmentation` gets
                `PixelCrossEntropy`, one keyed `depth` gets `DepthL1`.
            loss_weights: Weights for a fit without a weighting: numbers, or `keras.Variable`s that
                your callback assigns (not on JAX). The gradient does not see them.
            metrics: Dict of task to metrics; by default `SegmentationMetrics`, `DepthMetrics`.
            **kwargs: As in Keras.

        Raises:
            ConfigError: A loss is missing, or a loss or a weight is for an unknown task.
        """
        automatic = isinstance(loss, str) and loss == "auto"
        losses = default_losses(self) if automatic else compile_checks.losses_by_task(self, loss)
        if metrics == "auto":
            with replicas.scope(self):
                metrics = default_metrics(self, losses)
        weights = LossWeights(loss_weights, losses)
        super().compile(optimizer=optimizer, metrics=metrics, **kwargs)
        self.loss = losses
        self._loss_functions = types.SimpleNamespace(of=losses)
        self._loss_weights = weights
        with replicas.scope(self):
            self._all_reduce = replicas.AllReduce(2 * len(losses))
            self._logged.losses = {task: PixelMean(f"{task}_loss") for task in losses}
            self._logged.guard = Guard(tuple(losses))

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: fit_callbacks.Callbacks = None,
        **kwargs: Any,
    ) -> keras.callbacks.History:
        """As `keras.Model.fit`, with at most one weighting among the callbacks.

        `verbose="auto"` shows `auxnet_keras.callbacks.Progress`, one line with every task's loss
        and weight and the mean IoU; Keras' own bar, with `verbose` 1 or 2, would show thirty
        numbers. Without an `auxnet_keras.callbacks.NonFinite` among the callbacks, NaN stops
        training.

        Raises:
            ConfigError: Two weightings, two `NonFinite`, or `class_weight`.
            NonFiniteError: See `NonFinite`.
        """
        if kwargs.get("class_weight") is not None:
            raise ConfigError(
                "class_weight would weigh whole images. Weigh the pixels of each class in the "
                "loss: PixelCrossEntropy(class_weights=[...]). "
                f"Received: class_weight={shown(kwargs['class_weight'])}."
            )
        if hasattr(x, "element_spec"):  # a tf.data.Dataset shuffles itself; Keras only warns
            kwargs.setdefault("shuffle", False)
        one_pass = None if kwargs.get("steps_per_epoch") else x
        validation = kwargs.get("validation_data")
        with fit_callbacks.prepare_callbacks(self, callbacks, x, one_pass, validation, verbose) as (
            callbacks,
            verbose,
        ):
            return super().fit(x, y, batch_size, epochs, verbose, callbacks, **kwargs)

    def train_step(self, *args: Any) -> Any:
        """As in Keras, but a batch changes nothing if its loss, gradients or update are not finite.

        A gradient-based weighting takes the gradient of each task separately.
        """
        return backend_step(self, *args)

    def make_train_function(self, force: bool = False) -> Any:
        # If the optimizer creates its variables inside the step, Keras traces the step twice.
        if not self.optimizer.built:
            with replicas.scope(self):
                self.optimizer.build(self.trainable_variables)
        if keras.backend.backend() == "tensorflow":
            from auxnet_keras.training.adam_kernel import use_adam_kernel

            use_adam_kernel(self.optimizer)
        if self._all_reduce.replicas > 1:
            compile_checks.check_distributable(self)
        return super().make_train_function(force)

    def compute_loss(
        self,
        x: Tensor = None,
        y: Tensor = None,
        y_pred: Tensor = None,
        sample_weight: Tensor = None,
        training: bool = True,
    ) -> Tensor:
        """The weighted total; in training it also updates the weighting, once per batch."""
        losses = self.measured(y, y_pred, sample_weight)
        terms = self.constant_terms(losses)
        if self._weighting is not None:
            terms.append(self._weighting.total(losses))
        total = ops.sum(ops.stack(terms))
        if self._weighting is not None and training:
            self._weighting.update(losses)
            self.log_weights(self._weighting)
        # Every replica returns the global value and its share of the gradient; Keras sums both.
        share = 1.0 / self._all_reduce.replicas
        return total if share == 1.0 else total - (1.0 - share) * ops.stop_gradient(total)

    def measured(
        self, y: Tensor, y_pred: Mapping[str, Tensor], sample_weight: Tensor
    ) -> dict[str, TaskLoss]:
        """Every task's loss on a batch, which is also added to the logs."""
        losses = task_losses(
            self._loss_functions.of,
            self._by_task(y),
            y_pred,
            self._by_task(sample_weight),
            self._all_reduce,
        )
        for task, tracker in self._logged.losses.items():
            tracker.update_state(losses[task].total, losses[task].count)
        self.guard.watch([loss.mean for loss in losses.values()])
        return losses

    def constant_terms(self, losses: Mapping[str, TaskLoss]) -> list[Tensor]:
        """The terms outside the weighting: other tasks and regularisation.

        Like a task's mean, a term has the global value and this replica's share of the gradient.
        """
        weighted = () if self._weighting is None else self.tasks
        terms = [
            self._loss_weights.of(task) * loss.mean
            for task, loss in losses.items()
            if task not in weighted
        ]
        for extra in self.losses:
            whole = ops.sum(ops.cast(extra, "float32"))
            share = whole / self._all_reduce.replicas
            terms.append(share + ops.stop_gradient(whole - share))
        return terms

    def log_weights(self, weighting: Weighting) -> None:
        """Writes the current weights to the logs."""
        for name, value in weighting.current().items():
            self._logged.weights[name].update_state(value)

    def _by_task(self, given: Any) -> Mapping[str, Tensor]:
        """Targets or sample weights as a dict; a model with one output also takes a bare tensor."""
        if given is None:
            return {}
        if isinstance(given, Mapping):
            return given
        if len(self.output_names) == 1 and not isinstance(given, list | tuple):
            return {self.output_names[0]: given}
        raise ConfigError(
            "Targets and sample weights must be a dict of output to tensor, with keys among "
            f"{self.output_names}. Received: {type(given).__name__}."
        )

    def compute_metrics(
        self, x: Tensor, y: Tensor, y_pred: Mapping[str, Tensor], sample_weight: Tensor = None
    ) -> dict[str, Any]:
        """As in Keras, for the outputs that have a target."""
        y = self._by_task(y)
        shared = [task for task in y_pred if task in y]
        weights = self._by_task(sample_weight)
        return super().compute_metrics(
            x,
            {task: y[task] for task in shared},
            {task: y_pred[task] for task in shared},
            {task: weights.get(task, ops.ones(ops.shape(y[task])[:1])) for task in shared}
            if weights
            else None,
        )

    def evaluate(self, *args: Any, **kwargs: Any) -> float | list[float] | dict[str, float]:
        """As in Keras; its results do not include the weights, which only concern training."""
        with self._without_weights():
            return super().evaluate(*args, **kwargs)

    def test_on_batch(self, *args: Any, **kwargs: Any) -> Any:
        """As in Keras; its results do not include the weights."""
        with self._without_weights():  # here, too: replicas take turns inside of `test_step`
            return super().test_on_batch(*args, **kwargs)

    def test_step(self, *args: Any) -> Any:
        """As in Keras, but blank frames that complete a batch of several devices do not count."""
        with self._without_weights():
            return blank_frames.test_step(self, super().test_step, *args)

    def get_metrics_result(self) -> dict[str, Tensor]:
        """As in Keras."""
        results = super().get_metrics_result()
        if not self._logged.evaluating:
            # No batch has counted so far; an empty mean must not look like a loss of 0.
            nothing = ops.convert_to_tensor(self._loss_tracker.count) == 0
            for name in ("loss", *(tracker.name for tracker in self._logged.losses.values())):
                results[name] = ops.where(nothing, float("nan"), results[name])
            return results
        hidden = (*self._logged.weights, self.guard.name)
        return {name: value for name, value in results.items() if name not in hidden}

    @contextlib.contextmanager
    def _without_weights(self) -> Iterator[None]:
        before, self._logged.evaluating = self._logged.evaluating, True
        try:
            yield
        finally:
            self._logged.evaluating = before

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        if not self.compiled:
            return super().metrics
        return [
            *super().metrics,
            *self._logged.losses.values(),
            *self._logged.weights.values(),
            self.guard,
        ]

    @property
    def task_loss_metrics(self) -> Mapping[str, PixelMean]:
        """Task to the metric of its loss since the epoch began; empty before `compile`."""
        return self._logged.losses

    @property
    def guard(self) -> Guard:
        """Counts the batches of the epoch that were skipped because they were not finite."""
        return self._logged.guard

    # --- Weightings -------------------------------------------------------------------------

    @property
    def weighting(self) -> Weighting | None:
        """The weighting of the last fit."""
        return self._weighting

    def attach_weighting(self, weighting: Weighting) -> None:
        """Adds the weighting to the model and its step; `Weighting.set_model` calls it.

        A weighting that is already attached keeps its state, so a second fit continues with it.

        Raises:
            ConfigError: The model has one task, or the weighting does not work with a loss.
        """
        attachment.attach(self, weighting)

    def detach_weighting(self) -> None:
        """Returns to constant weights and removes the weighting's variables from the model."""
        attachment.detach(self)
