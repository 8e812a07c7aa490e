"""Which step trains: the backend's own, with or without the gradient of each task."""

from typing import Any

import keras

from auxnet_keras.weighting.composition import gradient_rule


def backend_step(model: keras.Model, *args: Any) -> Any:
    """Trains an `AuxiliaryModel` on a batch.

    Args:
        model: The model, with the weighting that it has attached.
        *args: What Keras gives to `train_step`: the batch; on JAX the state, then the batch.

    Returns:
        The logs; on JAX the logs and the new state.
    """
    rule = gradient_rule(model._weighting)
    backend = keras.backend.backend()
    if backend == "tensorflow":
        from auxnet_keras.training import task_gradients, tensorflow_step

        if rule is None:
            return tensorflow_step.tensorflow_step(model, *args)
        return task_gradients.task_gradient_step(model, rule, *args)
    if backend == "torch":
        from auxnet_keras.training import task_gradients_torch, torch_step

        if rule is None:
            return torch_step.torch_step(model, *args)
        return task_gradients_torch.task_gradient_step(model, rule, *args)
    from auxnet_keras.training import jax_step, task_gradients_jax

    if rule is None:
        return jax_step.jax_step(model, *args)
    return task_gradients_jax.task_gradient_step(model, rule, *args)
