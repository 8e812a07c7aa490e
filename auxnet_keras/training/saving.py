"""Saves and loads the training model: graph, weights, compile settings."""

from pathlib import Path
from typing import Any, Self

import keras

from auxnet_keras.errors import ConfigError, shown
from auxnet_keras.safety import check_weights
from auxnet_keras.training import saved_weighting
from auxnet_keras.training.weights_file import readable_weights_errors


class Saving(keras.Model):
    """The part of `AuxiliaryModel` that Keras calls to save, load and export it.

    The config contains the functional graph, so a saved model loads with `import auxnet_keras`
    alone.
    """

    _saved_weighting: dict[str, Any] | None = None  # attached once the model is compiled

    def get_config(self) -> dict[str, Any]:
        graph = keras.Model(self.input, self.output, name=self.name)
        return {
            "graph": keras.saving.serialize_keras_object(graph),
            "main": self.main,
            "auxiliary": self.auxiliary if len(self.tasks) < 3 else list(self.tasks[1:]),
            "class_names": list(self.class_names) or None,
            "name": self.name,
            "trainable": self.trainable,
            # Not in the compile settings, which `clone_model` passes to a plain Keras model.
            "weighting": saved_weighting.saved(self._weighting),
        }

    def load_weights(self, filepath: str | Path, *args: Any, **kwargs: Any) -> None:
        """As in Keras, after checking that the file holds only numbers and is complete.

        Args:
            filepath: A `.weights.h5` or `.h5` file, or the weights in a `.keras` file.

        Raises:
            ConfigError: The file is for another network or another number of classes.
            DataError: The file holds more than numbers, or claims more data than it contains.
        """
        with readable_weights_errors(
            f"model {self.name!r}",
            filepath,
            "a file of the same network with the same number of classes",
        ):
            check_weights(filepath, self.count_params())
            super().load_weights(filepath, *args, **kwargs)

    def save(self, filepath: str | Path, *args: Any, **kwargs: Any) -> None:
        """As in Keras, to a `.keras` file.

        Raises:
            ConfigError: A `.h5` file, which could not be loaded again.
        """
        if str(filepath).endswith((".h5", ".hdf5")):
            raise ConfigError(
                "Keras' legacy .h5 format does not hold a model with its own losses. Use a name "
                "that ends in .keras, or save_weights with one that ends in .weights.h5. "
                f"Received: {str(filepath)!r}."
            )
        super().save(filepath, *args, **kwargs)

    def export(self, filepath: str | Path, *args: Any, **kwargs: Any) -> Any:
        """As in Keras, for the main task alone; `auxnet_keras.export` also resizes images."""
        deployed = self.main_model()
        deployed(deployed.input)  # Keras exports to ONNX only what has been called
        return deployed.export(filepath, *args, **kwargs)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Self:
        config = dict(config)
        graph = keras.saving.deserialize_keras_object(config.pop("graph", None), custom_objects)
        if not isinstance(graph, keras.Model):
            raise ConfigError(
                "The saved model has no network. Expected the graph of a Keras model; save it "
                f"again with model.save. Received: graph={shown(graph)}."
            )
        weighting = config.pop("weighting", None)
        model = cls(graph.input, graph.output, **config)
        model._saved_weighting = weighting
        return model

    def get_compile_config(self) -> dict[str, Any]:
        if not self.compiled:
            return {}
        return {
            **super().get_compile_config(),
            "loss": {
                task: keras.saving.serialize_keras_object(loss) for task, loss in self.loss.items()
            },
            "loss_weights": self._loss_weights.numbers(),
        }

    def compile_from_config(self, config: dict[str, Any]) -> None:
        self.compile(**keras.saving.deserialize_keras_object(config))
        self.optimizer.build(self.trainable_variables)
        if self._saved_weighting is not None:
            saved_weighting.attach_saved(self, self._saved_weighting)
