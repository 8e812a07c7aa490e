"""Imports TensorFlow and Keras without their start-up messages."""

import os
import sys

from auxnet_keras.core.fitted import is_terminal
from auxnet_keras.core.silence import silent_unless_it_fails

_NOTE = "starting TensorFlow ..."


def import_tensorflow() -> None:
    """Imports TensorFlow with Keras and finds its devices, without messages of their libraries.

    A note on standard error says why nothing else happens for some seconds; on a terminal it
    disappears afterwards.

    The libraries write to file descriptor 2 before any of TensorFlow's settings apply
    (TF_CPP_MIN_LOG_LEVEL included), so the descriptor itself is redirected. If the import fails,
    everything is shown.
    """
    if "tensorflow" in sys.modules:
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    passing = is_terminal(sys.stderr)
    print(_NOTE, end="" if passing else "\n", file=sys.stderr, flush=True)
    try:
        with silent_unless_it_fails():
            import tensorflow as tf

            tf.config.list_physical_devices()
            tf.get_logger().setLevel("ERROR")  # its warnings are for who writes a training loop
            import keras  # noqa: F401 - another second or two that the note covers
    finally:
        if passing:
            print("\r\x1b[2K", end="", file=sys.stderr, flush=True)
