"""Looks at a folder and writes the description that the kind `folder` needs."""

import lazy_loader as _lazy_loader

__getattr__, __dir__, __all__ = _lazy_loader.attach_stub(__name__, __file__)
