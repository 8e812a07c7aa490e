"""`ak.data.load`: a data set as batches, from tf.data or, on another backend, from `Batches`."""

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import keras

from auxnet_keras.core.hosts import process_count, process_index
from auxnet_keras.data.batches import Batches
from auxnet_keras.data.make_plan import make_plan
from auxnet_keras.data.plan import Plan
from auxnet_keras.data.resize import Size

if TYPE_CHECKING:
    import tensorflow as tf

Dataset: TypeAlias = "tf.data.Dataset | Batches"


def load(
    kind: str,
    root: str | Path | None = None,
    *,
    split: str = "train",
    size: Size = (224, 384),
    batch_size: int = 8,
    seed: int = 0,
    depth_unit: str | None = None,
    ignore_void: bool = True,
    augment: bool = False,
    cache: str | Path | None = None,
    shuffle: bool | None = None,
    limit: int | None = None,
    main: str = "segmentation",
    labels: int | None = None,
    extra_data: str | None = None,
    extra_share: float = 0.5,
    auxiliary_of: str = "own-frame",
    fold: int | None = None,
) -> Dataset:
    """A data set as batches for `fit`.

    The order of samples is a pure function of (seed, epoch, step), whatever the number of threads
    or the cache. The dataset counts its passes: each is the next epoch. It decodes on its own
    threads; in the whole process, OpenCV then uses only the calling thread. Of several processes
    that train together, each gets its own rows of every batch, and reads only their frames.

    Args:
        kind: "kitti", "synthia", "vkitti", "nyuv2", "cityscapes", "street", "folder" or "shards"; a
            suffix selects other classes or another split ("nyuv2-40": see `ak.data.source`).
        root: The data set's folder, or an address such as "s3://bucket/data", which is copied to
            this machine when first used; "street" draws its scenes without one.
        split: "train", "val" or "all".
        size: (height, width) every frame is resized to.
        batch_size: Samples per batch; training drops a last partial batch, other splits keep it.
        seed: Fixes the order, the augmentation, and the frames that `limit` keeps.
        depth_unit: "disparity_px", "metres", "inverse_depth" or "raw"; None is the data set's own.
        ignore_void: Whether "void" pixels are 255 (ignored) instead of class 0 (trained).
        augment: Whether to flip, zoom into crops and vary colours, differently in every epoch.
        cache: None, "memory", or a folder for one decoded file per sample.
        shuffle: None shuffles training only; False keeps the order of the frames' names.
        limit: Largest number of frames.
        main: The main task, "segmentation" or "depth": at least one frame must have its target.
        labels: Number of training frames that keep the target of the main task, chosen by seed so
            that every class is among them if possible (see `data.label_budget`); a larger number
            keeps the same ones and more. All frames keep the auxiliary target. None keeps all.
        extra_data: `KIND:ROOT` of other data, whose training frames are added with only their
            auxiliary target, in `depth_unit` (disparity in pixels of the returned image's width).
        extra_share: With `labels` or `extra_data`, a training pass goes once over the frames with
            the main target; `extra_share * batch_size` frames of every batch (rounded, at least one
            of each kind) are others, which cycle across passes. 0 leaves them out.
        auxiliary_of: "other-frame" gives every training frame the auxiliary target of another one,
            fixed by seed: a study's control, in which depth says nothing about its image.
        fold: The part, 0 to 4, that validates in a cross-validation while the other four train;
            None is the data set's own split. Whole sequences stay together.

    Returns:
        A tf.data.Dataset, or on JAX and PyTorch a `keras.utils.PyDataset` with the same batches:
        (image uint8 [B, H, W, 3] RGB, {"segmentation": uint8 [B, H, W], 255 = ignore, int32 for
        more than 254 classes; "depth": float32 [B, H, W, 1], -1 = invalid}). It has extra
        attributes: `epoch` and `start`, numbers that `assign` sets: of the next pass, and of its
        first batches that are blank (none, unless a run resumes after them); `source_frames`, the
        frames in the order of their index; and `plan`, which knows the order of every pass.

    Raises:
        DataError: No frames, no frame with the main target, or fewer training frames than a
            batch. A damaged file raises when it is read; `ak.data.sentence` extracts the message.
        ConfigError: An invalid setting.

    Example:
        >>> train = ak.data.load("kitti", root, split="train", augment=True)
        >>> model.fit(train, validation_data=ak.data.load("kitti", root, split="val"), epochs=200)
    """
    plan = make_plan(
        kind,
        root,
        split=split,
        size=size,
        batch_size=batch_size,
        seed=seed,
        depth_unit=depth_unit,
        ignore_void=ignore_void,
        augment=augment,
        cache=cache,
        shuffle=shuffle,
        limit=limit,
        main=main,
        labels=labels,
        extra_data=extra_data,
        extra_share=extra_share,
        auxiliary_of=auxiliary_of,
        fold=fold,
    )
    return _batches(plan)


def auxiliary_frames(dataset: Dataset) -> Dataset:
    """The training frames for the auxiliary task: a pass covers all frames with its target.

    For a first training of that task alone, with or without labels. Shares the cache.

    Args:
        dataset: What `load` returns for the training split.

    Returns:
        Batches as from `load`, with their own passes and their own epoch counter.

    Raises:
        DataError: Fewer of these frames than one batch needs.

    Example:
        >>> train = ak.data.load("kitti", root, labels=30)
        >>> depth_alone = ak.weighting.FixedWeights({"segmentation": 0.0, "depth": 1.0})
        >>> model.fit(ak.data.auxiliary_frames(train), epochs=20, callbacks=[depth_alone])
        >>> model.fit(train, epochs=200)
    """
    plan: Plan = dataset.plan.auxiliary_pass()
    if isinstance(dataset, Batches):
        return Batches(plan, part=dataset.part)
    return _batches(plan)


def with_depth_input(dataset: Dataset) -> Dataset:
    """Makes depth a second input instead of a target, as FuseNet needs it.

    Args:
        dataset: What `load` returns.

    Returns:
        The same batches as ({"image": [B, H, W, 3], "depth": [B, H, W, 1]}, {"segmentation":
        [B, H, W]}).
    """
    if isinstance(dataset, Batches):
        return dataset.with_depth_input()
    from auxnet_keras.data import pipeline

    return pipeline.with_depth_input(dataset)


def _batches(plan: Plan) -> Dataset:
    if keras.backend.backend() != "tensorflow":
        return Batches(plan, part=(process_index(), process_count()))
    from auxnet_keras.data import pipeline

    return pipeline.tf_dataset(plan)
