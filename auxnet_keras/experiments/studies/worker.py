"""A process that trains runs for a study, one after another: `python -m ...studies.worker LOCK`.

Requests are lines of JSON on standard input, {"do": "train" or "measure", "config": YAML, "out":
run folder}; each is answered by a line of JSON on standard output, {"done": ...} or
{"error": sentence}. What training prints goes to standard error. When standard input ends, the
study has ended, and the worker ends too: at once, or as soon as its batch is saved.
"""

import json
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from auxnet_keras.errors import AuxnetError
from auxnet_keras.experiments.studies.places import PATIENCE
from auxnet_keras.storage.lock import acquired


def main(lock: Path) -> None:
    """Serves requests until standard input ends; holds `lock` from its first training on."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    requests = _Requests()
    held: Any = None
    while (line := requests.next()) is not None:
        request = json.loads(line)
        if request["do"] == "train" and held is None:
            held = acquired(lock, PATIENCE)
        answers.write(json.dumps(_answer(request)) + "\n")
        answers.flush()


class _Requests:
    """Lines of standard input, read during the training to notice when they end."""

    def __init__(self) -> None:
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._busy = False
        threading.Thread(target=self._read, daemon=True).start()

    def next(self) -> str | None:
        """The next line, or `None` at the end."""
        self._busy = False
        line = self._lines.get()
        self._busy = line is not None
        return line

    def _read(self) -> None:
        for line in sys.stdin:
            self._lines.put(line)
        self._lines.put(None)
        if self._busy:
            os.kill(os.getpid(), signal.SIGTERM)


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    import keras

    from auxnet_keras.data import sentence
    from auxnet_keras.experiments.config.config_file import parsed
    from auxnet_keras.experiments.fit.training import train
    from auxnet_keras.experiments.studies.pace import measure

    keras.backend.clear_session()  # networks of earlier runs, and the numbers in layers' names
    try:
        # YAML: in JSON the epochs of learning_rate_drops would be strings.
        settings = {**parsed(request["config"], "the request"), "out": request["out"]}
        if request["do"] == "measure":
            return {"done": measure(settings)}
        return {"done": str(train(settings).path)}
    except AuxnetError as error:
        return {"error": str(error)}
    except Exception as error:
        return {"error": sentence(error) or f"unexpected {type(error).__name__}: {error}"}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
