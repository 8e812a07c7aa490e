"""Weights for the classes in the loss of segmentation.

They are measured or read once, before the first step, and kept in the run's manifest, so that a
resumed run has the same weights.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from auxnet_keras.data.frame import IGNORE
from auxnet_keras.errors import ConfigError, DataError, shown, unknown
from auxnet_keras.experiments.config.class_weights_text import parse
from auxnet_keras.experiments.config.config_file import parsed
from auxnet_keras.experiments.run.log import logger
from auxnet_keras.safety import read_text
from data_tools.progress import with_progress
from data_tools.statistics import class_weights as rules

if TYPE_CHECKING:
    from auxnet_keras.data.plan import Plan
    from auxnet_keras.experiments.run.run import Run


def class_weights_of(run: "Run", plan: "Plan") -> list[float] | None:
    """A weight for each class, or `None` if the run has none.

    Args:
        run: Its `class_weights` says which; its manifest keeps them.
        plan: Its training data.

    Raises:
        ConfigError: The file does not have a weight for each class of the data.
        DataError: No labelled pixel.
    """
    if run.config.class_weights is None:
        return None
    kept = run.manifest.content.get("class_weights")
    if run.position_saved != (0, 0) and kept is not None:
        return list(kept["weights"].values())
    rule, file = parse(run.config.class_weights)
    names = plan.source.info.class_names
    if file is None:
        weights = _measured(plan, str(rule))
    else:
        content = parsed(read_text(Path(file), error=ConfigError), file)
        weights = _suggested(content, rule, names, file) if rule else _given(content, names, file)
    if not any(weights):
        raise ConfigError(
            "The class weights must not all be 0, or nothing would train. "
            f"Received: class_weights={run.config.class_weights!r}."
        )
    by_class = dict(zip(names, weights, strict=True))
    run.manifest.describe(class_weights={"from": run.config.class_weights, "weights": by_class})
    shown_weights = ", ".join(f"{name} {weight:.3g}" for name, weight in by_class.items())
    logger.info("%-11s %s", "weights", shown_weights)
    return weights


def _measured(plan: "Plan", rule: str) -> list[float]:
    """By a rule, from the labels that train, at the network's size and without augmentation."""
    classes = plan.source.info.num_classes
    pixels, image_pixels = np.zeros((2, classes), np.int64)

    def count(index: int) -> np.ndarray:
        labels = plan.unaugmented(index).segmentation
        return np.bincount(labels[labels != IGNORE].ravel(), minlength=classes)[:classes]

    area = plan.size[0] * plan.size[1]
    for _, counted in with_progress("Class weights", plan.indices_with("segmentation"), count):
        pixels += counted
        image_pixels += (counted > 0) * area
    if not pixels.any():
        raise DataError(
            "No training frame has a labelled pixel, so class weights cannot be measured. Leave "
            f"class_weights out, or give them in a file. Received: {len(plan.frames)} frames."
        )
    found = rules.enet(pixels) if rule == "enet" else rules.median_frequency(pixels, image_pixels)
    return found.tolist()


def _suggested(
    content: Mapping[str, Any], rule: str, names: tuple[str, ...], file: str
) -> list[float]:
    """What `auxnet data statistics --json` wrote for a rule."""
    suggested = content.get("class_weights")
    weights = suggested.get(rule.replace("-", "_")) if isinstance(suggested, Mapping) else None
    if not isinstance(weights, list) or list(content.get("classes", ())) != list(names):
        raise ConfigError(
            f"{file} does not hold the class weights of this data. Expected what `auxnet data "
            "statistics KIND:ROOT --json FILE` writes for the same classes. "
            f"Received: classes {shown(content.get('classes'))}."
        )
    return _given(dict(zip(names, weights, strict=False)), names, file)


def _given(content: Mapping[str, Any], names: tuple[str, ...], file: str) -> list[float]:
    """Class names and their weights."""
    if "class_weights" in content and "class_weights" not in names:
        raise ConfigError(
            f"{file} holds statistics of a data set; say which of its rules to use: "
            f"class_weights=median-frequency:{file}. Received: class_weights={file!r}."
        )
    for name in content:
        if name not in names:
            raise unknown(f"class in {file}", name, names)
    missing = [name for name in names if name not in content]
    numbers = [content.get(name) for name in names]
    if missing or not all(_is_weight(number) for number in numbers):
        wrong = missing or [n for n in names if not _is_weight(content[n])]
        raise ConfigError(
            f"{file} must have a finite weight >= 0 for each class of the data, in lines of "
            f"`class: weight`. Received: {len(content)} classes; no weight for {shown(wrong)}."
        )
    return [float(number) for number in numbers]  # type: ignore[arg-type]


def _is_weight(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 <= value < float("inf")
