"""Batch normalization as one operation of TensorFlow."""

from keras import ops

from auxnet_keras.core.types import Tensor


def fused_batch_norm(
    features: Tensor, gamma: Tensor, beta: Tensor, epsilon: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Normalises a batch by its own statistics; for the TensorFlow backend alone.

    Args:
        features: [B, H, W, C], float32.
        gamma, beta: Scale and offset of every channel [C], float32.
        epsilon: Added to the variance.

    Returns:
        The normalised features, and every channel's mean and (biased) variance.
    """
    import tensorflow as tf

    normalised, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=features,
        scale=tf.convert_to_tensor(gamma),
        offset=tf.convert_to_tensor(beta),
        mean=[],
        variance=[],
        epsilon=epsilon,
        exponential_avg_factor=1.0,
        is_training=True,
    )
    # TensorFlow returns the unbiased variance, Keras keeps the biased one. Of a single pixel the
    # unbiased one is 0 / 0, for which no device promises a number.
    pixels = ops.cast(ops.prod(ops.shape(features)[:3]), "float32")
    biased = tf.where(pixels == 1.0, 0.0, variance * ((pixels - 1.0) / pixels))
    return normalised, mean, biased
