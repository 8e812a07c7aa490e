"""The noise control of a study: every frame gets the auxiliary target of another one."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from auxnet_keras.data.example import Example
from auxnet_keras.errors import ConfigError

OWN, OTHER = "own-frame", "other-frame"
CHOICES = (OWN, OTHER)

_DONORS = 2  # keeps this stream of random numbers apart from the others


def with_donors(examples: Sequence[Example], auxiliary: str, seed: int) -> list[Example]:
    """Every example with an auxiliary target shows that of another one.

    As many frames as before have a target, and each target is shown once: what depth says about its
    image is lost, how often and where it is what it is stays. The pairs are a function of the seed
    and the same in every epoch.

    Args:
        examples: Of the training split.
        auxiliary: The task.
        seed: Of the pairs.

    Raises:
        ConfigError: Fewer than two have a target.
    """
    own = [index for index, example in enumerate(examples) if example.has(auxiliary)]
    if len(own) < 2:
        raise ConfigError(
            f"auxiliary_of={OTHER!r} gives every frame the {auxiliary} of another, which needs two "
            f"training frames with {auxiliary}. Received: {len(own)}."
        )
    ring = np.random.default_rng([seed, _DONORS]).permutation(own).tolist()
    donors = dict(zip(ring, [*ring[1:], ring[0]], strict=True))  # nobody is next to itself
    return [
        dataclasses.replace(example, donor=donors.get(index))
        for index, example in enumerate(examples)
    ]
