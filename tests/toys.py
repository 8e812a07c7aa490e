"""Tiny networks and batches that make a step take milliseconds."""

from types import SimpleNamespace

import keras
import numpy as np

import auxnet_keras as ak
from auxnet_keras.data.batches import Batches

CLASSES = 4
SCENES = 3
SIZE = (8, 12)


def toy_model(
    main: str = "segmentation",
    auxiliary: str | None = "depth",
    batch_norm: bool = True,
    regularizer: keras.regularizers.Regularizer | None = None,
) -> keras.Model:
    """Two 1x1 heads on a 3x3 convolution."""
    image = keras.Input((*SIZE, 3), name="image")
    features = keras.layers.Rescaling(1 / 255)(image)
    features = keras.layers.Conv2D(
        6, 3, padding="same", kernel_regularizer=regularizer, name="shared"
    )(features)
    if batch_norm:
        features = keras.layers.BatchNormalization(momentum=0.9)(features)
    features = keras.layers.ReLU()(features)
    outputs = {
        "segmentation": keras.layers.Conv2D(CLASSES, 1, dtype="float32", name="classes")(features),
        "depth": keras.layers.Conv2D(1, 1, dtype="float32", name="metres")(features),
    }
    if auxiliary is None:
        outputs = {main: outputs[main]}
    return ak.models.AuxiliaryModel(image, outputs, main, auxiliary)


def three_tasks_model(
    main: str = "segmentation", auxiliary: tuple[str, ...] = ("depth", "scene")
) -> keras.Model:
    """`toy_model` with a third task that is no map: the scene of an image, from a pooled feature.

    Compile it with `three_tasks_losses`.
    """
    toy = toy_model(batch_norm=False)
    pooled = keras.layers.GlobalAveragePooling2D()(toy.get_layer("shared").output)
    outputs = {**toy.output, "scene": keras.layers.Dense(SCENES, name="scenes")(pooled)}
    return ak.models.AuxiliaryModel(toy.input, outputs, main, auxiliary)


def three_tasks_losses() -> dict[str, keras.losses.Loss]:
    """The losses of `three_tasks_model`."""
    return {
        "segmentation": ak.losses.PixelCrossEntropy(),
        "depth": ak.losses.DepthL1(),
        "scene": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    }


def three_tasks_batches(count: int, batch_size: int = 4, seed: int = 0) -> tuple[np.ndarray, dict]:
    """As `toy_batches`, with a scene per image."""
    images, targets = toy_batches(count, batch_size, seed)
    scenes = np.random.default_rng(seed + 1).integers(0, SCENES, (len(images), 1))
    return images, {**targets, "scene": scenes.astype(np.int32)}


def tiny_backbone(size: tuple[int | None, int | None] = (64, 64)) -> keras.Model:
    """Five strided convolutions with pyramid outputs: a backbone as a user would bring one."""
    image = features = keras.Input((*size, 3))
    levels = {}
    for level in range(1, 6):
        features = keras.layers.Conv2D(4, 3, 2, padding="same", activation="relu")(features)
        if level > 1:
            levels[f"P{level}"] = features
    return keras.Model(image, levels, name="tiny")


def toy_batches(count: int, batch_size: int = 4, seed: int = 0) -> tuple[np.ndarray, dict]:
    """Images and targets of `count` batches, a third of the pixels without a target."""
    generator = np.random.default_rng(seed)
    samples = count * batch_size
    images = generator.integers(0, 256, (samples, *SIZE, 3), dtype=np.uint8)
    labels = generator.integers(0, CLASSES, (samples, *SIZE)).astype(np.uint8)
    labels[generator.random(labels.shape) < 0.3] = 255
    depth = generator.uniform(1, 30, (samples, *SIZE, 1)).astype(np.float32)
    depth[generator.random(depth.shape) < 0.3] = -1.0
    return images, {"segmentation": labels, "depth": depth}


def batch_of(data: tuple[np.ndarray, dict], index: int, batch_size: int = 4) -> tuple:
    """Batch `index` of what `toy_batches` returned."""
    images, targets = data
    part = slice(index * batch_size, (index + 1) * batch_size)
    return images[part], {task: target[part] for task, target in targets.items()}


class ToyPlan:
    """Toy batches of four, in another order in every pass."""

    batch_size, size, frames = 4, SIZE, ()
    source = SimpleNamespace(info=SimpleNamespace(label_dtype=np.uint8))
    contents = SimpleNamespace(facts={}, changes=lambda before: [])
    extra_contents = None

    def __init__(self, batches: int) -> None:
        self._batches = batches
        self._images, self._targets = toy_batches(batches)

    def __len__(self) -> int:
        return self._batches

    def order(self, epoch: int) -> np.ndarray:
        return np.random.default_rng(epoch).permutation(4 * self._batches)

    def sample(self, index: int, epoch: int) -> ak.data.Sample:
        targets = {task: target[index] for task, target in self._targets.items()}
        return ak.data.Sample(self._images[index], **targets)

    def identity(self) -> dict[str, str]:
        return {}


def toy_dataset(batches: int) -> Batches:
    """Toy batches as `ak.data.load` returns a data set, on every backend."""
    return Batches(ToyPlan(batches))
