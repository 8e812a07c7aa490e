"""Data sets: label tables, a reader for each data set, and the pipeline that feeds `fit`."""

import lazy_loader as _lazy_loader

__getattr__, __dir__, __all__ = _lazy_loader.attach_stub(__name__, __file__)
