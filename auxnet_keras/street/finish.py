"""From the painted canvas to the photograph: haze, wet road, glow, rain, grain, grading."""

import cv2
import numpy as np

from auxnet_keras.street.canvas import Canvas
from auxnet_keras.street.noise import SIZE, film_grain, fractal
from auxnet_keras.street.weather import Weather


def mirror_wet_ground(
    canvas: Canvas, ground: int, weather: Weather, rng: np.random.Generator
) -> None:
    """Blend a blurred mirror image of what is above the horizon into the ground's surfaces.

    Args:
        canvas: The canvas, fully painted.
        ground: Surfaces 1..ground are on the ground.
        weather: Its `wet` is the strength.
        rng: Where the puddles are.
    """
    horizon = int(np.clip(canvas.camera.cy, 8, canvas.camera.size[0] - 8))
    rows, columns = canvas.camera.size[0] - horizon, canvas.camera.size[1]
    above = canvas.image[max(horizon - rows, 0) : horizon][::-1]
    small = cv2.resize(above, (columns // 2, max(rows // 8, 1)), interpolation=cv2.INTER_AREA)
    mirror = cv2.resize(small, (columns, rows), interpolation=cv2.INTER_LINEAR)
    below = canvas.image[horizon:]
    row, column = rng.integers(SIZE, size=2)
    puddles = fractal(1.4, 14)[(np.arange(rows) * 2 + row)[:, None] % SIZE,
                               (np.arange(columns) // 2 + column)[None, :] % SIZE]  # fmt: skip
    surface = canvas.surface[horizon:]
    on_ground = ((surface > 0) & (surface <= ground)).astype(np.float32)
    strength = np.clip(0.42 + 0.28 * puddles, 0.08, 0.85) * np.float32(weather.wet)
    strength *= on_ground
    # What is wet is also darker.
    remains = (1 - strength) * (1 - np.float32(0.18) * on_ground)
    canvas.image[horizon:] = cv2.blendLinear(below, mirror, remains, strength)


def add_glow(image: np.ndarray, canvas: Canvas) -> np.ndarray:
    """Halos around the lamps that are on and in sight."""
    if not canvas.lamps:
        return image
    rows, columns = canvas.camera.size
    light = np.zeros((rows // 4 + 1, columns // 4 + 1, 3), np.float32)
    for position, colour, size in canvas.lamps:
        if position[2] < 1:
            continue
        x, y = canvas.camera.project(position[None])[0]
        if not (0 <= x < columns and 0 <= y < rows):
            continue
        if canvas.inverse_depth[int(y), int(x)] > 1.04 / position[2]:
            continue
        radius = max(size * canvas.camera.focal / position[2] * 0.06, 0.7)
        centre = (round(x / 4 * 16), round(y / 4 * 16))
        cv2.circle(light, centre, round(radius * 16), colour.tolist(), -1, cv2.LINE_8, 4)
    near = cv2.GaussianBlur(light, (0, 0), 2.2)
    small = cv2.resize(light, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    wide = cv2.resize(cv2.GaussianBlur(small, (0, 0), 3.5), light.shape[1::-1])
    halo = cv2.resize(near * 0.75 + wide * 0.8, (image.shape[1], image.shape[0]))
    return cv2.add(image, np.clip(halo, 0, 255).astype(np.uint8))


def _rain(image: np.ndarray, rng: np.random.Generator) -> None:
    rows, columns = image.shape[:2]
    layer = image.copy()
    slant = rng.normal(0, 0.12)
    for x, y, length in zip(
        rng.uniform(0, columns, 110), rng.uniform(-20, rows, 110), rng.uniform(0.02, 0.07, 110),
        strict=True,
    ):  # fmt: skip
        drop = length * rows
        end = (int(x + slant * drop), int(y + drop))
        cv2.line(layer, (int(x), int(y)), end, (205, 210, 216), 1, cv2.LINE_AA)
    cv2.addWeighted(layer, 0.28, image, 0.72, 0, dst=image)


def develop(canvas: Canvas, ground: int, weather: Weather, rng: np.random.Generator) -> np.ndarray:
    """The finished picture [H, W, 3], uint8 RGB."""
    if weather.wet:
        mirror_wet_ground(canvas, ground, weather, rng)
    rows, columns = canvas.output_camera.size
    image = cv2.resize(canvas.image, (columns, rows), interpolation=cv2.INTER_AREA)
    image = cv2.cvtColor(image, cv2.COLOR_RGBA2RGB)
    image = add_glow(image, canvas)
    if weather.kind == "rain":
        _rain(image, rng)
    # The camera's exposure meter, a film's contrast and tint, the sensor's grain.
    metered = cv2.mean(cv2.resize(image, (24, 16), interpolation=cv2.INTER_AREA))[:3]
    wanted = rng.uniform(94, 126) * (0.8 if weather.kind == "dusk" else 1.0)
    gamma = np.clip(np.log(wanted / 255) / np.log(np.mean(metered) / 255), 0.55, 1.35)
    level = np.linspace(0, 1, 256)[:, None] ** gamma
    contrast = rng.uniform(0.3, 0.9)
    curve = level + contrast * (level - 0.5) * level * (1 - level) * 2
    tint = 1 + rng.normal(0, 0.012, (1, 3))
    image = cv2.LUT(image, np.clip(curve * tint * 255, 0, 255).astype(np.uint8)[None])
    strength = float(rng.uniform(0.6, 2.4)) / 32
    grain = film_grain()
    tiles = -(-rows // (SIZE // 2)), -(-columns // (SIZE // 2))
    if max(tiles) > 1:
        grain = np.tile(grain, (*tiles, 1))
    row, column = rng.integers(SIZE // 2, size=2)
    grain = grain[row : row + rows, column : column + columns]
    return cv2.addWeighted(image, 1.0, grain, strength, -128 * strength)
