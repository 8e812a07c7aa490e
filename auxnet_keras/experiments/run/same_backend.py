"""A run is trained on one backend from its first step to its last."""

from auxnet_keras.core.backend import BACKENDS, backend, check_backend
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.run.run import Run

TRAIN_ON = ("tensorflow", "jax")


def check_same_backend(run: Run) -> None:
    """Refuses to train a run on a backend that cannot, or that did not begin it.

    Weights mean the same on every backend, so evaluations, predictions and exports may use another
    one; the bits of a training differ.

    Raises:
        BackendError: The backend is not installed.
        ConfigError: There is no such backend. This is another one than trained the run's saved
            epochs, or one that runs do not train on.
    """
    check_backend()
    now, before = backend(), run.manifest.content.get("backend")
    if now not in TRAIN_ON:
        raise ConfigError(
            f"Runs train on {' and '.join(BACKENDS[name] for name in TRAIN_ON)}; set "
            f"KERAS_BACKEND={' or '.join(TRAIN_ON)} before Python starts. On {BACKENDS[now]}, use "
            f"model.fit. Received: KERAS_BACKEND={now}."
        )
    if before in (None, now) or run.position_saved == (0, 0):
        return
    raise ConfigError(
        f"{run.path} was trained on {before}, and goes on only there: the bits of another backend "
        f"differ. Set KERAS_BACKEND={before} to resume it, or choose another folder; --weights "
        f"{run.path} starts from its weights. Received: KERAS_BACKEND={now}."
    )
