"""Experiments: a run (one training and everything it writes), its scores and its report."""

import lazy_loader as _lazy_loader

__getattr__, __dir__, __all__ = _lazy_loader.attach_stub(__name__, __file__)
