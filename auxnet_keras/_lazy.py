"""Modules whose names are imported when first used, so that `import auxnet_keras` stays instant."""

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def attach(package: str, names: Mapping[str, str]) -> tuple[Callable, Callable, list[str]]:
    """`__getattr__`, `__dir__` and `__all__` for a package whose names load on first use.

    Args:
        package: The package's `__name__`.
        names: Public name to the sub-module that defines it; a name that maps to itself with a
            leading dot (`"models": ".models"`) is the sub-module.
    """

    def getattribute(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        target = names[name]
        module = importlib.import_module(f"{package}.{target.lstrip('.')}")
        return module if target.startswith(".") else getattr(module, name)

    def directory() -> list[str]:
        return sorted(names)

    return getattribute, directory, sorted(names)
