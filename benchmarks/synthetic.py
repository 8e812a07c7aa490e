"""The setting of a benchmark and its batch of noise. Needs NumPy alone, for any framework."""

from dataclasses import dataclass

import numpy as np

CLASSES = 12
TINY = "tiny"  # three convolutions, enough to show that a benchmark runs


@dataclass(frozen=True)
class Setting:
    """A network and its batch."""

    backbone: str
    size: tuple[int, int]
    batch_size: int

    def __str__(self) -> str:
        network = "a tiny network" if self.backbone == TINY else f"AuxNet on {self.backbone}"
        return f"{network}, {self.size[0]}x{self.size[1]}, batch {self.batch_size}"


def batch(setting: Setting) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Noise with targets: a tenth of labels ignored and, as on KITTI, most pixels without depth."""
    generator = np.random.default_rng(0)
    shape = (setting.batch_size, *setting.size)
    labels = generator.integers(0, CLASSES, shape).astype(np.uint8)
    labels[generator.random(shape) < 0.1] = 255
    depth = generator.uniform(1, 80, (*shape, 1)).astype(np.float32)
    depth[generator.random(depth.shape) < 0.7] = -1.0
    images = generator.integers(0, 256, (*shape, 3), dtype=np.uint8)
    return images, {"segmentation": labels, "depth": depth}
