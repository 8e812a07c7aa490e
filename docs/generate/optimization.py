"""Pages of the optimizers and of the learning-rate schedules of their catalogues."""

from collections.abc import Iterator, Mapping
from typing import Any

from auxnet_keras.experiments.config import signature_text
from auxnet_keras.optimizers.catalogue import OPTIMIZERS
from auxnet_keras.optimizers.schedules.catalogue import SCHEDULES
from generate.markdown import autodoc, code, table


def pages() -> Iterator[tuple[str, str]]:
    """One page for each catalogue."""
    yield "optimizers.md", _page(_OPTIMIZERS, "--optimizer", OPTIMIZERS)
    yield "schedules.md", _page(_SCHEDULES, "--schedule", SCHEDULES)


def _page(head: str, option: str, catalogue: Mapping[str, Any]) -> str:
    rows = [
        (code(name), entry.rule, code(", ".join(_values(entry))), entry.source)
        for name, entry in catalogue.items()
    ]
    parts = [head, table((code(option), "rule", "values", "source"), rows)]
    for name, entry in catalogue.items():
        parts += [
            f"## {name}",
            autodoc(
                "autoclass", f"auxnet_keras.optimizers.{entry.constructor.__name__}", "no-index"
            ),
        ]
    return "\n\n".join(parts)


def _values(entry: Any) -> list[str]:
    kinds = signature_text.parameters(entry)
    return ["EPOCHS:RATE" if name == "points" else name for name in kinds]


_OPTIMIZERS = """# Optimizers

`--optimizer NAME` or `--optimizer NAME:VALUE,...`, with values in the order below or by name:
`adamw:weight_decay=0.05,clip=1`. `clip` is the largest norm of all gradients together; without it
they are not clipped. `ak.optimizers.register` adds your own under a name.
"""

_SCHEDULES = """# Learning-rate schedules

`--schedule NAME` or `--schedule NAME:VALUE,...`, with values in the order below or by name:
`cosine:warmup=500,final=0.01`. The learning rate is a function of the step, that is of the number
of updates so far, which a checkpoint keeps: a resumed run continues with the rate that it had.

After `--auxiliary-first`, the schedule starts over for the training that follows, and each of both
trainings has a whole one; with `--keep-optimizer`, one schedule spans both. `cosine` and
`polynomial` depend on the number of all steps, so the `--epochs` of such a run cannot grow.
`ak.optimizers.register_schedule` adds your own under a name.
"""
