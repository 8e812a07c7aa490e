"""Files from strangers: what a file claims is checked before anything is allocated for it.

Nothing here executes what a file holds, follows a path out of it, or decompresses it: the files
that Keras, NumPy and this package write need none of that, so one that does is refused.
"""

import lazy_loader as _lazy_loader

__getattr__, __dir__, __all__ = _lazy_loader.attach_stub(__name__, __file__)
