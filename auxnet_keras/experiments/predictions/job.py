"""Predicts images and videos one at a time, in the memory of one."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.markup import escape
from rich.progress import Progress

from auxnet_keras import plots
from auxnet_keras.data.files.image import read_image
from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.experiments.predictions import films, pictures
from auxnet_keras.experiments.predictions.depth_input import DepthInput
from auxnet_keras.experiments.predictions.inputs import Input
from auxnet_keras.experiments.predictions.record import LEGEND, Record, claim, meaning, source_of
from auxnet_keras.experiments.predictions.video_reading import Video

if TYPE_CHECKING:
    from auxnet_keras.experiments.run.run import Run

logger = logging.getLogger("auxnet_keras")


class Job:
    """Predicts one file after another with a run's best weights.

    Args:
        run: A trained run.
        out: The folder to write to.
        depth, upright, frames: As for `predict`.

    Raises:
        ConfigError: Depth for a network that does not take it.
        DataError: No folder `depth`.
    """

    def __init__(
        self, run: "Run", out: Path, depth: str | Path | None, upright: bool, frames: bool
    ) -> None:
        self.run, self.out, self.upright, self.frames = run, out, upright, frames
        self.predictor = run.predictor
        if depth is not None and not self.predictor.needs_depth:
            raise ConfigError(
                f"The model {run.config.model!r} takes only images; leave out --depth, which is "
                f"FuseNet's second input. Received: {str(depth)!r}."
            )
        self.depth_input = DepthInput(run, depth) if self.predictor.needs_depth else None
        self.pictures = pictures.Pictures(run)

    def sources(self, inputs: Sequence[Input]) -> dict[str, str]:
        """File to write -> the file it is predicted from; a folder ends in `/`.

        Raises:
            ConfigError: Two inputs would be written under one name, or one has no depth.
        """
        if self.depth_input is not None:
            self.depth_input.check(inputs)
        wanted = [(name, str(one.path.resolve())) for one in inputs for name in self._names(one)]
        sources: dict[str, str] = {}
        for name, path in wanted:
            sources.setdefault(name, path)
        for name, path in wanted:
            other = source_of(name, sources)
            if other != path:
                raise ConfigError(
                    f"Two files would be predicted under one name, {name}. Name the folder that "
                    "holds both, whose subfolders are kept, or predict them separately, as with a "
                    "pattern such as '*.jpg', into different folders. "
                    f"Received: {other!r} and {path!r}."
                )
        return sources

    def claim(self, sources: dict[str, str]) -> None:
        """Records what will be written, and draws the legend."""
        facts = meaning(self.run)
        claim(self.out, Record(facts, sources))
        if facts["classes"] is not None:
            info = self.run.info
            legend = plots.class_legend(info.class_names, info.palette)
            plots.write_png(legend, self.out / LEGEND)

    def predict(self, one: Input, progress: Progress) -> bool:
        """Predicts a file and writes the results; `False` and a warning if not all can be read.

        Raises:
            DataError: A file cannot be written.
        """
        try:
            if one.is_video:
                video = Video(one.path, upright=self.upright)
            else:
                image, depth = self._read(one)
        except DataError as error:
            logger.warning("%s", error)
            return False
        if one.is_video:
            return self._predict_video(video, self.out / one.place, progress)
        prediction = self.predictor(image, depth, confidence=True)
        self.pictures.write(image, prediction, self.out / one.place)
        return True

    def _names(self, one: Input) -> list[str]:
        if one.is_video and self.frames:
            return [f"{one.place}{films.FRAMES}/"]
        endings = films.ENDINGS if one.is_video else pictures.ENDINGS
        tasks = self.predictor.tasks
        return [f"{one.place}{ending}" for task in tasks for ending in endings[task]]

    def _read(self, one: Input) -> tuple[np.ndarray, np.ndarray | None]:
        if self.depth_input is not None:
            return self.depth_input.read(one)
        return read_image(one.path, upright=self.upright), None

    def _predict_video(self, video: Video, stem: Path, progress: Progress) -> bool:
        task = progress.add_task(escape(video.path.name), total=video.total)
        given = video, self.predictor, self.pictures
        try:
            if self.frames:
                films.write_frames(*given, stem, lambda: progress.advance(task))
            else:
                films.write_films(*given, stem, lambda: progress.advance(task))
        finally:
            video.close()
            progress.remove_task(task)
        if video.cut:
            logger.warning(
                "Truncated or damaged video: %s. The frames that could be read were predicted; "
                "copy or download it again. Received: %s of %s frames.",
                video.path,
                video.read,
                video.total,
            )
        return not video.cut
