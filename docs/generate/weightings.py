"""A page for each weighting of the catalogue, and an overview table."""

import inspect
import re
from collections.abc import Iterator, Mapping

from auxnet_keras.experiments.config import signature_text
from auxnet_keras.weighting.catalogue import FAMILIES, WEIGHTINGS
from auxnet_keras.weighting.method import Method
from generate.markdown import autodoc, code, listing, table


def pages() -> Iterator[tuple[str, str]]:
    """The overview and one page for each weighting."""
    families = [_family(name, methods) for name, methods in FAMILIES.items() if methods]
    contents = listing(f"weightings/{name}" for name in WEIGHTINGS)
    yield "weightings.md", "\n".join([_HEAD, *families, _TAIL, contents])
    for name, method in WEIGHTINGS.items():
        yield f"weightings/{name}.md", _page(name, method)


def _family(name: str, methods: Mapping[str, Method]) -> str:
    rows = [
        (
            f"[{name}](weightings/{name}.md)",
            code(method.weighting.__name__),
            method.rule,
            method.cost,
            method.source,
        )
        for name, method in methods.items()
    ]
    header = ("name", "callback", "rule after every batch", "passes of a step", "source")
    title, about = _FAMILIES[name]
    return f"## {title}\n\n{about}\n\n{table(header, rows)}"


def _page(name: str, method: Method) -> str:
    found = method.weighting
    values = [
        (code(parameter), code(_type(kind)))
        for parameter, kind in signature_text.parameters(method).items()
    ]
    parts = [
        f"# {found.__name__} ({name})",
        f"{method.rule[:1].upper()}{method.rule[1:]}. Source: {method.source}. A step has "
        f"{method.cost} passes.",
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
[Which weighting?](../choosing_a_weighting.md) helps to choose one. Passes are those through the
layers that the tasks share, for K tasks; each task's own layers have one of each.
"""

_FAMILIES = {
    "losses": (
        "Rules of losses",
        "Weights from the tasks' losses alone, or fixed ones: "
        "[more about them](../weightings/loss_rules.md).",
    ),
    "class-wise": (
        "Class weights",
        "A weight for each class of the auxiliary task: [Learning Boost](../learning_boost.md).",
    ),
    "gradients": (
        "Rules of gradients",
        "Weights from the angles and lengths of the tasks' gradients, for all tasks alike: "
        "[more about them](../weightings/gradient_rules.md).",
    ),
    "main + auxiliary": (
        "Main + auxiliary rules",
        "The auxiliary gradients count as far as they help the main task: "
        "[more about them](../weightings/auxiliary_rules.md).",
    ),
}

_TAIL = """
`ak.weighting.register` adds your own under a name: see
[Recipes: your own weighting](../recipes.md#your-own-weighting).
"""
