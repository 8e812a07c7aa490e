"""The depth losses by name, for `--depth-loss` and the documentation."""

import dataclasses
from typing import TYPE_CHECKING

from auxnet_keras.core.catalogue import Catalogue, resolve

if TYPE_CHECKING:
    from auxnet_keras.losses.base import DepthLoss


@dataclasses.dataclass(frozen=True)
class DepthLossEntry:
    """A depth loss as the catalogue lists it.

    Attributes:
        code: The class, `"package.module:Class"`; built without arguments.
        formula: The cost of a pixel with prediction p and target g, for tables.
        unit: The unit of its values: that of the run's depth, or none.
        source: Paper and equation.
    """

    code: str
    formula: str
    unit: str
    source: str

    def make(self) -> "DepthLoss":
        """A new instance of the loss; imports Keras."""
        return resolve(self.code)()


_HERE = "auxnet_keras.losses"

DEPTH_LOSSES: Catalogue[DepthLossEntry] = Catalogue(
    "depth loss",
    {
        "l1": DepthLossEntry(
            f"{_HERE}.depth_l1:DepthL1", "abs(p - g)", "the run's", "AuxNet, section 3.2"
        ),
        "log-l1": DepthLossEntry(
            f"{_HERE}.log_depth_l1:LogDepthL1",
            "abs(log p - log g)",
            "none",
            "Saxena et al. 2009",
        ),
        "silog": DepthLossEntry(
            f"{_HERE}.scale_invariant_log:ScaleInvariantLogLoss",
            "(d - m)^2 + m^2 / 2, with d = log p - log g and m its mean over the image",
            "none",
            "Eigen et al. 2014, Eq. 4",
        ),
        "berhu": DepthLossEntry(
            f"{_HERE}.berhu:BerHu",
            "abs(p - g); above c, a fifth of the batch's largest error, ((p - g)^2 + c^2) / (2 c)",
            "the run's",
            "Laina et al. 2016, Eq. 1",
        ),
    },
)
"""Name -> loss. They work in every unit of depth. `InverseDepthL1`, with its floor for metres, is
not among them; a run uses `l1` with `depth_unit: inverse_depth` instead."""
