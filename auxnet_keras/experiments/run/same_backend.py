"""A run is trained on one backend from its first step to its last."""

from auxnet_keras.core.backend import backend, check_backend
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.run.run import Run


def check_same_backend(run: Run) -> None:
    """Refuses to train a run on a backend that did not begin it.

    Weights mean the same on every backend, so evaluations, predictions and exports may use another
    one; the bits of a training differ.

    Raises:
        BackendError: The backend is not installed.
        ConfigError: There is no such backend, or another one trained the run's saved epochs.
    """
    check_backend()
    now, before = backend(), run.manifest.content.get("backend")
    if before in (None, now) or run.position_saved == (0, 0):
        return
    raise ConfigError(
        f"{run.path} was trained on {before}, and goes on only there: the bits of another backend "
        f"differ. Set KERAS_BACKEND={before} to resume it, or choose another folder; --weights "
        f"{run.path} starts from its weights. Received: KERAS_BACKEND={now}."
    )
