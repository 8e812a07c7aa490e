"""A montage of frames: image, labels and depth, as they are and augmented."""

import lazy_loader as _lazy_loader

__getattr__, __dir__, __all__ = _lazy_loader.attach_stub(__name__, __file__)
