"""The catalogue's depth losses."""

from collections.abc import Iterator

from auxnet_keras.losses.catalogue import DEPTH_LOSSES
from generate.markdown import code, table


def pages() -> Iterator[tuple[str, str]]:
    """One page."""
    rows = [
        (
            code(name),
            code(f"ak.losses.{entry.code.rpartition(':')[2]}"),
            code(entry.formula),
            entry.unit,
            entry.source,
        )
        for name, entry in DEPTH_LOSSES.items()
    ]
    header = ("`--depth-loss`", "class", "loss per pixel", "unit", "source")
    yield "depth_losses.md", "\n".join([_HEAD, table(header, rows), _TAIL])


_HEAD = """# Depth losses

`--depth-loss` replaces the absolute error, and `depth_loss` is then that loss: its values are not
comparable between runs with different losses or units, but the depth metrics are. `p` is the
predicted and `g` the true depth, in the run's unit.
"""

_TAIL = """
Below a depth of 0.01 the logarithms continue as straight lines, so that a prediction of 0 or less
has a gradient. `InverseDepthL1` is for targets in metres and available only in Python;
`--depth-unit inverse_depth` with `l1` trains on inverse depth itself.
"""
