"""Pictures of data, predictions and training, drawn without a display and without global state."""

from auxnet_keras._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "colour_labels": "colour",
        "colour_depth": "colour",
        "overlay": "colour",
        "strip": "grid",
        "write": "grid",
        "curves": "training",
        "class_weights": "heat_map",
        "confusion": "matrix",
        "pairs": "dumbbells",
    },
)
