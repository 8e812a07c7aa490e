"""The images on which a run is worst."""

import dataclasses
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from auxnet_keras.core.whole_numbers import check_whole
from auxnet_keras.data.frame import IGNORE, Sample
from auxnet_keras.errors import unknown
from auxnet_keras.experiments.run.predictor import Prediction
from auxnet_keras.experiments.score import per_image
from auxnet_keras.experiments.score.evaluation import Scores
from auxnet_keras.experiments.score.per_image import ImageScores
from auxnet_keras.experiments.score.scored_data import ScoredData, scored_data

if TYPE_CHECKING:
    from auxnet_keras.experiments.run.run import Run


@dataclasses.dataclass(frozen=True)
class WorstImage:
    """An image with its truth, its prediction and its scores.

    Attributes:
        name: The frame's name.
        file: The image's path, below the data set's root.
        scores: Score -> value; NaN without a valid pixel.
        sample: The image, uint8 [H, W, 3], and the truth: `segmentation` [H, W], `depth`
            [H, W, 1] in the run's unit.
        prediction: What the run predicts: `classes` [H, W] and `depth` [H, W], or `None`.
    """

    name: str
    file: str
    scores: Mapping[str, float]
    sample: Sample
    prediction: Prediction

    @cached_property
    def wrong(self) -> np.ndarray | None:
        """Bool [H, W]: labelled pixels with another class than the truth."""
        if self.prediction.classes is None:
            return None
        truth = self.sample.segmentation
        return (truth != IGNORE) & (truth != self.prediction.classes)

    @cached_property
    def depth_error(self) -> np.ndarray | None:
        """float32 [H, W]: predicted minus true depth, in the run's unit; NaN without a truth."""
        if self.prediction.depth is None:
            return None
        truth = self.sample.depth[..., 0]
        return np.where(truth >= 0, self.prediction.depth - truth, np.float32("nan"))


def top_losses(
    run: "Run", k: int = 8, *, by: str | None = None, data: str | None = None
) -> list[WorstImage]:
    """The k images with the worst scores, the worst first; the run's `worst.png` shows them.

    A finished run's scores are in its `per_image.csv`; otherwise every image is scored once more.
    Only the k images are kept in memory.

    Args:
        run: A trained run.
        k: How many, at least 1.
        by: "mean_iou", "pixel_accuracy", "abs_rel" or "rmse"; by default the first of the main
            task's.
        data: As for `evaluate`: `None` for the validation split of the run's data.

    Returns:
        At most k images; those without a value of the score are last.

    Raises:
        ConfigError: A score that the run does not have; k is not a positive integer; as `evaluate`.
        DataError: As the reader.

    Example:
        >>> worst = ak.experiments.top_losses(ak.experiments.load_run("runs/kitti"), 3)
        >>> [(image.file, image.scores["mean_iou"]) for image in worst]
    """
    check_whole("k", k, least=1)
    possible = [score for task in run.config.tasks for score in per_image.SCORES.get(task, ())]
    by = possible[0] if by is None else by
    if by not in possible:
        raise unknown("score", by, possible)
    chosen = scored_data([run], data)
    frames = {per_image.key_of(frame.name): frame for frame in chosen.frames}
    found = []
    for image in per_image.worst_first(
        _scores(run, chosen, stored=data is None and run.finished), by
    )[:k]:
        frame = frames[per_image.key_of(image.name)]
        sample = chosen.source.read(frame, run.predictor.depth_unit, run.config.ignore_void)
        prediction = run.predictor(sample.image, sample.depth)
        found.append(WorstImage(frame.name, image.file, image.scores, sample, prediction))
    return found


def _scores(run: "Run", chosen: ScoredData, *, stored: bool) -> list[ImageScores]:
    """The stored scores, if they are those of these very frames, or new ones."""
    file = run.path / per_image.FILE
    if stored and file.is_file():
        images = per_image.read_per_image(file)
        if {image.name for image in images} == {
            per_image.key_of(one.name) for one in chosen.frames
        }:
            return images
    scores = Scores(run, chosen.source)
    for frame in chosen.frames:
        scores.add(frame)
    return scores.images
