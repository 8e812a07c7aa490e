"""Imports Keras and its backend without their start-up messages."""

import os
import sys

from auxnet_keras.core.backend import BACKENDS, backend, check_backend
from auxnet_keras.core.fitted import is_terminal
from auxnet_keras.core.silence import silent_unless_it_fails


def start_backend() -> None:
    """Imports Keras with its backend, without messages of their libraries.

    A note on standard error says why nothing else happens for some seconds; on a terminal it
    disappears afterwards.

    The libraries write to file descriptor 2 before any of their settings apply
    (TF_CPP_MIN_LOG_LEVEL included), so the descriptor itself is redirected. If the import fails,
    everything is shown.

    Raises:
        BackendError: The backend is not installed.
        ConfigError: There is no such backend.
    """
    if "keras" in sys.modules:
        return
    check_backend()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    passing = is_terminal(sys.stderr)
    note = f"starting {BACKENDS[backend()]} ..."
    print(note, end="" if passing else "\n", file=sys.stderr, flush=True)
    try:
        with silent_unless_it_fails():
            if backend() == "tensorflow":
                import tensorflow as tf

                tf.config.list_physical_devices()  # else its lines come with the first use
                tf.get_logger().setLevel("ERROR")  # its warnings are for who writes a training loop
            # JAX must not look for its devices yet: it then no longer reads what a run sets.
            import keras  # noqa: F401 - another second or two that the note covers
    finally:
        if passing:
            print("\r\x1b[2K", end="", file=sys.stderr, flush=True)
