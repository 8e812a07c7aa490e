"""Weightings: how much each task's loss counts. One method per file; base.py has the base class."""

import lazy_loader as _lazy_loader

__getattr__, __dir__, __all__ = _lazy_loader.attach_stub(__name__, __file__)
