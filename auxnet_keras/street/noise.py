"""Tileable noise and the grain of the ground's materials, made once per process."""

from functools import lru_cache

import cv2
import numpy as np

SIZE = 512
# Ground materials: one square of GRAIN x GRAIN texels covers GRAIN_METRES of ground.
GRAIN = 256
GRAIN_METRES = 4.0
MATERIALS = ("asphalt", "old asphalt", "slabs", "pavers", "grass", "soil")


@lru_cache
def fractal(roughness: float, stream: int = 0) -> np.ndarray:
    """Noise [512, 512] with power 1/frequency^(2 roughness), mean 0, deviation 1, tileable."""
    white = np.random.default_rng([7, stream]).standard_normal((SIZE, SIZE))
    y, x = np.meshgrid(np.fft.fftfreq(SIZE), np.fft.fftfreq(SIZE), indexing="ij")
    frequency = np.hypot(x, y)
    frequency[0, 0] = 1.0
    spectrum = np.fft.fft2(white) / frequency**roughness
    spectrum[0, 0] = 0.0
    field = np.fft.ifft2(spectrum).real
    return (field / field.std()).astype(np.float32)


@lru_cache
def wall_grain() -> np.ndarray:
    """Blotches and fine grain [512, 512, 3] around 128, to multiply walls and hedges with."""
    field = 128 + 7 * fractal(1.2, 1) + 4 * fractal(0.3, 2)
    return np.repeat(np.clip(field, 60, 200).astype(np.uint8)[..., None], 3, axis=2)


@lru_cache
def film_grain() -> np.ndarray:
    """A sensor's noise [512, 512, 3], 32 per deviation around 128."""
    field = np.clip(128 + 32 * fractal(0.0, 15), 0, 255).astype(np.uint8)
    return np.repeat(field[..., None], 3, axis=2)


def _tiles(rows: int, columns: int, shifted: bool, joint: int) -> np.ndarray:
    """Stones of varied brightness with dark joints, around 0."""
    rng = np.random.default_rng([8, rows, columns])
    height, width = GRAIN // rows, GRAIN // columns
    field = np.repeat(np.repeat(rng.normal(0, 9, (rows, columns)), height, 0), width, 1)
    for row in range(rows):
        band = field[row * height : (row + 1) * height]
        band[:joint] = -34
        band[:, np.arange(GRAIN) % width < joint] = -30
        if shifted and row % 2:
            band[:] = np.roll(band, width // 2, axis=1)
    return field


@lru_cache
def material_grain() -> tuple[np.ndarray, ...]:
    """Brightness of every material around 128, [materials, n, n] for n = 256, 128, 64, 32."""
    step = SIZE // GRAIN
    rough, fine, soft = (fractal(r, i)[::step, ::step] for r, i in ((1.0, 3), (0.0, 4), (1.6, 5)))
    cracks = np.abs(fractal(1.3, 6)[:GRAIN, :GRAIN]) < 0.012
    layers = {
        "asphalt": 5 * fine + 3 * rough,
        "old asphalt": 8 * fine + 7 * rough - 26 * cracks + 5 * soft,
        "slabs": _tiles(8, 8, False, 2) + 3 * fine + 4 * rough,
        "pavers": _tiles(32, 16, True, 1) + 4 * fine,
        "grass": 17 * fine + 13 * rough,
        "soil": 10 * fine + 14 * soft,
    }
    base = np.stack([128 + layers[name] for name in MATERIALS])
    levels = [np.clip(base, 20, 235).astype(np.uint8)]
    for _ in range(3):
        half = levels[-1].shape[1] // 2
        levels.append(
            np.stack(
                [cv2.resize(m, (half, half), interpolation=cv2.INTER_AREA) for m in levels[-1]]
            )
        )
    return tuple(levels)
