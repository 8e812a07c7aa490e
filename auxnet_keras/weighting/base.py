"""The base of weightings: callbacks with their state in the model and their rule in the step.

Callback hooks run once per execution (of several batches) and only see running means, which is not
enough to compute a weight. The rule is therefore traced into the compiled step, which calls `total`
and then `update` on every batch; the callback attaches the state and does what is not per batch.
"""

import abc
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, Self

import keras
import numpy as np
from keras import ops

from auxnet_keras.core.step_state import refresh
from auxnet_keras.core.types import Logs, Tensor
from auxnet_keras.errors import ConfigError
from auxnet_keras.losses.task_loss import TaskLoss
from auxnet_keras.weighting import settings, summary


@keras.saving.register_keras_serializable(package="auxnet_keras")
class WeightingState(keras.layers.Layer):
    """Holds the variables of a weighting while it is attached to a model; computes nothing.

    A weights file may contain these variables. If it does not, or if they belong to another method
    or to other classes, loading it does not change them.

    Args:
        method: Name of the weighting's class; part of the variables' names in a file.
    """

    def __init__(self, method: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.method = method

    @property
    def weights(self) -> list[keras.Variable]:
        """None: `get_weights` and `count_params` of a model are the same with any weighting.

        The variables are among `variables`.
        """
        return []

    def add_state(self, name: str, value: Tensor | Sequence[float]) -> keras.Variable:
        """A float32 variable that starts at `value` and is equal on all replicas."""
        value = ops.convert_to_numpy(ops.convert_to_tensor(value, dtype="float32"))
        return self.add_weight(
            shape=value.shape,
            initializer=lambda shape, dtype=None: ops.convert_to_tensor(value, dtype),
            dtype="float32",
            trainable=False,
            aggregation="mean",
            autocast=False,
            name=name,
        )

    def save_own_variables(self, store: MutableMapping[str, np.ndarray]) -> None:
        for name, variable in self._named().items():
            store[name] = ops.convert_to_numpy(variable)

    def load_own_variables(self, store: MutableMapping[str, np.ndarray]) -> None:
        named = self._named()
        if set(store.keys()) == set(named) and all(
            tuple(store[name].shape) == tuple(variable.shape) for name, variable in named.items()
        ):
            for name, variable in named.items():
                variable.assign(store[name])

    def _named(self) -> dict[str, keras.Variable]:
        return {f"{self.method}.{variable.name}": variable for variable in self.variables}


def _nobody() -> None:
    """The owner of a weighting that was never attached; else a weak reference to a model."""


class Weighting(keras.callbacks.Callback, abc.ABC):
    """Base of all weightings.

    A subclass creates its variables in `build`, forms the objective in `total`, and updates its
    variables in `update`; all three use `keras.ops` only. `base.TaskWeighting` is a simpler base
    for rules with one number per task.

    Attributes:
        needs_per_pixel: The rule reads per-pixel losses, so plain Keras losses cannot be used.
        first_epoch: The epoch from which a rule counts its epochs; not 0 in a fit that continues
            another one.
        state: The variables, in the model it was attached to last; `None` before.
    """

    needs_per_pixel = False
    first_epoch = 0
    state: WeightingState | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = cls.__module__.startswith("auxnet_keras.")
        package = "auxnet_keras" if own else cls.__module__
        keras.saving.register_keras_serializable(package)(cls)

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        self = super().__new__(cls)
        self._given = settings.given(cls, args, kwargs)
        self._owner = _nobody
        return self

    def get_config(self) -> dict[str, Any]:
        """The arguments it was created with, which a saved model keeps.

        Raises:
            TypeError: One of them cannot be saved.
        """
        if self._given is None:
            raise TypeError("Arguments without a name cannot be saved.")
        return {name: settings.packed(value) for name, value in self._given.items()}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """A new weighting with the arguments of another one."""
        return cls(**{name: settings.unpacked(value) for name, value in config.items()})

    def __repr__(self) -> str:
        given, usual = self._given or {}, settings.given(type(self), (), {}) or {}
        unusual = {
            name: value
            for name, value in given.items()
            if name not in usual or repr(value) != repr(usual[name])
        }
        return summary.line(type(self).__name__, unusual, self._shown_weights())

    def _repr_html_(self) -> str:
        return summary.html(type(self).__name__, self._given or {}, self._shown_weights())

    def _shown_weights(self) -> dict[str, float] | None:
        """Task or class to its weight; `None` where it has none that can be read now."""
        if self.state is None:
            return None
        try:
            logged = {**self.current(), **self.host_weights()}
            return {
                name.removeprefix("class_").removeprefix("weight_"): float(
                    ops.convert_to_numpy(value)
                )
                for name, value in logged.items()
            }
        except Exception:  # a step is being traced, or the model's memory is gone
            return None

    def set_model(self, model: keras.Model) -> None:
        """Attaches the state to `model` (called by `fit`).

        Raises:
            ConfigError: `model` is not an `AuxiliaryModel`, or has only one task.
        """
        attach = getattr(model, "attach_weighting", None)
        if attach is None:
            raise ConfigError(
                f"{type(self).__name__} needs an auxnet_keras.models.AuxiliaryModel. Wrap your "
                "functional graph: AuxiliaryModel(inputs, {'segmentation': ..., 'depth': ...}). "
                f"Received: {type(model).__name__}."
            )
        super().set_model(model)  # first: a rule may ask the model for its classes
        attach(self)

    def per_pixel_tasks(self, model: keras.Model) -> tuple[str, ...]:
        """The tasks of `model` whose loss must have `per_pixel`."""
        return model.tasks if self.needs_per_pixel else ()

    @abc.abstractmethod
    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        """Creates variables with `state.add_state`; in `tasks` the main task comes first."""

    @abc.abstractmethod
    def total(self, losses: Mapping[str, TaskLoss]) -> Tensor:
        """The scalar to minimise; the gradient treats the current weights as constants."""

    @abc.abstractmethod
    def update(self, losses: Mapping[str, TaskLoss]) -> None:
        """Assigns the weights for the next batch."""

    @abc.abstractmethod
    def current(self) -> dict[str, Tensor]:
        """Log name (`weight_<task>`) to the current weight, a scalar tensor.

        These are logged on every step, so keep them few.
        """

    def host_weights(self) -> dict[str, float]:
        """Log name (`class_weight_<class>`) to the current weight, a number.

        For weights that are too many to log on every step: they are read between steps and logged
        once per epoch.
        """
        return {}

    def schedule(self, epoch: int) -> None:
        """Sets everything that depends only on the number of the epoch.

        It runs at the start of every epoch, and again after the state was restored from a
        checkpoint: on resuming, also within an epoch, and on a rollback to an earlier epoch. It
        must therefore be idempotent: assign a function of `epoch`, never count.

        Args:
            epoch: Number of the epoch, counted from 0 at the fit's `first_epoch`.
        """

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self.schedule(epoch - self.first_epoch)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        if logs is not None:
            logs.update(self.host_weights())  # `fit` calls a weighting before other callbacks

    @property
    @abc.abstractmethod
    def weights(self) -> dict[str, Any]:
        """The current weights, as Python or NumPy numbers."""

    def be_readable(self) -> None:
        """Makes the state current; an error before the first `fit`, which tells tasks and classes.

        Raises:
            ConfigError: `build` has not been called yet, or did not set `tasks`.
        """
        if not hasattr(self, "tasks"):
            raise ConfigError(
                "This weighting has no weights before it is attached to a model. Pass it to fit "
                f"in callbacks=[...] first. Received: an unattached {type(self).__name__}."
            )
        if self.state is not None:
            refresh(self.model, self.state.variables)


class TaskWeighting(Weighting):
    """A weighting with one number per task: L = sum_k lambda_k L_k."""

    def build(self, state: WeightingState, tasks: tuple[str, ...]) -> None:
        self.tasks = tasks
        self.values = state.add_state("task_weights", self.initial(tasks))

    def initial(self, tasks: tuple[str, ...]) -> list[float]:
        """lambda(0) in the order of `tasks`; 1 for each task by default."""
        return [1.0] * len(tasks)

    def effective_weights(self) -> Tensor:
        """The current `lambda` [tasks], detached from the gradient."""
        # A copy: PyTorch's gradient needs the values as they were before `update` assigns.
        return ops.copy(ops.stop_gradient(ops.convert_to_tensor(self.values)))

    def batch_weights(self, losses: Mapping[str, TaskLoss]) -> Tensor:
        """The `lambda` [tasks] that multiply the losses of this batch, detached."""
        return self.effective_weights()

    def total(self, losses: Mapping[str, TaskLoss]) -> Tensor:
        means = ops.stack([losses[task].mean for task in self.tasks])
        return ops.sum(self.batch_weights(losses) * means)

    def update(self, losses: Mapping[str, TaskLoss]) -> None:
        """Does nothing by default: the weights stay constant."""

    def current(self) -> dict[str, Tensor]:
        values = self.effective_weights()
        return {f"weight_{task}": values[i] for i, task in enumerate(self.tasks)}

    @property
    def weights(self) -> dict[str, float]:
        """Task to its current weight.

        Raises:
            ConfigError: Before the first `fit`, because the tasks come from the model.
        """
        self.be_readable()
        values = ops.convert_to_numpy(self.effective_weights())
        return {task: float(value) for task, value in zip(self.tasks, values, strict=True)}
