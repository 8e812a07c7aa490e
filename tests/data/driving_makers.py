"""Miniature Cityscapes and Virtual KITTI in the official layouts, names, types and palettes."""

import json
from pathlib import Path

import cv2
import numpy as np

from tests.data.makers import HEIGHT, WIDTH, picture, write_png

OFFICIAL_COLOURS = {
    "Terrain": (210, 0, 200),
    "Sky": (90, 200, 255),
    "Tree": (0, 199, 0),
    "Vegetation": (90, 240, 0),
    "Building": (140, 140, 140),
    "Road": (100, 60, 100),
    "GuardRail": (250, 100, 255),
    "TrafficSign": (255, 255, 0),
    "TrafficLight": (200, 200, 0),
    "Pole": (255, 130, 0),
    "Misc": (80, 80, 80),
    "Truck": (160, 60, 60),
    "Car": (255, 127, 80),
    "Van": (0, 139, 139),
    "Undefined": (0, 0, 0),
}
"""As the `colors.txt` of 2.0.3 lists them."""

CLIP_COLOURS = dict(list(OFFICIAL_COLOURS.items())[:12]) | {
    "GuardRail": (255, 100, 255),
    "Car:0": (200, 200, 200),
    "Car:17": (201, 7, 3),
    "Van:2": (3, 200, 201),
}
"""A clip of 1.3.1: every car and van has its own colour, and nothing is "Undefined"."""


def cityscapes_ids() -> np.ndarray:
    """uint8: sky above, road below, every id 0..33 once in the first row."""
    ids = np.full((HEIGHT, WIDTH), 23, np.uint8)
    ids[HEIGHT // 2 :] = 7
    ids[0, :34] = np.arange(34)
    return ids


def cityscapes_disparity(number: int = 0) -> np.ndarray:
    """uint16, (disparity * 256) + 1: none above; then one row of disparity 0; then rising."""
    stored = np.zeros((HEIGHT, WIDTH), np.uint16)
    stored[HEIGHT // 2] = 1
    rows = np.arange(HEIGHT // 2 + 1, HEIGHT)
    stored[rows] = (rows[:, None] * 256 + number + 1).astype(np.uint16)
    return stored


def cityscapes_frame(
    root: Path,
    place: str,
    number: int = 0,
    *,
    label: bool = True,
    depth: bool = True,
    camera: tuple[float, float] | None = (2262.52, 0.209313),
) -> None:
    """One frame; `place` is "train/aachen/aachen_000000_000019", the camera (fx, baseline)."""
    write_png(root / "leftImg8bit" / f"{place}_leftImg8bit.png", picture(number))
    if label:
        ids = cityscapes_ids()
        write_png(root / "gtFine" / f"{place}_gtFine_labelIds.png", ids)
        write_png(root / "gtFine" / f"{place}_gtFine_instanceIds.png", ids.astype(np.uint16))
        write_png(root / "gtFine" / f"{place}_gtFine_color.png", picture(number))
    if depth:
        write_png(root / "disparity" / f"{place}_disparity.png", cityscapes_disparity(number))
    if camera:
        path = root / "camera" / f"{place}_camera.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            json.dumps(
                {
                    "extrinsic": {"baseline": camera[1], "pitch": 0.038, "roll": 0.0, "z": 1.22},
                    "intrinsic": {"fx": camera[0], "fy": 2265.3, "u0": 1096.98, "v0": 513.137},
                }
            )
        )


def cityscapes(root: Path, train: int = 3, val: int = 2) -> Path:
    for number in range(train):
        cityscapes_frame(root, f"train/aachen/aachen_{number:06d}_000019", number)
    for number in range(val):
        cityscapes_frame(root, f"val/lindau/lindau_{number:06d}_000019", number)
    return root


def categories() -> np.ndarray:
    """int [H, W]: the category (its place in `OFFICIAL_COLOURS`) of every pixel, stripes."""
    return np.broadcast_to(np.arange(WIDTH) // 3 % 14, (HEIGHT, WIDTH))


def coloured(colours: list[tuple[int, int, int]], ids: np.ndarray) -> np.ndarray:
    return np.array(colours, np.uint8)[ids]


def centimetres(number: int = 0) -> np.ndarray:
    """uint16: the sky saturated, then 5 m and more."""
    depth = np.full((HEIGHT, WIDTH), 500 + number, np.uint16)
    depth[: HEIGHT // 4] = 65535
    depth[-1] = 65534
    return depth


def vkitti2_frame(
    root: Path, clip: str, number: int = 0, camera: int = 0, *, split_archives: bool = False
) -> None:
    """One frame of "Scene01/clone"; the archives apart ("rgb/Scene01/...") or in one tree."""

    def place(archive: str, name: str) -> Path:
        folder = root / f"vkitti_2.0.3_{archive}" if split_archives else root
        path = folder / clip / "frames" / archive / f"Camera_{camera}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    jpg = place("rgb", f"rgb_{number:05d}.jpg")
    assert cv2.imwrite(str(jpg), np.full((HEIGHT, WIDTH, 3), (40, 90, 200), np.uint8))
    write_png(place("depth", f"depth_{number:05d}.png"), centimetres(number))
    colours = list(OFFICIAL_COLOURS.values())
    write_png(
        place("classSegmentation", f"classgt_{number:05d}.png"), coloured(colours, categories())
    )
    write_png(place("instanceSegmentation", f"instancegt_{number:05d}.png"), picture(number))


def vkitti2(
    root: Path,
    scenes: tuple[str, ...] = ("Scene01", "Scene02"),
    variations: tuple[str, ...] = ("clone", "fog"),
    count: int = 5,
    cameras: tuple[int, ...] = (0, 1),
) -> Path:
    for scene in scenes:
        for variation in variations:
            for number in range(count):
                for camera in cameras:
                    vkitti2_frame(root, f"{scene}/{variation}", number, camera)
    return root


def palette_text(colours: dict[str, tuple[int, int, int]], header: str = "Category(:id)") -> str:
    lines = [f"{header} r g b"] + [f"{name} {r} {g} {b}" for name, (r, g, b) in colours.items()]
    return "\n".join(lines) + "\n"


def vkitti1(
    root: Path,
    worlds: tuple[str, ...] = ("0001", "0002"),
    variations: tuple[str, ...] = ("15-deg-left", "clone"),
    count: int = 5,
) -> Path:
    """1.3.1; in each clip the first category and car have their own colours, once swapped."""
    for w, world in enumerate(worlds):
        for v, variation in enumerate(variations):
            colours = clip_colours(w * len(variations) + v)
            for number in range(count):
                name = f"{world}/{variation}/{number:05d}.png"
                write_png(root / "vkitti_1.3.1_rgb" / name, picture(number))
                write_png(root / "vkitti_1.3.1_depthgt" / name, centimetres(number))
                listed = list(colours.values())
                order = [*range(12), 13, 14]  # of the two cars the second
                labels = coloured([listed[i] for i in order], categories())
                write_png(root / "vkitti_1.3.1_scenegt" / name, labels)
            palette = f"{world}_{variation}_scenegt_rgb_encoding.txt"
            (root / "vkitti_1.3.1_scenegt" / palette).write_text(palette_text(colours))
    return root


def clip_colours(index: int) -> dict[str, tuple[int, int, int]]:
    """The palette of clip number `index`: in odd ones terrain and road have changed places."""
    colours = dict(CLIP_COLOURS)
    if index % 2:
        colours["Terrain"], colours["Road"] = colours["Road"], colours["Terrain"]
    return colours
