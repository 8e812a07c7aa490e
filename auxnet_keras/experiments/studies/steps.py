"""Counts the steps of a run from its settings and the available frames."""

import dataclasses
import math

from auxnet_keras.data.sampling import extra_in_batch
from auxnet_keras.experiments.config.run_config import RunConfig

VALIDATIONS = 20
"""Validations per run if its epochs follow from its steps, unless a setting says otherwise."""


@dataclasses.dataclass(frozen=True)
class Frames:
    """Frames of a data set.

    Attributes:
        training: Frames of the training split.
        with_label, with_depth: How many of them have each target.
        both: How many of them have both.
        validation: Frames of the validation split.
    """

    training: int
    with_label: int
    with_depth: int
    both: int
    validation: int

    def of(self, task: str) -> int:
        """Training frames with a task's target."""
        return self.with_label if task == "segmentation" else self.with_depth


def frames_of(config: RunConfig) -> Frames:
    """Counts the frames that a run would find, without opening any."""
    source = config.source()
    training = source.frames("train", config.seed, config.limit)
    return Frames(
        training=len(training),
        with_label=sum(frame.label is not None for frame in training),
        with_depth=sum(frame.depth is not None for frame in training),
        both=sum(frame.label is not None and frame.depth is not None for frame in training),
        validation=len(source.frames("val", config.seed, config.limit)),
    )


def steps_per_epoch(config: RunConfig, frames: Frames) -> int:
    """Steps of a pass over the frames with the main target (all frames if none is withheld)."""
    if config.labels is None and config.extra_data is None:
        return max(1, frames.training // config.batch_size)
    labelled = frames.of(config.main) if config.labels is None else config.labels
    share = config.extra_share if config.tasks[1:] else 0.0
    others = extra_in_batch(share, config.batch_size) if share else 0
    return max(1, labelled // (config.batch_size - others))


def auxiliary_steps(config: RunConfig, frames: Frames) -> int:
    """Steps of the auxiliary task alone, before the others."""
    if not config.auxiliary_first:
        return 0
    return config.auxiliary_first * max(1, frames.of(config.tasks[1]) // config.batch_size)


def steps_of(config: RunConfig, frames: Frames) -> int:
    """All training steps of a run."""
    return config.epochs * steps_per_epoch(config, frames) + auxiliary_steps(config, frames)


def with_steps(config: RunConfig, steps: int, frames: Frames) -> RunConfig:
    """The config with enough epochs for at least `steps`, and some validations within."""
    epochs = math.ceil(steps / steps_per_epoch(config, frames))
    every = config.validate_every
    if every == 1:
        every = max(1, epochs // VALIDATIONS)
    return dataclasses.replace(config, epochs=epochs, validate_every=every)
