"""The tf.data pipeline that feeds `fit` and `evaluate` on the TensorFlow backend."""

import numpy as np
import tensorflow as tf

from auxnet_keras.data.frame import IGNORE, INVALID, Sample
from auxnet_keras.data.plan import Plan
from auxnet_keras.data.working_threads import THREADS


def tf_dataset(plan: Plan) -> tf.data.Dataset:
    """The batches of a plan; each pass is the next epoch."""
    epoch = tf.Variable(0, dtype=tf.int64, trainable=False, name="epoch")
    start = tf.Variable(0, dtype=tf.int64, trainable=False, name="start")
    dataset = tf.data.Dataset.range(1).flat_map(lambda _: _pass(plan, epoch, start))
    dataset = dataset.map(
        lambda index, number: _sample(plan, index, number),
        num_parallel_calls=THREADS,
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
    """As `ak.data.with_depth_input`."""
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
    options.threading.private_threadpool_size = THREADS
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
        order = plan.order(int(number)).copy()
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
