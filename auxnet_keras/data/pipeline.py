"""The tf.data pipeline that feeds `fit` and `evaluate`."""

import os
from pathlib import Path

import numpy as np
import tensorflow as tf

from auxnet_keras.data.frame import IGNORE, INVALID, Sample
from auxnet_keras.data.make_plan import make_plan
from auxnet_keras.data.plan import Plan
from auxnet_keras.data.resize import Size

_THREADS = (os.cpu_count() or 1) + 2  # some wait, for a file or for Python's lock


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
) -> tf.data.Dataset:
    """A data set as batches for `fit`.

    The order of samples is a pure function of (seed, epoch, step), whatever the number of threads
    or the cache. The dataset counts its passes: each is the next epoch. It decodes on its own
    threads; in the whole process, OpenCV then uses only the calling thread.

    Args:
        kind: "kitti", "synthia", "vkitti", "nyuv2", "cityscapes", "street", "folder" or "shards"; a
            suffix selects other classes or another split ("nyuv2-40": see `ak.data.source`).
        root: The data set's folder; "street" draws its scenes without one.
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
        A tf.data.Dataset of (image uint8 [B, H, W, 3] RGB, {"segmentation": uint8 [B, H, W], 255 =
        ignore, int32 for more than 254 classes; "depth": float32 [B, H, W, 1], -1 = invalid}), with
        extra attributes: `epoch` and `start`, tf.Variables that may be assigned: the number of the
        next pass, and how many of its first batches are blank (none, unless a run resumes after
        them); `source_frames`, the frames in the order of their index; and `plan`, which knows the
        order of every pass.

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
    return _dataset(plan)


def auxiliary_frames(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """The training frames for the auxiliary task: a pass covers all frames with its target.

    For a first training of that task alone, with or without labels. Shares the cache.

    Args:
        dataset: What `load` returns for the training split.

    Returns:
        A tf.data.Dataset as from `load`, with its own passes and its own epoch counter.

    Raises:
        DataError: Fewer of these frames than one batch needs.

    Example:
        >>> train = ak.data.load("kitti", root, labels=30)
        >>> depth_alone = ak.weighting.FixedWeights({"segmentation": 0.0, "depth": 1.0})
        >>> model.fit(ak.data.auxiliary_frames(train), epochs=20, callbacks=[depth_alone])
        >>> model.fit(train, epochs=200)
    """
    return _dataset(dataset.plan.auxiliary_pass())


def _dataset(plan: Plan) -> tf.data.Dataset:
    epoch = tf.Variable(0, dtype=tf.int64, trainable=False, name="epoch")
    start = tf.Variable(0, dtype=tf.int64, trainable=False, name="start")
    dataset = tf.data.Dataset.range(1).flat_map(lambda _: _pass(plan, epoch, start))
    dataset = dataset.map(
        lambda index, number: _sample(plan, index, number),
        num_parallel_calls=_THREADS,
        deterministic=True,
    )
    whole_batches = plan.sampling.samples % plan.batch_size == 0
    dataset = dataset.batch(plan.batch_size, drop_remainder=whole_batches)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(len(plan)))
    dataset = dataset.prefetch(2).with_options(_options())
    dataset.epoch, dataset.start = epoch, start
    dataset.source_frames, dataset.plan = plan.frames, plan
    return dataset


def with_depth_input(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """Makes depth a second input instead of a target, as FuseNet needs it.

    Args:
        dataset: What `load` returns.

    Returns:
        A tf.data.Dataset of ({"image": [B, H, W, 3], "depth": [B, H, W, 1]}, {"segmentation":
        [B, H, W]}).
    """
    fused = dataset.map(
        lambda image, targets: (
            {"image": image, "depth": targets["depth"]},
            {"segmentation": targets["segmentation"]},
        )
    )
    for name in ("epoch", "start", "source_frames", "plan"):
        if hasattr(dataset, name):
            setattr(fused, name, getattr(dataset, name))
    return fused


def _options() -> tf.data.Options:
    options = tf.data.Options()
    options.deterministic = True
    # A pass ends only when the tuner wakes up, every 10 ms * 2^n: that can double its time.
    options.autotune.enabled = False
    # In TensorFlow's shared pool, decoding waits for its own consumers and for the training step.
    options.threading.private_threadpool_size = _THREADS
    return options


def _pass(plan: Plan, epoch: tf.Variable, start: tf.Variable) -> tf.data.Dataset:
    """(index, epoch) of every sample of the pass that starts now; advances the counter.

    The index of a sample in a blank batch is -1.
    """
    number, blank = epoch.read_value(), start.read_value()
    moved = [epoch.assign_add(1), start.assign(0)]
    with tf.control_dependencies([number, blank]), tf.control_dependencies(moved):
        number, blank = tf.identity(number), tf.identity(blank)

    def indices(number: np.int64, blank: np.int64) -> np.ndarray:
        order = plan.order(int(number))
        order[: int(blank) * plan.batch_size] = -1
        return order

    order = tf.numpy_function(indices, [number, blank], tf.int64, stateful=False)
    order = tf.ensure_shape(order, [None])
    return tf.data.Dataset.from_tensor_slices((order, tf.fill(tf.shape(order), number)))


def _sample(plan: Plan, index: tf.Tensor, epoch: tf.Tensor) -> tuple[tf.Tensor, dict]:
    blank = Sample(
        np.zeros((*plan.size, 3), np.uint8),
        np.full(plan.size, IGNORE, plan.source.info.label_dtype),
        np.full((*plan.size, 1), INVALID, np.float32),
    )

    def decode(index: np.int64, epoch: np.int64) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        sample = blank if index < 0 else plan.sample(int(index), int(epoch))
        return sample.image, sample.segmentation, sample.depth

    image, segmentation, depth = tf.numpy_function(
        decode, [index, epoch], (tf.uint8, plan.source.info.label_dtype, tf.float32)
    )
    height, width = plan.size
    # Only shapes change before `batch`, which copies: these may be the cache's own arrays, and some
    # TensorFlow operations write to their inputs.
    return tf.ensure_shape(image, [height, width, 3]), {
        "segmentation": tf.ensure_shape(segmentation, [height, width]),
        "depth": tf.ensure_shape(depth, [height, width, 1]),
    }
