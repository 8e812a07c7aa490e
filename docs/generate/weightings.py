"""A page for each weighting of the catalogue, and an overview table."""

import inspect
import re
from collections.abc import Iterator

from auxnet_keras.experiments.config import signature_text
from auxnet_keras.weighting.catalogue import WEIGHTINGS
from auxnet_keras.weighting.method import Method
from generate.markdown import autodoc, code, listing, table


def pages() -> Iterator[tuple[str, str]]:
    """The overview and one page for each weighting."""
    rows = [
        (
            f"[{name}](weightings/{name}.md)",
            code(method.weighting.__name__),
            method.rule,
            method.source,
        )
        for name, method in WEIGHTINGS.items()
    ]
    contents = listing(f"weightings/{name}" for name in WEIGHTINGS)
    header = ("name", "callback", "rule after every batch", "source")
    yield "weightings.md", "\n".join([_HEAD, table(header, rows), _TAIL, contents])
    for name, method in WEIGHTINGS.items():
        yield f"weightings/{name}.md", _page(name, method)


def _page(name: str, method: Method) -> str:
    found = method.weighting
    values = [
        (code(parameter), code(_type(kind)))
        for parameter, kind in signature_text.parameters(method).items()
    ]
    parts = [
        f"# {found.__name__} ({name})",
        f"{method.rule[:1].upper()}{method.rule[1:]}. Source: {method.source}.",
        f"In Python: `ak.weighting.{found.__name__}`. On the command line and in a configuration "
        f"file: `weighting: {name}`, with values in this order or by name, as in "
        f"`{_call(name, [row[0].strip('`') for row in values])}`.",
        table(("value", "type"), values) if values else "It takes no values there.",
        autodoc("autoclass", f"auxnet_keras.weighting.{found.__name__}", "no-index"),
    ]
    return "\n\n".join(parts)


def _call(name: str, parameters: list[str]) -> str:
    return f"{name}:{','.join(f'{each}=...' for each in parameters)}" if parameters else name


def _type(kind: object) -> str:
    return kind.__name__ if inspect.isclass(kind) else re.sub(r"\b\w+\.", "", str(kind))


_HEAD = """# Weightings

A weighting determines how much the loss of each task counts. Each is a Keras callback: pass it to
`fit`, or name it with `--weighting`. Its rule runs inside the compiled step after every batch, and
its state is saved with the model. `none` means no weighting: all weights are 1.

Every page has the formula, when to use it, the arguments, an example and the source.
"""

_TAIL = """
`ak.weighting.register` adds your own under a name: see
[Recipes: your own weighting](../recipes.md#your-own-weighting).
"""
