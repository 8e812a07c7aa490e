"""What `fit` takes beside a weighting: progress, TensorBoard, and what a run leaves on disk."""

import lazy_loader as _lazy_loader

__getattr__, __dir__, __all__ = _lazy_loader.attach_stub(__name__, __file__)
