"""ONNX, for onnxruntime, OpenVINO and TensorRT; needs the extra [onnx]."""

import warnings
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np

from auxnet_keras.export.catalogue import FORMATS
from auxnet_keras.export.deployment import Deployment
from auxnet_keras.export.fixed_size import fixed_size_model
from auxnet_keras.export.verification import (
    Verification,
    network_output,
    sample_inputs,
    verify_export,
    writing_export,
)
from auxnet_keras.storage.atomic import replacing


def onnx(
    model: keras.Model, path: str | Path, *, size: tuple[int, int] | None = None
) -> Verification:
    """Writes the main task alone as ONNX and checks it against the model with onnxruntime.

    Input `image`, uint8 [B, h, w, 3] RGB of the network's size; output `class_map`, uint8
    [B, h, w], or the map of a one-channel task.

    Args:
        model: An `AuxiliaryModel`.
        path: The file; an existing one is replaced atomically, after verification.
        size: (height, width), for a model built with unknown sides.

    Returns:
        How the ONNX network compares with the model.

    Raises:
        ConfigError: As `Deployment`; the size is unknown; the extra is not installed; the backend
            is not tensorflow.
        ExportError: The file's output differs from the model's, or the disk is full; nothing was
            written.
    """
    FORMATS["onnx"].check_installed()
    FORMATS["onnx"].check_backend()
    import onnxruntime  # type: ignore[import-not-found]

    path = Path(path)
    deployment = Deployment(model, size)
    with writing_export(path), replacing(path) as temporary:
        fixed = fixed_size_model(deployment, None)
        with warnings.catch_warnings():  # Keras uses a name that NumPy 2 no longer has
            warnings.simplefilter("ignore", FutureWarning)
            fixed.export(temporary, format="onnx", input_signature=[fixed.input], verbose=False)
        session = onnxruntime.InferenceSession(temporary, providers=["CPUExecutionProvider"])

        def run(inputs: Mapping[str, np.ndarray]) -> np.ndarray:
            return session.run([deployment.output], dict(inputs))[0]

        inputs = sample_inputs(deployment)
        return verify_export(path, run, [(inputs, network_output(deployment, inputs))])
