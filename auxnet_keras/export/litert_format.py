"""LiteRT (formerly TFLite), for phones and embedded boards; needs the extra [litert]."""

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


def litert(
    model: keras.Model, path: str | Path, *, size: tuple[int, int] | None = None
) -> Verification:
    """Writes the main task alone as LiteRT and checks it against the model.

    It takes one image at a time: input `image`, uint8 [1, h, w, 3] RGB of the network's size;
    output `class_map`, uint8 [1, h, w], or the map of a one-channel task.

    Args:
        model: An `AuxiliaryModel`.
        path: Ends with `.tflite`; an existing file is replaced atomically, after verification.
        size: (height, width), for a model built with unknown sides.

    Returns:
        How the LiteRT network compares with the model.

    Raises:
        ConfigError: As `Deployment`; the size is unknown; the extra is not installed; the backend
            is not tensorflow.
        ExportError: The file's output differs from the model's, or the disk is full; nothing was
            written.
    """
    FORMATS["litert"].check_installed()
    FORMATS["litert"].check_backend()
    from ai_edge_litert.interpreter import Interpreter  # type: ignore[import-not-found]

    path = Path(path)
    deployment = Deployment(model, size)
    with writing_export(path), replacing(path) as temporary:
        fixed_size_model(deployment, 1).export(temporary, format="litert", verbose=False)
        serve = Interpreter(str(temporary)).get_signature_runner()

        def run(inputs: Mapping[str, np.ndarray]) -> np.ndarray:
            return serve(**inputs)[deployment.output]

        inputs = sample_inputs(deployment, count=1)
        return verify_export(path, run, [(inputs, network_output(deployment, inputs))])
