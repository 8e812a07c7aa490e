"""Shows a data set before training: frames, labels, depth, and the effect of augmentation."""

import difflib
from collections.abc import Sequence

import numpy as np

from auxnet_keras import plots
from auxnet_keras.core.whole_numbers import check_whole, is_whole
from auxnet_keras.data.augment import augment
from auxnet_keras.data.frame import DatasetInfo, Frame, Sample
from auxnet_keras.data.readers.base import SPLITS, Source
from auxnet_keras.data.resize import Size, check_size
from auxnet_keras.errors import ConfigError, DataError, shown
from data_tools.browse.depth_scale import DepthScale
from data_tools.browse.layout import Cell, Layout
from data_tools.browse.montage import Montage
from data_tools.opening import open_dataset

MAX_FRAMES = 50
"""Maximum number of rows of a montage."""


def browse(
    target: str,
    *,
    split: str = "train",
    frames: int | Sequence[str] = 6,
    size: Size = (224, 384),
    seed: int = 0,
    epoch: int = 1,
    limit: int | None = None,
    augmented: bool = True,
) -> Montage:
    """Draws frames as training sees them: image, labels over the image, and depth.

    Next to them is the same frame augmented, exactly as `ak.data.load(..., augment=True)` returns
    it with this seed and limit in this epoch. Depth is bright where things are near; both depths of
    a frame share one colour scale. Only the frames shown are read, one at a time.

    Args:
        target: `KIND:ROOT`, any kind that `ak.data.load` reads.
        split: "train", "val" or "all".
        frames: How many to show, evenly spaced over the split, 1 to 50; or their names.
        size: (height, width) used in training.
        seed: The training's seed.
        epoch: The training's epoch, from 1.
        limit: The training's limit: at most this many frames of the split.
        augmented: Whether to draw the augmented frames as well.

    Returns:
        A `Montage`. A frame that cannot be read appears as an error message in the image and in
        `problems`.

    Raises:
        DataError: The folder or a named frame does not exist, or the split is empty.
        ConfigError: An unknown kind or split, no root, or an invalid setting.

    Example:
        >>> browse("kitti:/data/kitti2015", epoch=3).save("browse.png")
    """
    size = check_size(size)
    check_whole("seed", seed, least=0)
    check_whole("epoch", epoch, least=1)
    source = open_dataset(target)
    listed = source.frames(split, seed, limit)
    chosen = _chosen(source, split, listed, frames)
    layout = Layout(size, augmented)
    counted = f"{len(chosen)} of {len(listed)} frames at {size[0]}x{size[1]}"
    title = f"{source.info.kind}, {split}: {counted}"
    parts = [layout.head(title, f"the same, augmented: seed {seed}, epoch {epoch}")]
    problems: dict[str, str] = {}
    classes: set[int] = set()
    for index in chosen:
        frame = listed[index]
        try:
            sample = source.read(frame, size=size)
        except DataError as error:
            problems[frame.name] = str(error)
            parts.append(layout.fault(frame.name, str(error)))
            continue
        classes.update(np.unique(_class_ids(sample, source.info)).tolist())
        other = _augmented(source, sample, seed, epoch, index) if augmented else None
        parts.append(_row(layout, source.info, frame, sample, other))
    occurring = sorted(number for number in classes if number >= 0)
    names = [source.info.class_names[number] for number in occurring]
    parts.append(layout.legend(names, source.info.palette[occurring]))
    return Montage(np.concatenate(parts), [listed[index].name for index in chosen], problems)


def _chosen(
    source: Source, split: str, listed: Sequence[Frame], frames: int | Sequence[str]
) -> list[int]:
    """The indices, within the split, of the frames shown; augmentation depends on them."""
    if not listed:
        raise DataError(
            f"The split {split!r} of {source.place} is empty. Expected at least one frame; "
            "choose another split. "
            f"Received: {len(source.frames('all'))} frames in all splits."
        )
    if is_whole(frames) and 1 <= frames <= MAX_FRAMES:
        count = min(int(frames), len(listed))
        return np.linspace(0, len(listed) - 1, count, dtype=int).tolist()
    names = list(dict.fromkeys(frames)) if isinstance(frames, list | tuple) else []
    if not 1 <= len(names) <= MAX_FRAMES:
        raise ConfigError(
            f"A montage shows 1 to {MAX_FRAMES} frames: pass their number or a list of their "
            f"names. Received: {shown(frames)}."
        )
    places = {frame.name: place for place, frame in enumerate(listed)}
    for name in names:
        if name not in places:
            raise _no_such_frame(source, split, name, list(places))
    return [places[name] for name in names]


def _no_such_frame(source: Source, split: str, name: object, known: list[str]) -> DataError:
    others = SPLITS if split != "all" else ()
    other = [part for part in others if name in {frame.name for frame in source.frames(part)}]
    if other:
        expected = f"a frame of that split; this one is in {other[0]!r}, so choose that split"
    else:
        near = [one for one in known if str(name) in one][:3]  # people often omit the end of a name
        near = near or difflib.get_close_matches(str(name), known, n=3, cutoff=0.0)
        expected = f"the name of a frame, such as {', '.join(near)}; correct the name"
    return DataError(
        f"No such frame in the split {split!r} of {source.place}. Expected {expected}. "
        f"Received: {shown(name)}."
    )


def _augmented(source: Source, sample: Sample, seed: int, epoch: int, index: int) -> Sample:
    return augment(
        sample,
        seed=seed,
        epoch=epoch - 1,  # the pipeline counts passes from 0
        index=index,
        unit=source.info.depth_unit,
        stored_unit=source.encoding.unit,
    )


def _row(
    layout: Layout, info: DatasetInfo, frame: Frame, sample: Sample, other: Sample | None
) -> np.ndarray:
    scale = None if frame.depth is None else DepthScale.of(sample.depth, info.depth_unit)
    cells = _cells(info, frame, sample, scale)
    if other is None:
        return layout.row(frame.name, cells, scale)
    cells += _cells(info, frame, other, scale)
    return layout.row(frame.name, cells, scale, scale.range_text(other.depth) if scale else "")


def _cells(info: DatasetInfo, frame: Frame, sample: Sample, scale: DepthScale | None) -> list[Cell]:
    ids = _class_ids(sample, info)
    labels: Cell = plots.overlay(sample.image, ids, info.palette)
    if (ids < 0).all():
        labels = "no label" if frame.label is None else "no pixel has a class"
    if scale is None:
        depth: Cell = "no depth" if frame.depth is None else "no pixel has a depth"
    else:
        depth = scale.colour(sample.depth)
    return [sample.image, labels, depth]


def _class_ids(sample: Sample, info: DatasetInfo) -> np.ndarray:
    """int32 [H, W], -1 = ignored: with over 255 classes, one has the ignore label's number."""
    ids = sample.segmentation.astype(np.int32)
    return np.where(ids == info.ignore_label, -1, ids)
