"""The API reference: every public name, from the stubs of the public packages."""

import importlib
import inspect
from collections.abc import Iterator

from generate.markdown import autodoc, listing

PACKAGES = (
    "auxnet_keras.models",
    "auxnet_keras.weighting",
    "auxnet_keras.losses",
    "auxnet_keras.metrics",
    "auxnet_keras.optimizers",
    "auxnet_keras.callbacks",
    "auxnet_keras.data",
    "auxnet_keras.data.street",
    "auxnet_keras.experiments",
    "auxnet_keras.export",
    "auxnet_keras.jupyter",
    "auxnet_keras.plots",
    "auxnet_keras.safety",
    "auxnet_keras.errors",
    "data_tools.verify",
    "data_tools.statistics",
    "data_tools.browse",
    "data_tools.convert",
    "data_tools.download",
)
OURS = ("auxnet_keras", "data_tools")


def pages() -> Iterator[tuple[str, str]]:
    """A page for each public package."""
    yield "api.md", _HEAD + listing(f"api/{name}" for name in PACKAGES)
    for name in PACKAGES:
        yield f"api/{name}.md", _page(name)


def public(name: str) -> list[str]:
    """The public names of a package."""
    package = importlib.import_module(name)
    names = getattr(package, "__all__", None) or [
        each
        for each, value in vars(package).items()
        if not each.startswith("_") and str(getattr(value, "__module__", "")).startswith(OURS)
    ]
    return list(names)


def _page(name: str) -> str:
    package = importlib.import_module(name)
    about = inspect.getdoc(package) or ""
    entries = [_entry(name, each, getattr(package, each)) for each in public(name)]
    return "\n\n".join([f"# {name}", about, *filter(None, entries)])


def _entry(package: str, name: str, value: object) -> str:
    target = f"{package}.{name}"
    if inspect.ismodule(value):
        if target in PACKAGES:
            return ""
        return autodoc("automodule", value.__name__, "members")
    if inspect.isclass(value):
        return autodoc("autoclass", target, "members")
    if inspect.isroutine(value):
        return autodoc("autofunction", target)
    return autodoc("autodata", target, "no-value")


_HEAD = """# API reference

Everything below is public: `import auxnet_keras as ak`, then `ak.models.AuxNet` and so on.
Packages import names lazily, on first use. Names that start with an underscore, and modules that
are not listed here, may change without notice.

"""
