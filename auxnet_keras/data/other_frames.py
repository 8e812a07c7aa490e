"""The noise control of a study: every frame gets the auxiliary target of another frame."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from auxnet_keras.data.auxiliary_of import OTHER, OWN
from auxnet_keras.data.example import Example
from auxnet_keras.errors import ConfigError

_DONORS = 2  # keeps this stream of random numbers apart from the others


def with_donors(examples: Sequence[Example], auxiliary: str, seed: int) -> list[Example]:
    """Makes every example with an auxiliary target show another example's target.

    As many frames as before have a target, and each target is shown once. So the targets keep their
    statistics and lose their relation to the image. The pairs depend only on the seed and are the
    same in every epoch.

    Args:
        examples: The examples of the training split.
        auxiliary: The auxiliary task.
        seed: Seed of the pairs.

    Raises:
        ConfigError: Fewer than two examples have a target.
    """
    own = [index for index, example in enumerate(examples) if example.has(auxiliary)]
    if len(own) < 2:
        raise ConfigError(
            f"auxiliary_of={OTHER!r} gives every frame the {auxiliary} of another one. Expected at "
            f"least two training frames with {auxiliary}; add some, or use {OWN!r}. "
            f"Received: {len(own)}."
        )
    ring = np.random.default_rng([seed, _DONORS]).permutation(own).tolist()
    donors = dict(zip(ring, [*ring[1:], ring[0]], strict=True))  # never the example itself
    return [
        dataclasses.replace(example, donor=donors.get(index))
        for index, example in enumerate(examples)
    ]
