"""The backend that Keras computes on: which one it is, and whether it is installed."""

import importlib.util
import json
import os
import sys
from pathlib import Path

from auxnet_keras.errors import BackendError, unknown

BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
"""Name for Keras, which is also the module -> name for people."""

_DEFAULT = "tensorflow"


def backend() -> str:
    """The backend of Keras, or the one that it will have; imports nothing."""
    keras = sys.modules.get("keras")
    if keras is not None:
        return keras.backend.backend()
    return os.environ.get("KERAS_BACKEND") or _configured() or _DEFAULT


def is_installed(name: str) -> bool:
    """Whether a backend could be imported."""
    return importlib.util.find_spec(name) is not None


def check_backend() -> None:
    """Refuses a backend that Keras would fail to import, with a stack of its own.

    Raises:
        BackendError: It is not installed.
        ConfigError: There is no such backend.
    """
    name = backend()
    if name not in BACKENDS:
        raise unknown("backend in KERAS_BACKEND", name, BACKENDS)
    if is_installed(name):
        return
    others = [other for other in BACKENDS if is_installed(other)]
    other = others[0] if others else "tensorflow" if name == "jax" else "jax"
    first = "" if others else f"{_how(other)} and "
    given = os.environ.get("KERAS_BACKEND")
    raise BackendError(
        f"{BACKENDS[name]}, on which Keras computes here, is not installed. Install it with "
        f"{_how(name)}, or {first}set KERAS_BACKEND={other} before Python starts. "
        f"Received: {f'KERAS_BACKEND={given}' if given else 'no KERAS_BACKEND'}."
    )


def _how(name: str) -> str:
    return f"pip install 'auxnet_keras[{name}]'"


def _configured() -> str | None:
    """The backend in Keras' own file of settings, where Keras looks for it."""
    home = Path.home() if os.access(Path.home(), os.W_OK) else Path("/tmp")
    folder = Path(os.environ.get("KERAS_HOME") or home / ".keras")
    try:
        return json.loads((folder / "keras.json").read_text()).get("backend")
    except (OSError, ValueError):
        return None
