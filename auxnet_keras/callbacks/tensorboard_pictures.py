"""Predictions after every epoch, in TensorBoard and as PNG files."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import matplotlib
import numpy as np

from auxnet_keras import plots
from auxnet_keras.callbacks.event_file import close_file, release_file, shared_file, steps_of
from auxnet_keras.callbacks.event_log import Position
from auxnet_keras.callbacks.held import Held
from auxnet_keras.core.types import Logs
from auxnet_keras.data.units import check_unit, zoom_power
from auxnet_keras.metrics import SegmentationMetrics
from auxnet_keras.plots.errors import depth_errors, label_errors
from auxnet_keras.plots.thumbnails import confusion_thumbnail, thumbnail

if TYPE_CHECKING:
    from auxnet_keras.data.frame import DatasetInfo

TITLES = {
    "segmentation": ("truth", "prediction"),
    "depth": ("true depth", "predicted depth"),
}


class TensorBoardPictures(Held, keras.callbacks.Callback):
    """Draws the same few images after every epoch: RGB, truth and prediction of both tasks.

    TensorBoard shows them as `pictures/segmentation` and `pictures/depth`, with a sample per image.
    `pictures/confusion` is the confusion matrix of the epoch's validation (without validation: of
    its training), in shares of the true class. The step is the training step at which the epoch
    ends.

    Args:
        log_dir: TensorBoard's folder.
        samples: Batches (image, {"segmentation": ..., "depth": ...}), such as a validation data
            set; the first `count` samples are used.
        info: The data set's facts (`ak.data.info(kind)`), for its palette and depth unit.
        depth_unit: As for `ak.data.load`, if the samples are not in the data set's own unit.
        count: Number of images.
        every: Draw once in this many epochs.
        figures: Folder for the newest pictures, `predictions.png` and `confusion.png`, for a page.
        after: As for `auxnet_keras.callbacks.TensorBoard`.

    Example:
        >>> model.fit(train, validation_data=val, callbacks=[ak.callbacks.TensorBoardPictures(
        ...     "runs/kitti/tensorboard", val, ak.data.info("kitti"))])
    """

    def __init__(
        self,
        log_dir: str | Path,
        samples: Iterable,
        info: "DatasetInfo | None" = None,
        *,
        depth_unit: str | None = None,
        count: int = 4,
        every: int = 1,
        figures: str | Path | None = None,
        after: int = 0,
    ) -> None:
        super().__init__()
        self.log_dir = Path(log_dir)
        self.samples = samples
        self.info = info
        # A large value is far away in metres, but near in disparity.
        own = "disparity_px" if info is None else info.depth_unit
        self._near_bright = zoom_power(check_unit(depth_unit or own), own) < 0
        self.count = count
        self.every = every
        self.figures = None if figures is None else Path(figures)
        self.after = after

    def set_model(self, model: keras.Model) -> None:
        super().set_model(model)
        close_file(self.log_dir)

    def on_train_begin(self, logs: Logs = None) -> None:
        self._file = shared_file(self.log_dir, self.model)
        self._inputs, self._targets = _first(self.samples, self.count)
        self._names: tuple[str, ...] = getattr(self.model, "class_names", ())
        self._palette = _palette(len(self._names)) if self.info is None else self.info.palette

    def rewind(self, position: Position) -> None:
        """Removes what a killed run had drawn after the checkpoint from which it resumes.

        Args:
            position: Of the checkpoint.
        """
        self._file.rewind(position, self.after)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        if (epoch + 1) % self.every:
            return
        step = steps_of(self.model) + self.after
        predictions = self.model.predict_on_batch(self._inputs)
        ordered = dict.fromkeys((*getattr(self.model, "tasks", ()), *TITLES))
        tasks = [t for t in ordered if t in TITLES and t in predictions and t in self._targets]
        matrix = self._confusion()
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            for task in tasks:
                files = self._thumbnails(task, predictions[task], folder)
                self._file.picture(f"pictures/{task}", files, step)
            if matrix is not None:
                file = confusion_thumbnail(matrix, self._names, folder / "confusion.png")
                self._file.picture("pictures/confusion", [file], step)
        self._file.flush()
        if self.figures is not None:
            self._draw_predictions(predictions, tasks, self.figures)
            if matrix is not None:
                plots.confusion_matrix(matrix, self._names, self.figures / "confusion.png")

    def on_train_end(self, logs: Logs = None) -> None:
        close_file(self.log_dir)

    def release(self) -> None:
        """Closes the file; `fit` calls it however it ends."""
        release_file(self.log_dir)

    def _images(self) -> np.ndarray:
        images = self._inputs["image"] if isinstance(self._inputs, dict) else self._inputs
        return images.astype(np.uint8)

    def _thumbnails(self, task: str, predictions: np.ndarray, folder: Path) -> list[Path]:
        files = []
        for i, image in enumerate(self._images()):
            truth, predicted = self._targets[task][i], predictions[i]
            if task == "segmentation":
                ids = truth.reshape(truth.shape[:2]), predicted.argmax(-1)
                errors = ("wrong class", label_errors(image, *ids))
            else:
                far_is_large = self._near_bright
                errors = ("error", depth_errors(truth, predicted, far_is_large=far_is_large))
            maps = zip(TITLES[task], self._cells(task, truth, predicted), strict=True)
            picture = thumbnail([("image", image), errors, *maps])
            files.append(plots.write_png(picture, folder / f"{task}{i}.png"))
        return files

    def _draw_predictions(self, predictions: Any, tasks: Sequence[str], folder: Path) -> None:
        rows = []
        for i, image in enumerate(self._images()):
            row = [image]
            for task in tasks:
                row += self._cells(task, self._targets[task][i], predictions[task][i])
            rows.append(row)
        titles = ["image", *(title for task in tasks for title in TITLES[task])]
        names = self._names if "segmentation" in tasks else ()
        grid = plots.image_grid(rows, titles, class_names=names, palette=self._palette)
        plots.write_png(grid, folder / "predictions.png")

    def _cells(self, task: str, truth: np.ndarray, predicted: np.ndarray) -> list[np.ndarray]:
        if task == "segmentation":
            ids = (truth, predicted.argmax(-1))
            return [plots.colour_labels(part, self._palette) for part in ids]
        valid = truth[np.isfinite(truth) & (truth >= 0)]
        # One scale for both makes them comparable.
        scale = float(np.percentile(valid, 1 if self._near_bright else 99)) if valid.size else None
        return [
            plots.colour_depth(part, scale, near_bright=self._near_bright)
            for part in (truth, predicted)
        ]

    def _confusion(self) -> np.ndarray | None:
        # After a validation, Keras' metrics still hold the values of the validation data.
        for metric in _flat(self.model.metrics):
            if isinstance(metric, SegmentationMetrics):
                return metric.confusion()
        return None


def _first(samples: Iterable, count: int) -> tuple[Any, Any]:
    kept: list[Any] = []
    found = 0
    for batch in samples:
        arrays = keras.tree.map_structure(np.asarray, batch[:2])
        kept.append(arrays)
        found += len(keras.tree.flatten(arrays)[0])
        if found >= count:
            break
    return keras.tree.map_structure(lambda *parts: np.concatenate(parts)[:count], *kept)


def _palette(classes: int) -> np.ndarray:
    colours = matplotlib.colormaps["tab20"](np.arange(max(classes, 1)) % 20)
    return np.round(255 * colours[:, :3]).astype(np.uint8)


def _flat(metrics: Sequence[Any]) -> Iterable[Any]:
    for metric in metrics:
        inner = getattr(metric, "metrics", None)  # Keras wraps those given to `compile`
        yield from [metric] if inner is None else _flat(inner)
