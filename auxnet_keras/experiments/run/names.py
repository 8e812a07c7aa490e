"""Names that tell runs apart."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auxnet_keras.experiments.run.run import Run


def distinct_names(runs: "Sequence[Run]") -> list[str]:
    """The folders' names, with as much of their paths as distinguishes them.

    A folder that is given twice gets a letter.
    """
    places = [run.path.resolve().parts for run in runs]
    names: list[str] = []
    for parts in range(1, max(map(len, places), default=0) + 1):
        names = ["/".join(place[-parts:]) for place in places]
        if len(set(names)) == len(set(places)):
            break
    if len(set(places)) < len(places):
        names = [run.name for run in runs]
        repeated = {name for name, count in Counter(names).items() if count > 1}
        names = [
            f"{name} ({letter(number)})" if name in repeated else name
            for number, name in enumerate(names)
        ]
    return names


def letter(number: int) -> str:
    """A, B, ..., Z, A1, B1, ...: the short name of a run in a table."""
    return chr(ord("A") + number % 26) + (str(number // 26) if number >= 26 else "")
