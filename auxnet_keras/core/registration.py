"""Registers the package's classes with Keras: a saved model loads after `import auxnet_keras`.

Keras finds a class of a saved model only if the module that registers it has been imported.
Importing those modules at once would import Keras, and with it its backend, for every
`auxnet --help`. They are therefore imported as soon as Keras is, or now if it already is.
"""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from types import ModuleType

from auxnet_keras.core.backend import check_backend

SERIALISABLE = (
    "auxnet_keras.losses.berhu",
    "auxnet_keras.losses.cross_entropy",
    "auxnet_keras.losses.depth_l1",
    "auxnet_keras.losses.inverse_depth_l1",
    "auxnet_keras.losses.log_depth_l1",
    "auxnet_keras.losses.scale_invariant_log",
    "auxnet_keras.metrics.segmentation",
    "auxnet_keras.metrics.depth",
    "auxnet_keras.models.batch_normalization",
    "auxnet_keras.models.preprocessing",
    "auxnet_keras.models.sub_pixel",
    "auxnet_keras.optimizers.schedules.warm_up",
    "auxnet_keras.training.logged_metrics",
    "auxnet_keras.training.auxiliary_model",
)


def register_with_keras() -> None:
    """Registers the classes as soon as Keras is imported."""
    if "keras" in sys.modules:
        _import_all()
    else:
        sys.meta_path.insert(0, _AfterKeras())


def _import_all() -> None:
    for module in SERIALISABLE:
        importlib.import_module(module)


class _AfterKeras(importlib.abc.MetaPathFinder):
    """Runs `_import_all` once Keras is loaded and no module of this package is half-loaded.

    The second condition matters when one of those modules is itself the first to import Keras.
    """

    def __init__(self) -> None:
        self.loading = 0

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != "keras" and not fullname.startswith("auxnet_keras."):
            return None
        if fullname == "keras":
            check_backend()  # a sentence, where Keras would raise from deep inside
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_then_register(module: ModuleType) -> None:
                self.loading += 1
                try:
                    execute(module)
                finally:
                    self.loading -= 1
                if not self.loading and "keras" in sys.modules and self in sys.meta_path:
                    sys.meta_path.remove(self)
                    _import_all()

            spec.loader.exec_module = execute_then_register  # type: ignore[method-assign]
        return spec
