"""Street scenes need real vision: neither colour nor position alone reveals the classes."""

import keras
import numpy as np
import pytest

from auxnet_keras import street

SIZE = (64, 112)
CLASSES = 13
TRAIN, TEST = 120, 40


def _scenes(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    scenes = [street.render(seed, index, SIZE) for index in range(count)]
    return np.stack([s.image for s in scenes]), np.stack([s.segmentation for s in scenes])


def mean_iou(truth: np.ndarray, prediction: np.ndarray) -> float:
    """Mean IoU of the 12 classes without void; void pixels do not count."""
    valid = truth > 0
    pairs = truth[valid].astype(int) * CLASSES + prediction[valid]
    table = np.bincount(pairs, minlength=CLASSES**2).reshape(CLASSES, CLASSES).astype(float)
    hit = np.diag(table)[1:]
    return float(np.mean(hit / (table.sum(0) + table.sum(1) - np.diag(table))[1:]))


def _colour_bins(images: np.ndarray) -> np.ndarray:
    red, green, blue = (images[..., channel].astype(int) >> 4 for channel in range(3))
    return red * 256 + green * 16 + blue


def colour_alone(images: np.ndarray, labels: np.ndarray, unseen: np.ndarray, even: bool):
    """The Bayes classifier on RGB; `even` assumes that all classes are equally frequent."""
    table = np.zeros((16**3, CLASSES))
    np.add.at(table, (_colour_bins(images).ravel(), labels.ravel()), 1)
    table[:, 0] = 0
    if even:
        table /= table.sum(0) + 1
    # Colours not met in training get the most frequent class.
    table += 1e-9 * table.sum(0)
    return table.argmax(1)[_colour_bins(unseen)]


def position_alone(labels: np.ndarray, count: int) -> np.ndarray:
    """The most frequent class of each pixel position."""
    votes = np.stack([(labels == label).sum(0) for label in range(1, CLASSES)])
    return np.broadcast_to(votes.argmax(0) + 1, (count, *SIZE))


def _network() -> keras.Model:
    def block(x, filters, stride=1, dilation=1):
        x = keras.layers.Conv2D(
            filters, 3, strides=stride, dilation_rate=dilation, padding="same", use_bias=False
        )(x)
        return keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))

    inputs = keras.Input((*SIZE, 3))
    half = block(keras.layers.Rescaling(1 / 127.5, -1)(inputs), 24, stride=2)
    half = block(half, 24)
    quarter = block(block(half, 48, stride=2), 48)
    eighth = block(block(quarter, 64, stride=2), 64)
    deep = block(block(block(eighth, 96, stride=2), 96, dilation=2), 96, dilation=4)
    for skip, filters in ((eighth, 64), (quarter, 48), (half, 32)):
        up = keras.layers.UpSampling2D(interpolation="bilinear")(deep)
        deep = block(keras.layers.Concatenate()([up, skip]), filters)
    logits = keras.layers.Conv2D(CLASSES, 1)(deep)
    return keras.Model(inputs, keras.layers.UpSampling2D(interpolation="bilinear")(logits))


def _trained(images: np.ndarray, labels: np.ndarray, epochs: int) -> keras.Model:
    keras.utils.set_random_seed(0)
    network = _network()
    images = np.concatenate([images, images[:, :, ::-1]])
    labels = np.concatenate([labels, labels[:, :, ::-1]])
    # Rare classes count more, void nothing.
    frequency = np.bincount(labels.ravel(), minlength=CLASSES) / labels.size
    weight = np.minimum(1 / np.sqrt(frequency + 1e-4), 12.0)
    weight[0] = 0
    steps = epochs * (len(images) // 8)
    network.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(3e-3, steps)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    network.fit(
        images, labels, sample_weight=weight[labels], batch_size=8, epochs=epochs, verbose=0
    )
    return network


@pytest.mark.slow
def test_colour_and_position_stay_below_half_of_a_small_network():
    images, labels = _scenes(11, TRAIN)
    unseen, truth = _scenes(12, TEST)
    colour = max(mean_iou(truth, colour_alone(images, labels, unseen, e)) for e in (False, True))
    position = mean_iou(truth, position_alone(labels, TEST))
    network = _trained(images, labels, epochs=5)
    prediction = network.predict(unseen, batch_size=8, verbose=0)[..., 1:].argmax(-1) + 1
    seeing = mean_iou(truth, prediction)
    print(f"mean IoU: colour {colour:.3f}, position {position:.3f}, network {seeing:.3f}")
    assert colour < seeing / 2
    assert position < seeing / 2
