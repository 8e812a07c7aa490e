"""The export formats by name. Listing them needs no Keras."""

import dataclasses
import importlib.util
import inspect
from collections.abc import Callable
from typing import Any

from auxnet_keras.core.backend import backend, is_installed
from auxnet_keras.core.catalogue import Catalogue, resolve
from auxnet_keras.errors import BackendError, ConfigError


@dataclasses.dataclass(frozen=True)
class Format:
    """An export format as the catalogue lists it.

    Attributes:
        code: The writer, or `"package.module:function"`: `(model, path, **options)` ->
            `Verification`; it may have the options `size` and `disparity`.
        file: The file or folder that it writes, relative to the export folder.
        about: What loads it, for tables.
        modules: The modules that must be installed.
        extra: The extra that installs them.
        tensorflow: Whether it is written on the backend tensorflow alone.
    """

    code: str | Callable
    file: str
    about: str
    modules: tuple[str, ...] = ()
    extra: str = ""
    tensorflow: bool = False

    @property
    def writer(self) -> Callable:
        """The function; imports Keras."""
        return resolve(self.code)

    def check_installed(self) -> None:
        """Refuses a format whose backend or extra is not installed.

        Raises:
            BackendError: TensorFlow is missing.
            ConfigError: A module is missing; the message says what to install.
        """
        missing = [module for module in self.modules if importlib.util.find_spec(module) is None]
        if missing:
            raise ConfigError(
                f"Exporting to {self.extra} needs the extra [{self.extra}]. Install it with "
                f"pip install 'auxnet_keras[{self.extra}]'. Received: no {', '.join(missing)}."
            )
        if self.tensorflow and not is_installed("tensorflow"):
            raise BackendError(
                f"Exporting to {self.file} needs TensorFlow, whatever backend trained the run. "
                "Install it with pip install 'auxnet_keras[tensorflow]'. Received: no tensorflow."
            )

    def check_backend(self) -> None:
        """Refuses a format that Keras cannot write on its backend in this process.

        Raises:
            ConfigError: It needs the backend tensorflow.
        """
        if self.tensorflow and backend() != "tensorflow":
            raise ConfigError(
                f"{self.file} is written on the backend tensorflow. `auxnet export RUN` does so, "
                "whichever backend trained the run; in Python, load the weights into the same "
                "network in a process with KERAS_BACKEND=tensorflow. "
                f"Received: KERAS_BACKEND={backend()}."
            )

    def options(self, **given: Any) -> dict[str, Any]:
        """The `given` options that the writer accepts."""
        known = inspect.signature(self.writer).parameters
        return {name: value for name, value in given.items() if name in known}


_HERE = "auxnet_keras.export"

FORMATS: Catalogue[Format] = Catalogue(
    "export format",
    {
        "saved_model": Format(
            f"{_HERE}.tf_format:saved_model",
            "saved_model/1",  # TF Serving requires a version
            "TensorFlow and TF Serving; images of any size",
            tensorflow=True,
        ),
        "keras": Format(f"{_HERE}.keras_format:keras_file", "model.keras", "Keras, to train on"),
        "onnx": Format(
            f"{_HERE}.onnx_format:onnx",
            "model.onnx",
            "ONNX Runtime, TensorRT",
            ("tf2onnx", "onnx", "onnxruntime"),
            "onnx",
            tensorflow=True,
        ),
        "litert": Format(
            f"{_HERE}.litert_format:litert",
            "model.tflite",
            "phones and small devices",
            ("ai_edge_litert",),
            "litert",
            tensorflow=True,
        ),
    },
)


def register(
    name: str,
    writer: str | Callable,
    file: str,
    *,
    about: str = "",
    modules: tuple[str, ...] = (),
    extra: str = "",
    tensorflow: bool = False,
) -> None:
    """Adds an export format of your own under a name for `auxnet export --to`.

    Args:
        name: Lower-case letters, digits, `-` and `_`.
        writer: The function, or `"package.module:function"`; see `Format`.
        file: The file or folder that it writes, relative to the export folder.
        about: What loads it, for tables.
        modules: The modules that must be installed.
        extra: The extra that installs them.
        tensorflow: Whether it is written on the backend tensorflow alone.

    Raises:
        ConfigError: The name is taken or malformed.
    """
    FORMATS.add(name, Format(writer, file, about, modules, extra, tensorflow))
