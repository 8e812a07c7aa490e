"""Compiles the network of a run: losses, and an optimizer with its learning rate."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import keras

from auxnet_keras.core import replicas
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.fit.optimization import new_optimizer
from auxnet_keras.losses.catalogue import DEPTH_LOSSES
from auxnet_keras.losses.cross_entropy import PixelCrossEntropy
from auxnet_keras.training.compile_defaults import default_losses

if TYPE_CHECKING:
    from auxnet_keras.data.plan import Plan
    from auxnet_keras.experiments.fit.phases import Phase
    from auxnet_keras.models import AuxiliaryModel


def compile_for(
    model: "AuxiliaryModel",
    config: RunConfig,
    phase: "Phase",
    plan: "Plan",
    class_weights: Sequence[float] | None,
) -> None:
    """Compiles the model with a new optimizer.

    Args:
        model: The network of `config`.
        config: The settings of the run.
        phase: The first of the phases that the optimizer trains.
        plan: The training data.
        class_weights: For the loss of segmentation; `None` weighs all alike.
    """
    losses = default_losses(model)
    if "segmentation" in losses:
        losses["segmentation"] = PixelCrossEntropy(
            class_weights=class_weights,
            from_logits=losses["segmentation"].from_logits,
            label_smoothing=config.label_smoothing,
        )
    if "depth" in losses:
        losses["depth"] = DEPTH_LOSSES[config.depth_loss].make()
    # Never XLA on TensorFlow: on a GPU it can search minutes for a kernel of the large transposed
    # convolution. JAX has nothing else.
    xla = keras.backend.backend() == "jax"
    with replicas.scope(model):
        model.compile(new_optimizer(config, phase, plan), losses, jit_compile=xla)
