"""Shipping the main task alone: as SavedModel, Keras file, ONNX or LiteRT, each verified."""

from auxnet_keras._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "saved_model": "tf_format",
        "keras_file": "keras_format",
        "onnx": "onnx_format",
        "litert": "litert_format",
        "write": "formats",
        "FORMATS": "formats",
        "ExportError": "verification",
        "Verification": "verification",
    },
)
