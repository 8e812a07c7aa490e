"""Plots of data, predictions and training, drawn without a display and without global state."""

import lazy_loader as _lazy_loader

__getattr__, __dir__, __all__ = _lazy_loader.attach_stub(__name__, __file__)
