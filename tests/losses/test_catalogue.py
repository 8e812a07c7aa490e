"""The losses by name."""

import importlib
from pathlib import Path

from auxnet_keras.losses.catalogue import DEPTH_LOSSES
from tests.losses.contracts import DepthLossContract


def test_every_loss_of_the_catalogue_has_a_contract_test():
    for path in Path(__file__).parent.glob("test_*.py"):
        importlib.import_module(f"tests.losses.{path.stem}")
    tested = {type(each().make()) for each in DepthLossContract.__subclasses__()}
    assert {type(entry.make()) for entry in DEPTH_LOSSES.values()} <= tested
