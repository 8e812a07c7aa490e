"""Evaluates a run at the images' own size, together with the position prior."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from auxnet_keras.data.frame import Frame
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.resize import resize_nearest
from auxnet_keras.data.units import NoCalibrationError, convert_unit, zoom_power
from auxnet_keras.errors import DataError
from auxnet_keras.experiments.score.parts import ImageMaps, Parts
from auxnet_keras.experiments.score.per_image import SCORES, ImageScores, file_of, write_per_image
from auxnet_keras.experiments.score.position_prior import read_prior
from auxnet_keras.experiments.score.scored_data import scored_data
from auxnet_keras.metrics import confusion, depth_scores, kitti

if TYPE_CHECKING:
    from auxnet_keras.experiments.run.run import Run

_NEAREST_TO_ZERO = 1e-6  # a disparity or inverse depth <= 0 means infinitely far


def evaluate(
    run: "Run",
    data: str | None = None,
    *,
    split: str | None = None,
    per_image: str | Path | None = None,
) -> dict[str, Any]:
    """Scores a run's best weights at the images' own size.

    The class map and the depth of every image are resized to the image's own size and compared
    there with the untouched truth. IoU and accuracies come from one confusion matrix over all
    images; depth scores are computed in metres for every image and averaged over the images; D1,
    where the data has disparity, is over all pixels. Images are read and scored one at a time.

    `parts` has the scores of near, middle and far pixels (by the true depth, in metres, or in
    thirds of each image's pixels where metres are unknown) and of those within `border_px` pixels
    of a border between classes; `depth_by_class` those of depth for each true class. Depth there is
    over all pixels of the part.

    Args:
        run: A trained run.
        data: `KIND[:ROOT]` of other data, used in full, or of the run's own data in another folder,
            of which the validation split counts; `None` for the validation split of the
            run's data.
        split: "val" or "test", to score that split of the data.
        per_image: A CSV file to write, with the scores of every image, the worst first.

    Returns:
        {"data", "split", "frames", "segmentation": {score: value}, "depth": {score: value},
        "position_prior": {"segmentation": ...}, "confusion": [[int]], "parts": {part: {task:
        scores}}, "depth_by_class": {class: scores}}; NaN is `None`.

    Raises:
        ConfigError: The run was trained on some of the frames, or on other classes.
        DataError: As the reader.

    Example:
        >>> evaluate(ak.experiments.load_run("runs/kitti"))["segmentation"]["mean_iou"]
    """
    chosen = scored_data([run], data, split)
    scores = Scores(run, chosen.source)
    for frame in chosen.frames:
        scores.add(frame)
    results = scores.results()
    if "segmentation" not in results and not _any(results.get("depth", {})):
        raise DataError(
            f"No frame of {chosen.place} has a label or a depth to score "
            f"({', '.join(run.config.tasks)}). Expected at least one valid pixel; "
            "`auxnet data verify` shows what the data holds. "
            f"Received: {len(chosen.frames)} frames."
        )
    if per_image is not None:
        write_per_image(scores.images, run.config.tasks, Path(per_image))
    main_first = {task: results.pop(task) for task in run.config.tasks if task in results}
    return {
        "data": chosen.place,
        "split": chosen.split,
        "frames": len(chosen.frames),
        **main_first,
        **results,
    }


def _any(scores: Mapping[str, float | None]) -> bool:
    return any(value is not None for value in scores.values())


class Scores:
    """Accumulates the scores of a run and of its position prior, image by image.

    Args:
        run: A trained run.
        source: The reader of the frames.
    """

    def __init__(self, run: "Run", source: Source) -> None:
        self.source = source
        self.names = run.info.class_names
        self.ignore_void = run.config.ignore_void
        self.predict = run.predictor
        self.prior = read_prior(run.path) if "segmentation" in run.config.tasks else None
        self.model_counts = np.zeros((len(self.names),) * 2, np.int64)
        self.prior_counts = np.zeros_like(self.model_counts)
        self.depth: list[dict[str, float]] = []
        self.d1_counts = np.zeros(2, np.int64)
        self.images: list[ImageScores] = []
        far_is_large = zoom_power(self.predict.depth_unit, source.encoding.unit) < 0
        self.parts = Parts(self.names, source.info.scored_metres, far_is_large=far_is_large)

    def add(self, frame: Frame) -> None:
        """Predicts and scores one frame."""
        sample = self.source.read(frame, self.predict.depth_unit, self.ignore_void)
        prediction = self.predict(sample.image, sample.depth)
        scores: dict[str, float] = {}
        if prediction.classes is not None and self.prior is not None:
            scores |= self._add_classes(sample.segmentation, prediction.classes, self.prior)
        true_depth = None if frame.depth is None else sample.depth[..., 0]
        truth = said = None
        if true_depth is not None:
            truth = self._true_metres(frame, true_depth, required=prediction.depth is not None)
        if true_depth is not None and truth is not None and prediction.depth is not None:
            said = self._converted(frame, prediction.depth, "metres")
            scores |= self._add_depth(truth, said)
            self._add_d1(frame, true_depth, prediction.depth)
        classes = None if self.prior is None else prediction.classes
        self.parts.add(ImageMaps(sample.segmentation, classes, truth, said, true_depth))
        self.images.append(ImageScores(frame.name, file_of(frame, self.source.root), scores))

    def _add_classes(
        self, truth: np.ndarray, predicted: np.ndarray, prior: np.ndarray
    ) -> dict[str, float]:
        counts = confusion.count_pairs(truth, predicted, len(self.names))
        self.model_counts += counts
        prior = resize_nearest(prior, truth.shape)
        self.prior_counts += confusion.count_pairs(truth, prior, len(self.names))
        found = self._segmentation(counts)
        return {key: _number(found[key]) for key in SCORES["segmentation"]}

    def _true_metres(self, frame: Frame, truth: np.ndarray, *, required: bool) -> np.ndarray | None:
        """The truth in metres, -1 = invalid; `None` if the data has no calibration for them."""
        valid = truth >= 0
        try:
            metres = self._converted(frame, np.where(valid, truth, 1.0), "metres")
        except NoCalibrationError:
            if required:
                raise
            return None
        return np.where(valid, metres, -1.0)

    def _add_depth(self, truth: np.ndarray, metres: np.ndarray) -> dict[str, float]:
        most = self.source.info.scored_metres
        scores = depth_scores.image_scores(truth, metres, max_depth=most)
        self.depth.append(scores)
        return {key: scores[key] for key in SCORES["depth"]}

    def _add_d1(self, frame: Frame, truth: np.ndarray, predicted: np.ndarray) -> None:
        if self.source.encoding.unit != "disparity_px":
            return
        valid = truth >= 0
        maps = np.where(valid, truth, 1.0), predicted
        pixels = [self._converted(frame, values, "disparity_px") for values in maps]
        self.d1_counts += kitti.d1_counts(np.where(valid, pixels[0], -1.0), pixels[1])

    def _converted(self, frame: Frame, values: np.ndarray, wanted: str) -> np.ndarray:
        return converted(self.source, frame, values, self.predict.depth_unit, wanted)

    def results(self) -> dict[str, Any]:
        """The scores so far."""
        results: dict[str, Any] = {"position_prior": {}}
        if self.model_counts.any():
            results["segmentation"] = self._segmentation(self.model_counts)
            results["position_prior"]["segmentation"] = self._segmentation(self.prior_counts)
            results["confusion"] = self.model_counts.tolist()
        if self.depth:
            depth = depth_scores.mean_over_images(self.depth)
            if self.d1_counts[1]:
                depth |= kitti.d1(self.d1_counts)
            results["depth"] = _plain(depth)
        return results | self.parts.results(self._segmentation)

    def _segmentation(self, counts: np.ndarray) -> dict[str, float | None]:
        scores = confusion.scores(counts, self.names)
        if self.ignore_void and "void" in self.names:
            # Then no pixel of the truth is void. Predicting void is a miss for the true class, but
            # void is not among the classes to average over.
            del scores["iou_void"]
            ious = [scores[f"iou_{name}"] for name in self.names if name != "void"]
            scores["mean_iou"] = math.nan if np.isnan(ious).all() else np.nanmean(ious)
        return _plain(scores)


def converted(
    source: Source, frame: Frame, values: np.ndarray, given: str, wanted: str
) -> np.ndarray:
    """Converts a frame's depth [H, W], at the frame's own size, from one unit to another."""
    encoding = source.encoding
    if given == "raw":
        values, given = values * encoding.scale + encoding.offset, encoding.unit
    width = values.shape[1]
    positive = np.maximum(values, _NEAREST_TO_ZERO)
    return convert_unit(positive, given, wanted, lambda: source.calibration(frame, width))


def _plain(scores: Mapping[str, Any]) -> dict[str, float | None]:
    """Python floats, with `None` for NaN, which JSON cannot express."""
    return {key: None if np.isnan(value) else float(value) for key, value in scores.items()}


def _number(value: float | None) -> float:
    return math.nan if value is None else value
