"""An export counts as written once it has given what the network gives."""

import contextlib
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from auxnet_keras.errors import AuxnetError
from auxnet_keras.export.deployment import Deployment
from auxnet_keras.storage.write_errors import writing

ENOUGH = 0.999
"""Share of pixels that must agree: other kernels round differently, and ties fall either way."""

TOLERANCE = 1e-3
"""Difference of real values that counts as agreement, relative to the largest value."""


class ExportError(AuxnetError, RuntimeError):
    """An export does not give what its network gives, or cannot be written."""


def writing_export(path: Path, *others: type[Exception]) -> contextlib.AbstractContextManager[None]:
    """A refusal to write an export, or one of `others`, becomes an ExportError."""
    kept = "An earlier export is as it was."
    return writing(f"The export to {path}", kept=kept, error=ExportError, others=others)


@dataclasses.dataclass(frozen=True)
class Verification:
    """How an export compares with the network it came from.

    Attributes:
        path: What was written.
        agreement: Share of pixels with the same class, or with the same value within 0.1 % of the
            largest.
        max_difference: Largest difference of real values; `None` for class maps.
        images: How many images were compared.
    """

    path: Path
    agreement: float
    max_difference: float | None
    images: int

    def to_mapping(self) -> dict[str, Any]:
        """For JSON; the path as text."""
        return {**dataclasses.asdict(self), "path": str(self.path)}


def sample_inputs(
    deployment: Deployment, size: tuple[int, int] | None = None, count: int = 2
) -> dict[str, np.ndarray]:
    """Seeded inputs of coloured patches (noise would look the same everywhere to a network).

    Args:
        size: Of the images; by default the network's, or 64 x 96 where that is unknown.
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
    """What the Keras network itself says about inputs of its size."""
    arguments = deployment.arguments(inputs)
    output = np.asarray(deployment.network(arguments, training=False)[deployment.task])
    if deployment.output != "class_map":
        return output
    return output.argmax(-1).astype(deployment.class_dtype)


def verify(
    path: Path,
    run: Callable[[Mapping[str, np.ndarray]], np.ndarray],
    expected: Sequence[tuple[Mapping[str, np.ndarray], np.ndarray]],
) -> Verification:
    """Runs an export on inputs whose outputs are known.

    Args:
        path: Where the export will be.
        run: The export, loaded as its users load it.
        expected: Pairs of inputs and output.

    Raises:
        ExportError: Shapes differ, or too many pixels do.
    """
    agreeing, difference = [], 0.0
    for inputs, wanted in expected:
        got = np.asarray(run(inputs))
        if got.shape != wanted.shape:
            raise ExportError(
                f"The export to {path} was not kept: its output has another shape than the "
                f"network's, {list(wanted.shape)}. Received: {list(got.shape)}."
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
            f"The export to {path} was not kept: it agrees with the network on too few pixels; "
            f"expected at least {ENOUGH:.1%}. Received: {agreement:.2%}."
        )
    images = sum(len(wanted) for _, wanted in expected)
    return Verification(path, agreement, None if classes else difference, images)
