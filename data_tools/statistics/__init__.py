"""What there is to learn in a data set: class shares, depths, weights and bins."""

import lazy_loader as _lazy_loader

__getattr__, __dir__, __all__ = _lazy_loader.attach_stub(__name__, __file__)
