"""Readers for untrusted files: a file's claims are checked before memory is allocated for them.

Nothing here runs code from a file, follows a path out of it, or decompresses it. The files that
Keras, NumPy and this package write need none of this; a file that does is refused.
"""

import lazy_loader as _lazy_loader

__getattr__, __dir__, __all__ = _lazy_loader.attach_stub(__name__, __file__)
