"""What the processes of a cluster tell each other besides numbers of the training.

JAX's coordination service, in the first process, keeps small texts that all can read, and notices
if a process is lost: then it ends the others, also those that wait here.
"""

import time
from typing import Any

from auxnet_keras.core.hosts import is_chief

_PAUSE = 0.1
"""Seconds between two looks. JAX's own wait would not notice Ctrl-C before it ends."""


class Meeting:
    """Texts of the same name in all processes; do not use it in a process alone.

    Args:
        name: Different for every use in the life of the processes.
    """

    def __init__(self, name: str) -> None:
        # JAX has no public way to its service.
        from jax._src.distributed import global_state

        self._client: Any = global_state.client
        self._name = f"auxnet_keras/{name}"

    def shared(self, what: str, text: str) -> str:
        """The text of the chief, for which the others wait; their own is ignored.

        Args:
            what: What it is about, different for every call.
            text: The text of this process.
        """
        key = f"{self._name}/{what}"
        if is_chief():
            self._client.key_value_set(key, text)
            return text
        while (said := self.first(what, None)) is None:
            time.sleep(_PAUSE)
        return said

    def first(self, what: str, text: str | None) -> str | None:
        """The text that any process gave first, if one has; never waits.

        Args:
            what: What it is about.
            text: The text of this process, if it has one.
        """
        import jax

        key = f"{self._name}/{what}"
        if text is not None:
            try:
                self._client.key_value_set(key, text)
            except jax.errors.JaxRuntimeError as error:
                if "ALREADY_EXISTS" not in str(error):
                    raise
        try:
            return str(self._client.key_value_try_get(key))
        except jax.errors.JaxRuntimeError as error:
            if "NOT_FOUND" not in str(error):
                raise
            return None
