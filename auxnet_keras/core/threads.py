"""The number of threads of one operation, on which the last bits of its sums depend."""

import os


def thread_count() -> int | None:
    """Threads that TensorFlow divides an operation among; `None` on other backends."""
    import keras

    if keras.backend.backend() != "tensorflow":
        return None
    import tensorflow as tf

    configured = tf.config.threading.get_intra_op_parallelism_threads()
    return configured or _number("TF_NUM_INTRAOP_THREADS") or available()


def use_threads(count: int) -> bool:
    """Sets the number of threads, if TensorFlow has not started to compute; says whether it is so.

    Args:
        count: 1 or more.
    """
    if thread_count() == count:
        return True
    import tensorflow as tf

    try:
        tf.config.threading.set_intra_op_parallelism_threads(count)
    except RuntimeError:
        return False
    return thread_count() == count


def _number(variable: str) -> int:
    text = os.environ.get(variable, "")
    return int(text) if text.isdecimal() else 0


def available() -> int:
    """Threads that this process may use at the same time."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    return len(affinity(0)) if affinity else os.cpu_count() or 1
