"""Verifies an export: it is only kept if its output agrees with the network's."""

import contextlib
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from keras import ops

from auxnet_keras.errors import AuxnetError
from auxnet_keras.export.deployment import Deployment
from auxnet_keras.storage.write_errors import writing

ENOUGH = 0.999
"""Share of pixels that must agree; not all, as other kernels round and break ties differently."""

TOLERANCE = 1e-3
"""Difference of real values that counts as agreement, relative to the largest value."""


class ExportError(AuxnetError, RuntimeError):
    """The output of an export differs from its network's, or the export cannot be written."""


def writing_export(path: Path, *others: type[Exception]) -> contextlib.AbstractContextManager[None]:
    """Turns the operating system's refusal to write, or one of `others`, into an ExportError."""
    kept = "An earlier export is unchanged."
    return writing(f"The export to {path}", kept=kept, error=ExportError, others=others)


@dataclasses.dataclass(frozen=True)
class Verification:
    """How an export compares with its network.

    Attributes:
        path: The file or folder of the export.
        agreement: Share of pixels with the same class, or with the same value within 0.1 % of the
            largest value.
        max_difference: Largest difference of real values; `None` for class maps.
        images: Number of images compared.
    """

    path: Path
    agreement: float
    max_difference: float | None
    images: int

    def to_mapping(self) -> dict[str, Any]:
        """For JSON, with the path as a string."""
        return {**dataclasses.asdict(self), "path": str(self.path)}


def sample_inputs(
    deployment: Deployment, size: tuple[int, int] | None = None, count: int = 2
) -> dict[str, np.ndarray]:
    """Seeded inputs of coloured patches (to a network, noise would look the same everywhere).

    Args:
        deployment: The deployed network.
        size: (height, width) of the images; by default the network's size, or 64 x 96 if unknown.
        count: Number of images.
    """
    generator = np.random.default_rng(0)
    defaults = (64, 96)
    height, width = size or (
        side or default for side, default in zip(deployment.size, defaults, strict=True)
    )
    inputs = {}
    for name, channels in deployment.channels.items():
        patches = generator.integers(
            0, 256, (count, -(-height // 8), -(-width // 8), channels), dtype=np.uint8
        )
        image = np.kron(patches, np.ones((1, 8, 8, 1), np.uint8))[:, :height, :width]
        inputs[name] = image.astype(deployment.input_dtype(name))
    return inputs


def network_output(deployment: Deployment, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
    """The output of the Keras network itself for inputs of its size."""
    network, arguments = deployment.network, deployment.arguments(inputs)
    output = ops.convert_to_numpy(network(arguments, training=False)[deployment.task])
    if deployment.output != "class_map":
        return output
    return output.argmax(-1).astype(deployment.class_dtype)


def verify_export(
    path: Path,
    run: Callable[[Mapping[str, np.ndarray]], np.ndarray],
    expected: Sequence[tuple[Mapping[str, np.ndarray], np.ndarray]],
) -> Verification:
    """Runs an export on inputs with known outputs.

    Args:
        path: The final path of the export.
        run: The export, loaded as its users load it.
        expected: Pairs of inputs and output.

    Raises:
        ExportError: The shapes differ, or too many pixels differ.
    """
    agreeing, difference = [], 0.0
    for inputs, wanted in expected:
        got = np.asarray(run(inputs))
        if got.shape != wanted.shape:
            raise ExportError(
                f"The export to {path} was discarded: its output must have the network's shape, "
                f"{list(wanted.shape)}. Received: {list(got.shape)}."
            )
        if np.issubdtype(wanted.dtype, np.integer):
            agreeing.append(np.mean(got == wanted))
        else:
            gap = np.abs(got - wanted)
            agreeing.append(np.mean(gap <= TOLERANCE * np.abs(wanted).max()))
            difference = max(difference, float(gap.max()))
    classes = np.issubdtype(expected[0][1].dtype, np.integer)
    agreement = float(np.mean(agreeing))
    if agreement < ENOUGH:
        raise ExportError(
            f"The export to {path} was discarded: it agrees with the network on too few pixels. "
            f"Expected at least {ENOUGH:.1%}. Received: {agreement:.2%}."
        )
    images = sum(len(wanted) for _, wanted in expected)
    return Verification(path, agreement, None if classes else difference, images)
