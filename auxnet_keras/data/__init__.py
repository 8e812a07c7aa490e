"""Datasets: label tables, one reader a dataset, and the pipeline that feeds `fit`."""

from auxnet_keras._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "load": "pipeline",
        "with_depth_input": "pipeline",
        "arrays": "batches",
        "depth_bins": "bins",
        "preset_bins": "bin_presets",
        "sentence": "failure",
        "info": "registry",
        "source": "registry",
        "DatasetInfo": "frame",
        "Frame": "frame",
        "Sample": "frame",
        "street": ".street",
    },
)
