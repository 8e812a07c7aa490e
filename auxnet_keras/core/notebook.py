"""What a Jupyter notebook needs: to be recognised, and no red lines of TensorFlow in its cells."""

import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from auxnet_keras.core.silence import silent_unless_it_fails


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    # Only a running IPython knows; importing it just to check would be slow everywhere else.
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"


def quiet_tensorflow() -> None:
    """In a notebook, a later import of TensorFlow shows nothing; nothing is imported now.

    Jupyter shows what libraries in C write to file descriptor 2 as red lines below the cell.
    """
    if in_notebook() and "tensorflow" not in sys.modules:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        sys.meta_path.insert(0, _Quietly())


class _Quietly(importlib.abc.MetaPathFinder):
    """Finds TensorFlow as usual and lets it start silently: some lines ignore its settings."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != "tensorflow":
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_silently(module: ModuleType) -> None:
                sys.meta_path.remove(self)  # only now: others ask whether TensorFlow is installed
                with silent_unless_it_fails():
                    execute(module)
                    module.config.list_physical_devices()  # else its lines come with the first use
                    module.get_logger().setLevel("ERROR")  # as in `auxnet`

            spec.loader.exec_module = execute_silently  # type: ignore[method-assign]
        return spec
