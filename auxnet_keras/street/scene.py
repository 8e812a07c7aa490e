"""One scene from its seed: picture, classes, instances, depth."""

from dataclasses import dataclass

import numpy as np

from auxnet_keras.errors import ConfigError
from auxnet_keras.street import barriers, buildings, cars, furniture, people, vegetation
from auxnet_keras.street.camera import Camera, sample_camera
from auxnet_keras.street.canvas import Canvas
from auxnet_keras.street.finish import develop
from auxnet_keras.street.ground import paint_ground
from auxnet_keras.street.layout import lay_out
from auxnet_keras.street.palette import pick
from auxnet_keras.street.road import sample_street
from auxnet_keras.street.shadows import cast_shadows
from auxnet_keras.street.sky import paint_horizon, paint_sky
from auxnet_keras.street.things import Thing
from auxnet_keras.street.weather import Weather, sample_weather

_SEE_THROUGH = ("fence", "cyclist")
_SEASONS = {"summer": 0.5, "spring": 0.2, "autumn": 0.3}
_TREES = {"round": 0.42, "wide": 0.22, "poplar": 0.14, "conifer": 0.22}


@dataclass(frozen=True)
class Scene:
    """A rendered street.

    Args:
        image: RGB [H, W, 3], uint8.
        segmentation: Class ids [H, W], uint8, 0 (void) to 12 (lane marking).
        depth: Depth along the optical axis [H, W], float32 metres; +inf in the sky.
        camera: The camera it was seen with.
        instance: Ids of cars, pedestrians and cyclists [H, W], uint16; 0 elsewhere.
    """

    image: np.ndarray
    segmentation: np.ndarray
    depth: np.ndarray
    camera: Camera
    instance: np.ndarray


def _paint(
    canvas: Canvas, thing: Thing, season: str, weather: Weather, rng: np.random.Generator
) -> None:
    kind, at = thing.kind, thing.at
    if kind == "building" and thing.lot is not None:
        buildings.paint_building(canvas, thing.lot, weather, rng)
    elif kind in ("fence", "hedge") and thing.ends is not None:
        own = np.random.default_rng(thing.seed)
        if kind == "fence":
            style = barriers.FENCES[own.integers(len(barriers.FENCES))]
            barriers.paint_fence(canvas, thing.ends, style, thing.size, weather, own)
        else:
            along = thing.ends[1] - thing.ends[0]
            back = np.array([along[1], -along[0]]) / np.hypot(*along) * thing.side * 0.8
            barriers.paint_hedge(canvas, thing.ends, back, thing.size, season, weather, own)
    elif kind == "car":
        cars.paint_car(canvas, at, thing.forward, thing.body, weather, rng)
    elif kind == "tree":
        species = pick(rng, _TREES)
        vegetation.paint_tree(canvas, at, season, weather, rng, species, thing.size)
    elif kind == "bush":
        vegetation.paint_bush(canvas, at, season, weather, rng, thing.size)
    elif kind == "pedestrian":
        people.paint_pedestrian(canvas, at, weather, rng)
    elif kind == "cyclist":
        people.paint_cyclist(canvas, at, thing.size, weather, rng)
    elif kind == "lamp":
        furniture.paint_lamp(canvas, at, thing.size, weather, rng)
    elif kind in ("sign", "large sign"):
        furniture.paint_sign(canvas, at, weather, rng, large=kind == "large sign")
    elif kind == "traffic light":
        furniture.paint_traffic_light(canvas, at, weather, rng)
    elif kind == "bollard":
        furniture.paint_bollard(canvas, at, weather, rng)
    else:
        furniture.paint_bin(canvas, at, weather, rng)


def check_scene_size(seed: int, index: int, size: tuple[int, int]) -> None:
    """Refuse a scene that cannot be rendered.

    Raises:
        ConfigError: If the size is too small, or seed or index are negative.
    """
    if min(size) < 32:
        raise ConfigError(
            f"A street scene needs at least 32 rows and columns. Received: size={tuple(size)}."
        )
    if seed < 0 or index < 0:
        raise ConfigError(
            "Seed and index of a street scene must be 0 or more. "
            f"Received: seed={seed}, index={index}."
        )


def render(seed: int, index: int, size: tuple[int, int] = (224, 384)) -> Scene:
    """Render scene `index` of the infinite series `seed`.

    Args:
        seed: Which series.
        index: Which scene of the series; scenes are independent of each other.
        size: Height and width in pixels, at least 32 each.

    Returns:
        The scene; the same arguments give the same bytes in any process.

    Raises:
        ConfigError: If the size is too small, or seed or index are negative.

    Example:
        >>> scene = render(seed=0, index=7)
        >>> scene.image.shape, int(scene.segmentation.max()) <= 12
        ((224, 384, 3), True)
    """
    check_scene_size(seed, index, size)
    rng = np.random.default_rng([seed, index])
    weather = sample_weather(rng)
    street = sample_street(rng)
    canvas = Canvas(sample_camera(rng, size))
    season = pick(rng, _SEASONS)
    things = lay_out(street, rng)
    paint_sky(canvas, weather, rng)
    shadow = cast_shadows(canvas, things, weather)
    ground = paint_ground(canvas, street, weather, shadow, rng)
    paint_horizon(canvas, weather, rng)
    # Nearest first, so that hidden things are skipped; see-through things come after what is behind
    # them.
    solid = [thing for thing in things if thing.kind not in _SEE_THROUGH]
    sheer = [thing for thing in things if thing.kind in _SEE_THROUGH]
    for thing in solid + sheer[::-1]:
        if canvas.in_view(thing.ground, thing.margin):
            _paint(canvas, thing, season, weather, rng)
    segmentation, instance, depth = canvas.labels()
    image = develop(canvas, ground, weather, rng)
    return Scene(image, segmentation, depth, canvas.output_camera, instance)
