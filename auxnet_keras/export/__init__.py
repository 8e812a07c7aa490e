"""Exports of the main task alone, as SavedModel, Keras file, ONNX or LiteRT, each verified."""

import lazy_loader as _lazy_loader

__getattr__, __dir__, __all__ = _lazy_loader.attach_stub(__name__, __file__)
