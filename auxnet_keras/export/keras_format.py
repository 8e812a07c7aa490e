"""A Keras file of the main task alone, for further work in Python."""

from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
from keras import ops

from auxnet_keras.errors import ConfigError
from auxnet_keras.export.deployment import Deployment
from auxnet_keras.export.verification import (
    Verification,
    sample_inputs,
    verify_export,
    writing_export,
)
from auxnet_keras.storage.atomic import replacing


def keras_file(model: keras.Model, path: str | Path) -> Verification:
    """Writes the main task alone as a `.keras` file and checks it against the model.

    It loads with `keras.models.load_model` after `import auxnet_keras` and returns
    `{<task>: [B, H, W, K]}` like the model.

    Args:
        model: An `AuxiliaryModel`.
        path: Ends with `.keras`; an existing file is replaced atomically, after verification.

    Returns:
        How the file's model compares with the model.

    Raises:
        ConfigError: As `Deployment`; the suffix is wrong.
        ExportError: The file's output differs from the model's, or the disk is full; nothing was
            written.
    """
    path = Path(path)
    if path.suffix != ".keras":
        raise ConfigError(
            f"The name of a Keras file must end with .keras. Received: {str(path)!r}."
        )
    deployment = Deployment(model)
    inputs = sample_inputs(deployment)

    def run_of(network: keras.Model, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        output = network(deployment.arguments(inputs), training=False)
        return ops.convert_to_numpy(output[deployment.task])

    with writing_export(path), replacing(path) as temporary:
        deployment.network.save(temporary)
        loaded = keras.models.load_model(temporary, compile=False)
        expected = [(inputs, run_of(deployment.network, inputs))]
        return verify_export(path, lambda given: run_of(loaded, given), expected)
