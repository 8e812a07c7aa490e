"""TensorBoard's event files on a full disk: TensorFlow writes them, and its error is unreadable."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from auxnet_keras.storage.write_errors import write_error


@contextlib.contextmanager
def readable_event_file_errors(folder: Path) -> Iterator[None]:
    """Turns TensorFlow's error for unwritable event files into one of this package.

    Args:
        folder: TensorBoard's folder.

    Raises:
        DataError: The disk is full, or the folder cannot be written to.
    """
    import tensorflow as tf

    try:
        yield
    except tf.errors.OpError as error:
        text = str(error)
        if ".tfevents." not in text:
            raise
        match = re.search(r"\.v2; ([^\n]+)", text)
        problem = match[1] if match else type(error).__name__
        kept = "It resumes from the last checkpoint."
        raise write_error(f"TensorBoard's files in {folder}", problem, kept) from error
