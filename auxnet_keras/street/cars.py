"""Painting cars, vans and trucks: face by face, far faces first."""

import math

import numpy as np

from auxnet_keras.street.canvas import Canvas
from auxnet_keras.street.car_mesh import Material, mesh
from auxnet_keras.street.classes import Label
from auxnet_keras.street.palette import paint, pick
from auxnet_keras.street.weather import Weather

_KINDS = {"sedan": 0.3, "hatchback": 0.32, "suv": 0.22, "van": 0.11, "truck": 0.05}
# A nearer vehicle would need clipping; the street keeps that space free.
_NEAREST = 1.2


def sample_body(rng: np.random.Generator) -> str:
    """Draw a kind of vehicle at random."""
    return pick(rng, _KINDS)


def _materials(weather: Weather, rng: np.random.Generator) -> np.ndarray:
    """Colour [8, 3] of every material before light."""
    body = paint(rng, "grey", "white", "dark", "grey", "blue", "red", "green", "earth", "cream",
                 "brick", "dark")  # fmt: skip
    lamps = 1.3 if weather.lamps else 0.95
    colours = np.empty((len(Material), 3))
    colours[Material.PAINT] = body
    colours[Material.GLASS] = weather.horizon * 0.2 + 14
    colours[Material.REFLECTION] = weather.horizon * 0.36 + 16
    colours[Material.TYRE] = (30, 30, 32)
    colours[Material.METAL] = (156, 158, 162)
    colours[Material.PLATE] = (226, 222, 206)
    colours[Material.TAIL_LAMP] = np.array([178, 30, 26]) * lamps
    colours[Material.HEAD_LAMP] = np.array([232, 232, 220]) * lamps
    return colours


def paint_car(
    canvas: Canvas, at: np.ndarray, forward: np.ndarray, kind: str, weather: Weather,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """A vehicle with its middle at `at` (x, z), pointing along `forward` (x, z)."""
    shape, camera = mesh(kind), canvas.camera
    turn = np.array(
        [[forward[1], 0.0, -forward[0]], [0.0, 1.0, 0.0], [forward[0], 0.0, forward[1]]]
    )
    place = np.array([at[0], 0.0, at[1]])
    vertices = shape.vertices @ turn + place
    nearest = float(vertices[:, 2].min())
    if nearest < _NEAREST:
        return
    pixels = camera.project(vertices)
    patch = canvas.patch(pixels, nearest)
    if patch is None:
        return
    normals, centres = shape.normals @ turn, shape.centres @ turn + place
    towards = np.array([0.0, camera.height, 0.0]) - centres
    facing = (normals * towards).sum(axis=1) > 1e-3
    distance = (towards**2).sum(axis=1)
    distance[:4] += 1e4  # wheels come before all faces

    instance = canvas.new_instance()
    numbers = np.zeros(len(normals), int)
    planes = camera.plane(centres, normals)
    for face in np.flatnonzero(facing).tolist():
        numbers[face] = patch.surface(Label.CAR, planes[face], instance)

    shade = weather.shade(normals)
    mirror = 0.24 * np.maximum(normals[:, 1:2], 0)
    colours = _materials(weather, rng)[shape.materials] * shape.tones[:, None]
    paintwork = (shape.materials == Material.PAINT)[:, None]
    own_light = (shape.materials == Material.GLASS) | (shape.materials == Material.REFLECTION)
    if weather.lamps:
        own_light |= shape.materials >= Material.TAIL_LAMP
    lit = np.where(own_light[:, None], colours, colours * shade[shape.faces])
    # Paint mirrors the sky where it looks up.
    lit += paintwork * mirror[shape.faces] * (weather.horizon - lit)
    remains = math.exp(-weather.haze * float(at[1]))
    lit = np.clip(lit, 0, 255) * remains + weather.horizon * (1 - remains)
    colours = np.concatenate([lit, numbers[shape.faces][:, None]], axis=1)

    shown = facing[shape.faces]
    if camera.focal / float(at[1]) < 22:
        shown &= ~shape.fine
    order = np.argsort(-distance[shape.faces], kind="stable")
    order = order[shown[order]]
    spans = [shape.spans[index] for index in order.tolist()]
    counts = [len(span) for span in spans]
    patch.fill(pixels[np.concatenate(spans)], counts, colours[order].tolist())
    canvas.paste(patch)
    if weather.lamps:
        for index in np.flatnonzero(shown & (shape.materials >= Material.TAIL_LAMP)).tolist():
            lamp = vertices[shape.spans[index]].mean(axis=0)
            front = shape.materials[index] == Material.HEAD_LAMP
            colour = np.array([255.0, 246, 224] if front else [255.0, 40, 30])
            canvas.glow(lamp, colour, 0.8 if front else 0.4)
