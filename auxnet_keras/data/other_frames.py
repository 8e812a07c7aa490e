"""The noise control of a study: every frame gets the auxiliary target of another frame."""

import numpy as np

from auxnet_keras.data.auxiliary_of import OTHER, OWN
from auxnet_keras.errors import ConfigError

_DONORS = 2  # keeps this stream of random numbers apart from the others


def donors(shown: np.ndarray, auxiliary: str, seed: int) -> np.ndarray:
    """For every example with an auxiliary target, another example whose target it shows.

    As many frames as before have a target, and each target is shown once. So the targets keep their
    statistics and lose their relation to the image. The pairs depend only on the seed and are the
    same in every epoch.

    Args:
        shown: bool [examples], which of the training split have a target.
        auxiliary: The auxiliary task.
        seed: Seed of the pairs.

    Returns:
        int64 [examples], the index of the other example; -1 for one without a target.

    Raises:
        ConfigError: Fewer than two examples have a target.
    """
    own = np.flatnonzero(shown)
    if len(own) < 2:
        raise ConfigError(
            f"auxiliary_of={OTHER!r} gives every frame the {auxiliary} of another one. Expected at "
            f"least two training frames with {auxiliary}; add some, or use {OWN!r}. "
            f"Received: {len(own)}."
        )
    ring = np.random.default_rng([seed, _DONORS]).permutation(own)
    found = np.full(len(shown), -1, np.int64)
    found[ring] = np.roll(ring, -1)  # never the example itself
    return found
