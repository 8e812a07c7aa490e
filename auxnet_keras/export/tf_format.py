"""SavedModel, for TF Serving and for plain TensorFlow without this package."""

import contextlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from auxnet_keras._version import __version__
from auxnet_keras.errors import ConfigError
from auxnet_keras.export.catalogue import FORMATS
from auxnet_keras.export.deployment import Deployment
from auxnet_keras.export.verification import (
    Verification,
    network_output,
    sample_inputs,
    verify_export,
    writing_export,
)
from auxnet_keras.storage.atomic import replacing_folder

_PATTERN = re.compile(r"[][*?\\{}\n]")

CARD = "auxnet.json"
"""Next to saved_model.pb: describes the network and marks the folder as an export of ours."""


def saved_model(
    model: keras.Model,
    path: str | Path,
    *,
    size: tuple[int, int] | None = None,
    disparity: bool = False,
) -> Verification:
    """Writes the main task alone as a SavedModel and checks it against the model.

    Signature `serve` (= `serving_default`): `image` uint8 [B, H, W, 3] RGB of any size ->
    `{"class_map": uint8 [B, H, W]}` at the image's size, int32 for more than 256 classes; a
    one-channel task returns `{<task>: float32 [B, H, W, 1]}`; FuseNet also takes `depth` float32
    [B, H', W', 1]. The export contains nothing of the auxiliary task, the weighting or the
    optimizer. `export.deployment.Deployment` describes how sizes are handled.

    Args:
        model: An `AuxiliaryModel`.
        path: The folder to write; for TF Serving `<name>/<integer version>`. An earlier export is
            replaced atomically, after verification.
        size: (height, width) at which the network works, for a model built with unknown sides; by
            default it then works at each image's size, rounded up to multiples of 32.
        disparity: The main task is depth in `disparity_px`: scale it with the width.

    Returns:
        How the SavedModel compares with the model.

    Raises:
        BackendError: TensorFlow is not installed.
        ConfigError: As `Deployment`; the folder holds something else; the backend is not
            tensorflow.
        ExportError: The SavedModel's output differs from the model's, or the disk is full; nothing
            was written.

    Example:
        >>> ak.export.saved_model(model, "exported/1")
        >>> network = tf.saved_model.load("exported/1")  # keep it: it holds the variables
        >>> class_map = network.serve(images)["class_map"]
    """
    FORMATS["saved_model"].check_installed()
    FORMATS["saved_model"].check_backend()
    import tensorflow as tf

    path = Path(path)
    deployment = Deployment(model, size, disparity)
    _refuse_foreign(path)
    with (
        writing_export(path, tf.errors.OpError),
        replacing_folder(path) as final,
        _readable_by_tensorflow(final) as temporary,
    ):
        _archive(deployment).write_out(str(temporary), verbose=False)
        loaded = tf.saved_model.load(str(temporary))

        def run(inputs: Mapping[str, np.ndarray]) -> np.ndarray:
            tensors = {name: tf.constant(inputs[name]) for name in deployment.inputs}
            return loaded.signatures["serve"](**tensors)[deployment.output].numpy()

        own, other = sample_inputs(deployment), sample_inputs(deployment, (75, 123), 1)
        expected = [(own, network_output(deployment, own)), (other, _eager(deployment, other))]
        verification = verify_export(path, run, expected)
        card = json.dumps(_card(deployment, verification), indent=2) + "\n"
        (temporary / CARD).write_text(card, encoding="utf-8")
    return verification


@contextlib.contextmanager
def _readable_by_tensorflow(final: Path) -> Iterator[Path]:
    """A folder to write to: `final` itself, unless TensorFlow would read its path as a pattern.

    Then a folder for temporary files, with its content copied when the block ends.
    """
    if not _PATTERN.search(str(final)):
        yield final
        return
    with tempfile.TemporaryDirectory() as plain:
        yield Path(plain)
        shutil.copytree(plain, final, dirs_exist_ok=True)


def _archive(deployment: Deployment) -> Any:
    import tensorflow as tf

    specs = [
        tf.TensorSpec([None, None, None, channels], deployment.input_dtype(name), name=name)
        for name, channels in deployment.channels.items()
    ]
    archive = keras.export.ExportArchive()
    # Not `track`, which would trace the network again to find tables that it does not have.
    # These are TensorFlow's variables, as in the endpoint: Keras' would be written a second time.
    variables = [variable.value for variable in deployment.network.variables]
    archive.add_variable_collection("variables", variables)
    archive.add_endpoint("serve", lambda *inputs: deployment(*inputs), input_signature=specs)
    return archive


def _eager(deployment: Deployment, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
    return deployment(*inputs.values())[deployment.output].numpy()


def _card(deployment: Deployment, verification: Verification) -> dict[str, Any]:
    return {
        "auxnet_keras": __version__,
        "task": deployment.task,
        "inputs": {name: deployment.input_dtype(name) for name in deployment.inputs},
        "output": deployment.output,
        "network_size": deployment.size,
        "class_names": deployment.class_names if deployment.output == "class_map" else None,
        "agreement": verification.agreement,
        "max_difference": verification.max_difference,
    }


def _refuse_foreign(path: Path) -> None:
    if path.is_file() or (path.is_dir() and any(path.iterdir()) and not (path / CARD).is_file()):
        raise ConfigError(
            f"{path} holds something that was not exported by auxnet_keras and would be lost. "
            f"Choose an empty or a new folder. Received: {str(path)!r}."
        )
