"""log.txt: the messages of a run, on disk."""

import contextlib
import logging
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import keras

from auxnet_keras.callbacks.progress_line import describe
from auxnet_keras.core.fitted import fitted, is_terminal
from auxnet_keras.core.hosts import is_chief
from auxnet_keras.core.notebook import in_notebook
from auxnet_keras.storage.write_errors import writing

logger = logging.getLogger("auxnet_keras")


@contextlib.contextmanager
def run_log(folder: Path) -> Iterator[None]:
    """Inside the block, the package logs to the terminal and, with dates, to log.txt.

    A warning appears once, because a run opens its data several times. On a full disk log.txt stops
    growing and the run continues. Of several processes only the chief writes to the terminal.

    Raises:
        DataError: log.txt cannot be opened.
    """
    path = folder / "log.txt"
    with writing(path):
        file = _LogFile(path, encoding="utf-8")
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    # A notebook shows standard error as errors, in red.
    terminal = logging.StreamHandler(sys.stdout if in_notebook() else sys.stderr)
    terminal.setFormatter(_ForTerminal(terminal.stream))
    terminal.addFilter(lambda record: is_chief() and not getattr(record, "file_only", False))
    before = logger.level, logger.propagate
    logger.setLevel(logging.INFO)
    logger.propagate = False  # libraries add a handler to the root logger: lines would come twice
    for handler in (file, terminal):
        handler.addFilter(_WarnOnce())
        logger.addHandler(handler)
    try:
        yield
    finally:
        logger.level, logger.propagate = before
        for handler in (file, terminal):
            logger.removeHandler(handler)
        with contextlib.suppress(OSError):  # a full disk has no room for its buffer, either
            file.close()


class _ForTerminal(logging.Formatter):
    """Breaks lines between words, and puts them where a progress line may be."""

    def __init__(self, stream: Any) -> None:
        super().__init__("%(message)s")
        self._stream = stream

    def format(self, record: logging.LogRecord) -> str:
        text = fitted(super().format(record), self._stream, getattr(record, "indent", 0))
        return f"\r\x1b[2K{text}" if is_terminal(self._stream) else text


class _LogFile(logging.FileHandler):
    """Reports once that a line could not be written; logging would print a stack for each."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        if not getattr(self, "_reported", False):
            self._reported = True
            error = sys.exc_info()[1]
            print(f"{self.baseFilename} is no longer written: {error}", file=sys.stderr)


class _WarnOnce(logging.Filter):
    def __init__(self) -> None:
        super().__init__()
        self._seen: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        new = record.levelno != logging.WARNING or message not in self._seen
        self._seen.add(message)
        return new


class EpochLog(keras.callbacks.Callback):
    """Writes a line to log.txt for every epoch; the terminal has its progress line."""

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        tasks = getattr(self.model, "tasks", ())
        training = describe(logs or {}, tasks).plain
        validation = describe(logs or {}, tasks, "val_").plain
        validation = f" | val {validation}" if validation else ""
        logger.info("epoch %d: %s%s", epoch + 1, training, validation, extra={"file_only": True})
