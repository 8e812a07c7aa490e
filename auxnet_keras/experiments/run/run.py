"""A run: a folder that holds one training and everything it wrote."""

import csv
import functools
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from auxnet_keras.callbacks.checkpoint_store import recorded_position
from auxnet_keras.callbacks.epoch_numbers import counted_from_one
from auxnet_keras.core.whole_numbers import is_whole
from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.experiments.config.config_file import read_run_config
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.run import summary
from auxnet_keras.experiments.run.costs import Costs, recorded_costs
from auxnet_keras.experiments.run.json_files import damaged, read_json
from auxnet_keras.experiments.run.manifest import Manifest
from auxnet_keras.safety.bounded_read import MAX_TABLE, read_bytes
from auxnet_keras.storage.links import refuse_links

if TYPE_CHECKING:
    from auxnet_keras.data.frame import DatasetInfo
    from auxnet_keras.experiments.run.predictor import Predictor
    from auxnet_keras.models import AuxiliaryModel

BOARD = "tensorboard"
WEIGHTS = "best.weights.h5"
RESULTS = "results.json"
_MOST_CLASSES = 4096  # a stranger's manifest must not ask for all the memory


class Run:
    """One training and everything it wrote; reads the folder and computes nothing.

    Args:
        path: The run folder.
        config: Its settings.

    Attributes:
        path, config: As given.
    """

    def __init__(self, path: Path, config: RunConfig) -> None:
        self.path = path
        self.config = config

    def __repr__(self) -> str:
        return summary.line(self)

    def _repr_html_(self) -> str:
        return summary.html(self)

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.path.resolve().name

    @property
    def manifest(self) -> Manifest:
        """The run's manifest."""
        return Manifest(self.path)

    @property
    def finished(self) -> bool:
        """Whether training and evaluation are complete and results exist.

        Complete is a training of all epochs, or one that was stopped early, which more epochs would
        not have changed.
        """
        manifest = self.manifest
        if not manifest.finished or not (self.path / RESULTS).is_file():
            return False
        end = manifest.content["events"][-1]
        if is_whole(end.get("stopped_after")):
            return True
        ended_after = end.get("epochs", self.config.epochs)
        return is_whole(ended_after) and ended_after >= self.config.epochs

    @property
    def position_saved(self) -> tuple[int, int]:
        """Finished epochs, and batches of the next, in the newest checkpoint."""
        folders = (self.path / "checkpoints").glob("epoch-*")
        return max(filter(None, map(recorded_position, folders)), default=(0, 0))

    @property
    def epochs_saved(self) -> int:
        """Finished epochs in the newest checkpoint; a resumed run continues from there."""
        return self.position_saved[0]

    @property
    def history(self) -> dict[str, list[float]]:
        """Column of `history.csv` -> its value for every epoch, from 1; empty before the first.

        Raises:
            DataError: The file is damaged.
        """
        file = self.path / "history.csv"
        if not file.is_file():
            return {}
        try:
            rows = list(
                csv.DictReader(io.StringIO(read_bytes(file, MAX_TABLE).decode(), newline=""))
            )
            rows = counted_from_one(rows)
            return {key: [_number(row[key]) for row in rows] for key in (rows[0] if rows else {})}
        except (ValueError, TypeError, csv.Error) as error:
            if isinstance(error, DataError):
                raise
            remedy = "restore it from a copy of the run folder"
            raise damaged(file, error, remedy) from error

    @property
    def results(self) -> dict[str, Any]:
        """The content of `results.json`: the scores of the best weights; empty before the end.

        Raises:
            DataError: The file is damaged.
        """
        file = self.path / RESULTS
        if not file.is_file():
            return {}
        return read_json(file, data=str, split=str, frames=int, position_prior=dict)

    @property
    def info(self) -> "DatasetInfo":
        """Classes, palette and units the network was trained with; needs no data."""
        from auxnet_keras.data.frame import DatasetInfo

        facts = dict(self._data_facts()["info"])
        try:
            facts["class_names"] = tuple(facts["class_names"])
            facts["palette"] = np.asarray(facts["palette"], np.uint8)
            if not facts["class_names"]:  # a list without colours has no second dimension
                facts["palette"] = facts["palette"].reshape(-1, 3)
            if facts["palette"].ndim != 2 or facts["palette"].shape[1] != 3:
                raise ValueError("a palette that is not a list of colours")
            if not all(isinstance(name, str) for name in facts["class_names"]):
                raise ValueError("class names that are not strings")
            least = 1 if "segmentation" in self.config.tasks else 0
            if not least <= len(facts["class_names"]) <= _MOST_CLASSES:
                raise ValueError(f"{len(facts['class_names']):,} class names")
            return DatasetInfo(**facts)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise damaged(self.manifest.path, f"data: info: {error}") from error

    @property
    def costs(self) -> Costs | None:
        """Parameters and multiply-accumulates of its network; `None` if it did not record them."""
        return recorded_costs(self.manifest.content)

    @property
    def peak_memory(self) -> dict[str, int]:
        """Where -> the most bytes in use while it trained; empty before its end."""
        ended = [event.get("memory") for event in self.manifest.content["events"]]
        found = next((each for each in reversed(ended) if isinstance(each, dict)), {})
        return {str(where): size for where, size in found.items() if is_whole(size)}

    @property
    def depth_unit(self) -> str:
        """The unit of the depth the network was trained with."""
        return self._data_facts()["depth_unit"]

    @functools.cached_property
    def predictor(self) -> "Predictor":
        """The network with the best weights, for images of any size; built once."""
        from auxnet_keras.experiments.run.predictor import Predictor

        return Predictor(self.model(), self.depth_unit)

    def model(self) -> "AuxiliaryModel":
        """The network with the best weights, rebuilt from the config.

        Raises:
            ConfigError: No weights yet, weights of another network, or a damaged file.
        """
        from auxnet_keras.experiments.run.network import network

        names, file = self.info.class_names, self.trained_weights()
        model = network(self.config, names, pretrained=False)
        model.load_weights(file)
        return model

    def trained_weights(self) -> Path:
        """The file of the best weights.

        Raises:
            ConfigError: There are none yet.
        """
        file = self.path / WEIGHTS
        if not file.is_file():
            raise ConfigError(
                f"The run has no trained weights yet; train it first. Received: {str(file)!r}."
            )
        return file

    def _data_facts(self) -> dict[str, Any]:
        facts = self.manifest.content.get("data")
        if facts is None:
            raise ConfigError(
                "The run folder's manifest.json does not say what the network was trained on; "
                f"train the run first. Received: {str(self.path)!r}."
            )
        if not isinstance(facts, dict) or not isinstance(facts.get("info"), dict):
            raise damaged(self.manifest.path, "data without info")
        if not isinstance(facts.get("depth_unit"), str):
            raise damaged(self.manifest.path, "data without depth_unit")
        return facts


def load_run(path: str | Path) -> Run:
    """The run in a folder.

    Raises:
        ConfigError: The folder is missing or not a run folder.
        DataError: It contains a link.

    Example:
        >>> run = ak.experiments.load_run("runs/kitti")
        >>> run.results["segmentation"]["mean_iou"]
    """
    path = Path(path)
    file = path / "config.yaml"
    if not file.is_file():
        raise ConfigError(
            "Not a run folder. Expected a folder with the config.yaml that `auxnet train --out` "
            f"wrote. Received: {str(path)!r}."
        )
    refuse_links(path)
    return Run(path, read_run_config(file))


def _number(text: str) -> float:
    return float(text) if text not in ("", None) else float("nan")
