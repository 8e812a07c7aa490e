"""Scores of class maps and of depth maps.

`SegmentationMetrics` and `DepthMetrics` are Keras metrics for `fit`. `confusion`, `depth_scores`
and `kitti` have the formulas in NumPy, for evaluation at the images' own size.
"""

import lazy_loader as _lazy_loader

__getattr__, __dir__, __all__ = _lazy_loader.attach_stub(__name__, __file__)
