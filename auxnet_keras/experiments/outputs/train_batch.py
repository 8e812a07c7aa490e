"""train_batch.png: the first batch of a training, as the network sees it."""

from pathlib import Path

import numpy as np

from auxnet_keras import plots
from auxnet_keras.data.frame import IGNORE, Sample
from auxnet_keras.data.plan import Plan
from auxnet_keras.data.units import zoom_power
from auxnet_keras.experiments.outputs.strip import shortened

MOST = 8
"""Samples drawn of a larger batch."""

TITLES = {"segmentation": "labels", "depth": "depth"}


def draw_train_batch(plan: Plan, shown: tuple[str, ...], palette: np.ndarray, path: Path) -> None:
    """Writes the picture of the first batch that `batch_picture` draws to the PNG `path`.

    Raises:
        DataError: A frame cannot be read, or the file cannot be written.
    """
    plots.write_png(batch_picture(plan, shown, palette), path)


def batch_picture(
    plan: Plan, shown: tuple[str, ...], palette: np.ndarray, most: int = MOST, epoch: int = 0
) -> np.ndarray:
    """Draws image, labels and depth of the first samples of an epoch's first batch.

    They are resized, augmented and in the unit of the training, with what the network does not get
    missing: labels beyond the budget, pixels without depth.

    Args:
        plan: Of the data.
        shown: The maps to draw, in their order: "segmentation", "depth".
        palette: Colours of the classes, uint8 [K, 3], RGB.
        most: Samples drawn of a larger batch.
        epoch: The epoch, from 0.

    Returns:
        uint8 [H, W, 3], RGB.

    Raises:
        DataError: A frame cannot be read.
    """
    indices = [int(index) for index in plan.order(epoch)[: min(plan.batch_size, most)]]
    samples = [plan.sample(index, epoch) for index in indices]
    info = plan.source.info
    columns = {"image": [sample.image for sample in samples]}
    bars: list[plots.ColourBar] = []
    for task in shown:
        if task == "segmentation":
            columns[TITLES[task]] = [
                plots.colour_labels(_ids(sample), palette) for sample in samples
            ]
        else:
            depths = [sample.depth for sample in samples]
            stored = plan.source.encoding.unit
            scale = plots.DepthScale.of(
                depths, plan.depth_unit, far_is_large=zoom_power(plan.depth_unit, stored) < 0
            )
            if scale is not None:
                columns[TITLES[task]] = [scale.colour(depth) for depth in depths]
                bars.append(scale.bar())
    names = [plan.frames[index].name for index in indices]
    return plots.image_grid(
        list(zip(*columns.values(), strict=True)),
        list(columns),
        captions=[_caption(*pair, shown) for pair in zip(names, samples, strict=True)],
        class_names=info.class_names if "segmentation" in shown else (),
        palette=palette,
        bars=bars,
    )


def _ids(sample: Sample) -> np.ndarray:
    """-1 where ignored: with over 255 classes, one has the ignore label's number."""
    ids = sample.segmentation.astype(np.int32)
    return np.where(ids == IGNORE, -1, ids)


def _caption(name: str, sample: Sample, shown: tuple[str, ...]) -> str:
    """The frame's name, and what the network does not get of it."""
    valid = {"segmentation": sample.segmentation != IGNORE, "depth": sample.depth >= 0}
    missing = [f"no {TITLES[task]}" for task in shown if not valid[task].any()]
    return ", ".join([shortened(name), *missing])
