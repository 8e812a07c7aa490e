"""The sky: gradient, sun, clouds, and distant silhouettes on the horizon."""

import cv2
import numpy as np

from auxnet_keras.street.canvas import Canvas
from auxnet_keras.street.classes import Label
from auxnet_keras.street.noise import SIZE, fractal
from auxnet_keras.street.palette import paint
from auxnet_keras.street.sketch import FRONT
from auxnet_keras.street.weather import Weather

# Clouds are on a plane at this height; its texture repeats every CLOUD_TILE metres.
_CLOUD_HEIGHT, _CLOUD_TILE = 1.0, 5.0
_COARSE = 4


def paint_sky(canvas: Canvas, weather: Weather, rng: np.random.Generator) -> None:
    """Paint the rows above the horizon."""
    camera = canvas.camera
    # Painted at a quarter of the canvas' resolution: nothing in a sky is sharp.
    rows = min(max(int(np.ceil(camera.cy)) + 8, 8), camera.size[0])
    up = -canvas.ray_y[:rows:_COARSE]
    right = canvas.ray_x[::_COARSE]
    horizon, zenith = weather.horizon.astype(np.float32), weather.zenith.astype(np.float32)
    height = np.clip(up / 0.75, 0, 1)[:, None] ** np.float32(0.7)
    gradient = horizon + (zenith - horizon) * height
    sky = np.repeat(gradient[:, None, :], len(right), axis=1)

    sun = weather.sun
    if sun[2] > 0.15 and weather.clouds < 0.95:
        x, y = np.float32(sun[0] / sun[2]), np.float32(sun[1] / sun[2])
        distance = np.square(right - x)[None, :] + np.square(up - y)[:, None]
        glow = cv2.exp(distance * -7) * 0.41 + cv2.exp(distance * -260) * 1.05
        warm = np.clip(weather.sun_gain * 420, 0, 255).astype(np.float32)
        sky += glow[..., None] * (warm - 0.4 * sky)

    if weather.kind != "fog":
        away = _CLOUD_HEIGHT / np.maximum(up, 0.035)
        scale = SIZE / _CLOUD_TILE
        shift_x, shift_y = rng.integers(0, SIZE, 2)
        column = np.outer(away * scale, right).astype(np.int32) + int(shift_x)
        row = (away * scale).astype(np.int32)[:, None] + int(shift_y)
        field = fractal(1.75, 11)[row & (SIZE - 1), column & (SIZE - 1)]
        lower = fractal(1.75, 11)[(row + 9) & (SIZE - 1), column & (SIZE - 1)]
        threshold = 1.5 - 3.0 * weather.clouds
        cover = np.clip((field - threshold) / 1.1, 0, 1) * np.clip(up / 0.2, 0, 1)[:, None]
        relief = np.clip(0.5 + (field - lower) * 1.6, 0, 1)[..., None]
        bright = np.clip(weather.horizon * 0.35 + 165 * weather.sky_gain + 60 * weather.sun_gain,
                         0, 252)  # fmt: skip
        dark = horizon * 0.45 + zenith * 0.3 + 20
        cloud = dark + (bright.astype(np.float32) - dark) * relief
        sky += (0.9 * cover)[..., None] * (cloud - sky)

    small = cv2.merge([np.clip(sky, 0, 255).astype(np.uint8), np.zeros(sky.shape[:2], np.uint8)])
    full = cv2.resize(small, (len(right) * _COARSE, len(up) * _COARSE))
    canvas.image[:rows] = full[:rows, : camera.size[1]]
    canvas.image[rows:, :, :3] = weather.horizon.astype(np.uint8)


def paint_horizon(canvas: Canvas, weather: Weather, rng: np.random.Generator) -> None:
    """Paint hills, woods or a skyline far away."""
    camera = canvas.camera
    left, right = canvas.ray_x[0] - 0.02, canvas.ray_x[-1] + 0.02
    layers = [("hills", 290.0, 22.0), ("wood", 210.0, 9.0), ("town", 240.0, 24.0)]
    for kind, depth, height in layers:
        if rng.random() > (0.75 if kind == "wood" else 0.5):
            continue
        if kind == "town":
            steps = np.repeat(rng.uniform(0.3, 1.0, 45), 2) * height
            x = np.repeat(np.linspace(left, right, 46), 2)[1:-1]
            label, colour = Label.BUILDING, paint(rng, "grey", "cream", "dark", "brick")
        else:
            stream = fractal(1.3 if kind == "hills" else 0.75, 12)[rng.integers(SIZE)]
            count = 90 if kind == "hills" else 200
            steps = (0.6 + 0.22 * stream[:count]) * height
            x = np.linspace(left, right, count)
            label, colour = Label.VEGETATION, paint(rng, "green", "green", "earth")
        tops = np.stack([x * depth, np.maximum(steps, 0.15 * height), np.full_like(x, depth)], 1)
        feet = np.array([[right * depth, 0, depth], [left * depth, 0, depth]])
        outline = camera.project(np.concatenate([tops, feet]))
        patch = canvas.patch(outline, depth)
        if patch is not None:
            number = patch.surface(label, np.array([0.0, 0.0, 1 / depth]))
            seen = weather.lit(colour * 0.8, FRONT, depth)
            patch.fill(outline, [len(outline)], [[*seen.tolist(), number]])
            canvas.paste(patch)
