"""What a prediction is worth: scores of class maps and of depth maps.

`SegmentationMetrics` and `DepthMetrics` are Keras metrics for `fit`. `confusion`, `depth_scores`
and `kitti` hold the formulas in NumPy, for evaluation at the images' own size.
"""

from auxnet_keras._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "SegmentationMetrics": "segmentation",
        "DepthMetrics": "depth",
        "segmentation": ".segmentation",
        "depth": ".depth",
        "confusion": ".confusion",
        "depth_scores": ".depth_scores",
        "kitti": ".kitti",
    },
)
