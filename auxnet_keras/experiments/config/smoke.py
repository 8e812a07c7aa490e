"""What a smoke test leaves of a run: all its parts, each as short as possible."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auxnet_keras.experiments.config.run_settings import RunSettings

STEPS = 2

SMOKE = "A smoke test: two steps of everything, to see that it runs. Its scores mean nothing."


def shortened(config: "RunSettings") -> dict[str, Any]:
    """The settings of a smoke test that differ: one epoch of two steps, and little to validate on.

    They are the same for settings that have been shortened already.
    """
    frames = STEPS * config.batch_size
    changes: dict[str, Any] = {
        "epochs": 1,
        "validate_every": 1,
        "limit": min(frames, config.limit or frames),
    }
    if config.auxiliary_first is not None:
        changes["auxiliary_first"] = 1
    if config.labels is not None:
        from auxnet_keras.data.sampling import extra_in_batch  # with NumPy

        share = config.extra_share if config.tasks[1:] else 0.0
        others = extra_in_batch(share, config.batch_size) if share else 0
        changes["labels"] = min(STEPS * (config.batch_size - others), config.labels)
    return changes
