"""Finds the files of Virtual KITTI 2.0.3 and 1.3.1 by their paths."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from auxnet_keras.data.files.listing import contents, files_below
from auxnet_keras.data.frame import Frame
from auxnet_keras.errors import DataError

# Every archive of 2.0.3 repeats the tree of scenes, so it may be unpacked anywhere.
_FILE_2 = re.compile(
    r"(?:.*/)?(?P<clip>(?P<scene>Scene\d+)/[^/]+)/frames/(?P<what>rgb|depth|classSegmentation)/"
    r"(?P<camera>Camera_\d+)/(?:rgb|depth|classgt)_(?P<number>\d+)\.(?:jpg|png)",
    re.IGNORECASE,
)
_PALETTE_2 = re.compile(r"(?:.*/)?(?P<clip>Scene\d+/[^/]+)/colors\.txt", re.IGNORECASE)
_FILE_1 = re.compile(
    r"(?:.*/)?(?:vkitti_1\.3\.1_)?(?P<what>rgb|depthgt|scenegt)/"
    r"(?P<clip>(?P<scene>\d{4})/[^/]+)/(?P<number>\d+)\.png"
)
_PALETTE_1 = re.compile(
    r"(?:.*/)?(?:vkitti_1\.3\.1_)?scenegt/"
    r"(?P<scene>\d{4})_(?P<variation>.+)_scenegt_rgb_encoding\.txt"
)


@dataclass
class Found:
    """The files of one release in a folder.

    Args:
        frames: Named by scene, variation, camera (2.0.3) and number.
        palettes: The palette file of a clip ("Scene01/clone", "0001/clone").
    """

    frames: list[Frame] = field(default_factory=list)
    palettes: dict[str, Path] = field(default_factory=dict)


def find_frames(root: Path) -> tuple[int, Found]:
    """The release, 1 or 2, and its files.

    Raises:
        DataError: Neither release, both of them, or (1.3.1) labels without their palette file.
    """
    files = sorted(files_below(root))
    releases = {
        2: _collect(root, files, _FILE_2, _PALETTE_2),
        1: _collect(root, files, _FILE_1, _PALETTE_1),
    }
    present = [release for release, found in releases.items() if found.frames]
    if len(present) != 1:
        raise DataError(
            f"{'Both releases' if present else 'No frame'} of Virtual KITTI in {root}. Expected "
            "Scene01/clone/frames/rgb/Camera_0/rgb_00000.jpg and so on (2.0.3), or "
            "vkitti_1.3.1_rgb/0001/clone/00000.png and so on (1.3.1); give the folder that holds "
            "one of them. "
            f"Received: {contents(root)}."
        )
    (release,) = present
    if release == 1:
        _check_palettes(root, releases[1])
    return release, releases[release]


def clip(frame: Frame) -> str:
    """Scene and variation: "Scene01/clone"."""
    return "/".join(frame.name.split("/")[:2])


def number(frame: Frame) -> int:
    """The frame's place in time, the same in every variation and camera."""
    return int(frame.name.rpartition("/")[2])


def _collect(root: Path, files: list[str], pattern: re.Pattern, palette: re.Pattern) -> Found:
    kinds: dict[str, dict[str, Path]] = {"image": {}, "depth": {}, "label": {}}
    kind_of_folder = {"rgb": "image", "depth": "depth", "depthgt": "depth"}
    names: dict[str, tuple[str, str]] = {}
    found = Found()
    for file in files:
        if match := pattern.fullmatch(file):
            camera = match["camera"] + "/" if "camera" in pattern.groupindex else ""
            name = f"{match['clip']}/{camera}{match['number']}"
            key = name.lower()  # copies differ in the case of folders
            kind = kind_of_folder.get(match["what"].lower(), "label")
            kinds[kind].setdefault(key, root / file)
            if kind == "image":
                names.setdefault(key, (name, match["scene"]))
        elif match := palette.fullmatch(file):
            groups = match.groupdict()
            of = groups.get("clip") or f"{groups['scene']}/{groups['variation']}"
            found.palettes.setdefault(of.lower(), root / file)
    for key, (name, scene) in names.items():
        image, label, depth = (kinds[kind].get(key) for kind in ("image", "label", "depth"))
        if image is not None:
            found.frames.append(Frame(name, image, label, depth, sequence=scene))
    return found


def _check_palettes(root: Path, found: Found) -> None:
    labels = {clip(frame): frame.label for frame in found.frames if frame.label is not None}
    without_palette = sorted(name for name in labels if name.lower() not in found.palettes)
    if without_palette:
        name = without_palette[0]
        place = labels[name].parents[2] / f"{name.replace('/', '_')}_scenegt_rgb_encoding.txt"
        raise DataError(
            f"No palette file for the labels of {name} in {root}. Expected {place}, because every "
            "clip of Virtual KITTI 1.3.1 has its own colours; unpack it from "
            "vkitti_1.3.1_scenegt.tar, or remove these labels. "
            f"Received: {len(without_palette)} clips without a palette file."
        )
