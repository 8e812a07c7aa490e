"""What a weighting says about itself: in one line for the terminal, as tables in a notebook."""

from collections.abc import Mapping
from typing import Any

from auxnet_keras.errors import shown
from auxnet_keras.tables.table import Table

MOST = 4
"""Weights that a line lists; of more, it says the range."""


def line(name: str, settings: Mapping[str, Any], weights: Mapping[str, float] | None) -> str:
    """A weighting in one line.

    Args:
        name: Its class.
        settings: Its settings; without those that have their default.
        weights: Task or class to its current weight; `None` before it is attached to a model.

    Example:
        >>> line("TaskWeightBalancing", {"momentum": 0.5}, {"segmentation": 1.2, "depth": 0.8})
        '<TaskWeightBalancing(momentum=0.5): segmentation 1.2, depth 0.8>'
    """
    call = f"{name}({', '.join(f'{key}={shown(value)}' for key, value in settings.items())})"
    if weights is None:
        return f"<{call}, not attached to a model>"
    if len(weights) > MOST:
        low, high = (choose(weights, key=weights.__getitem__) for choose in (min, max))
        ends = f"{low} {weights[low]:.4g} to {high} {weights[high]:.4g}"
        return f"<{call}: {len(weights)} weights, {ends}>"
    values = ", ".join(f"{key} {value:.4g}" for key, value in weights.items())
    return f"<{call}: {values}>"


def html(name: str, settings: Mapping[str, Any], weights: Mapping[str, float] | None) -> str:
    """A weighting as HTML tables of its settings and its weights, with all texts escaped.

    Args:
        name: Its class.
        settings: All its settings.
        weights: Task or class to its current weight; `None` before it is attached to a model.
    """
    rows = tuple((key, (shown(value),)) for key, value in settings.items())
    tables = [Table(("value",), rows, corner="setting").html(name)]
    if weights is not None:
        rows = tuple((key, (f"{value:.4g}",)) for key, value in weights.items())
        tables.append(Table(("now",), rows, corner="weight").html())
    return "".join(tables)
