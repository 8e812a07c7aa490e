"""Experiments: a run (one training and all it leaves behind), its evaluation and its report."""

from auxnet_keras._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "RunConfig": "config",
        "read_config": "config_file",
        "recipe": "config_file",
        "weighting": "weightings",
        "Run": "run",
        "load_run": "run",
        "train": "training",
        "evaluate": "evaluation",
        "predict": "prediction",
        "run_demo": "demo",
        "comparison": "report",
        "learning_boost": "role_swap",
        "compare": "class_regions",
    },
)
