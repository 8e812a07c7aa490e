"""Contender of throughput.py: the training step of ours on JAX."""

import itertools
from typing import Any

import contenders
import jax
import keras
from processes import peak_memory
from synthetic import Setting, batch

from auxnet_keras.training.precision import using_precision

POLICIES = {"bf16": "mixed_bfloat16", "float32": "float32"}


class Ours:
    """The step that `fit` runs, on a batch that is on the device already."""

    def __init__(self, setting: Setting, precision: str) -> None:
        with using_precision(POLICIES[precision]):
            model = contenders.network(setting)
            model.compile(optimizer=keras.optimizers.Adam(1e-4), metrics=None)
        model.make_train_function()
        self._function = model.train_function
        self._batches = itertools.repeat(jax.device_put(batch(setting)))
        self._parameters = model.count_params()
        self._state = model._get_jax_state(
            trainable_variables=True,
            non_trainable_variables=True,
            optimizer_variables=True,
            metrics_variables=True,
            purge_model_variables=True,  # as in `fit`: the step is given the only copy
        )

    def facts(self) -> dict[str, Any]:
        """The number of parameters, the device and the version."""
        return {"parameters": self._parameters, **facts()}

    def step(self) -> None:
        """Starts one step."""
        self._logs, self._state = self._function(self._state, self._batches)

    def wait(self) -> None:
        """Until the device has finished."""
        float(self._logs["loss"])

    def memory(self) -> float:
        """The largest allocation in MiB."""
        return memory()


def facts() -> dict[str, Any]:
    """The device and the version."""
    return {"device": jax.devices()[0].device_kind, "version": jax.__version__}


def memory() -> float:
    """The largest allocation in MiB, on the device or, on a CPU, resident in this process."""
    statistics = jax.devices()[0].memory_stats()
    return statistics["peak_bytes_in_use"] / 2**20 if statistics else peak_memory()
