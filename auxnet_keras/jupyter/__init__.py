"""Pictures in a notebook: data, predictions, and a training that runs elsewhere.

Everything here is also in files, of a run folder or of `auxnet data browse`.
"""

import lazy_loader as _lazy_loader

__getattr__, __dir__, __all__ = _lazy_loader.attach_stub(__name__, __file__)
