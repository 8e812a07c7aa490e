"""The files of one scene in the layouts of SYNTHIA SEQS and KITTI 2015."""

from collections.abc import Callable

import numpy as np

from auxnet_keras.street.camera import BASELINE, FOCAL_PER_WIDTH
from auxnet_keras.street.classes import Label
from auxnet_keras.street.scene import Scene

# SYNTHIA's sequence names; a scene's light does not follow from them.
SEQUENCES = (
    "SYNTHIA-SEQS-01-SPRING",
    "SYNTHIA-SEQS-02-SUMMER",
    "SYNTHIA-SEQS-04-FALL",
    "SYNTHIA-SEQS-05-DAWN",
    "SYNTHIA-SEQS-06-SUNSET",
)
FARTHEST_CENTIMETRES = 65535

# Cityscapes ids by our ids; lane marking is road there.
CITYSCAPES_IDS = np.zeros(13, np.uint8)
for _label, _id in {
    Label.SKY: 23,
    Label.BUILDING: 11,
    Label.ROAD: 7,
    Label.SIDEWALK: 8,
    Label.FENCE: 13,
    Label.VEGETATION: 21,
    Label.POLE: 17,
    Label.CAR: 26,
    Label.SIGN: 20,
    Label.PEDESTRIAN: 24,
    Label.CYCLIST: 33,
    Label.LANE_MARKING: 7,
}.items():
    CITYSCAPES_IDS[_label] = _id

# A scene's files: path below the root to image (RGB order) or text.
Files = dict[str, np.ndarray | str]


def _sequence(index: int, count: int) -> tuple[str, int]:
    """Sequence and frame number: consecutive fifths of the scenes."""
    block = -(-count // len(SEQUENCES))
    return SEQUENCES[index // block], index % block


def synthia_image(index: int, count: int) -> str:
    """Path of the image of frame `index` of `count`, relative to the data set's folder."""
    name, frame = _sequence(index, count)
    return f"{name}/RGB/Stereo_Left/Omni_F/{frame:06d}.png"


def synthia_files(scene: Scene, index: int, count: int) -> Files:
    """RGB, 16-bit labels (class in R, instance in G), depth in centimetres, camera.

    `intrinsics.txt` holds the sequence's focal length, cx, cy and baseline on lines 1, 3, 5, 7;
    cy there is the image's centre, as the pitch differs from scene to scene.
    """
    name, frame = _sequence(index, count)
    height, width = scene.segmentation.shape
    labels = np.zeros((height, width, 3), np.uint16)
    labels[..., 0] = scene.segmentation
    labels[..., 1] = scene.instance
    depth = np.minimum(scene.depth * 100, FARTHEST_CENTIMETRES)
    depth = np.repeat(np.rint(depth).astype(np.uint16)[..., None], 3, axis=2)
    view = f"Stereo_Left/Omni_F/{frame:06d}.png"
    files: Files = {
        f"{name}/GT/LABELS/{view}": labels,
        f"{name}/Depth/{view}": depth,
    }
    values = (FOCAL_PER_WIDTH * width, (width - 1) / 2, (height - 1) / 2, BASELINE)
    files[f"{name}/CameraParams/intrinsics.txt"] = "\n\n".join(f"{v:.6f}" for v in values) + "\n"
    files[f"{name}/RGB/{view}"] = scene.image
    return files


def kitti_image(index: int, count: int) -> str:
    """Path of the image of frame `index`, relative to the data set's folder."""
    return f"training/image_2/{index:06d}_10.png"


def visible_in_both(disparity: np.ndarray) -> np.ndarray:
    """Which pixels [H, W] of the left view the right camera sees, too."""
    height, width = disparity.shape
    column = np.rint(np.arange(width)[None, :] - disparity).astype(np.int64)
    row = np.broadcast_to(np.arange(height)[:, None], column.shape)
    inside = (column >= 0) & (disparity > 0)
    nearest = np.zeros((height, width), np.float32)
    np.maximum.at(nearest, (row[inside], column[inside]), disparity[inside])
    seen = np.zeros_like(inside)
    seen[inside] = disparity[inside] >= nearest[row[inside], column[inside]] - 1
    return seen


def kitti_files(scene: Scene, index: int, count: int) -> Files:
    """RGB, Cityscapes ids, disparity in 1/256 pixel (0 invalid), calibration."""
    camera, frame = scene.camera, f"{index:06d}_10.png"
    disparity = (camera.focal * camera.baseline / scene.depth).astype(np.float32)
    encoded = np.rint(np.minimum(disparity * 256, 65535)).astype(np.uint16)
    both = np.where(visible_in_both(disparity), encoded, np.uint16(0))
    row = f"{camera.focal:e} 0.0 {camera.cx:e} {{shift:e}} 0.0 {camera.focal:e} {camera.cy:e} 0.0 "
    row += "0.0 0.0 1.0 0.0"
    height, width = scene.segmentation.shape
    lines = []
    for number, shift in (("02", 0.0), ("03", -camera.focal * camera.baseline)):
        lines.append(f"S_rect_{number}: {width:e} {height:e}")
        lines.append(f"P_rect_{number}: {row.format(shift=shift)}")
    return {
        f"training/semantic/{frame}": CITYSCAPES_IDS[scene.segmentation],
        f"training/disp_occ_0/{frame}": encoded,
        f"training/disp_noc_0/{frame}": both,
        f"training/calib_cam_to_cam/{index:06d}.txt": "\n".join(lines) + "\n",
        f"training/image_2/{frame}": scene.image,
    }


# Layout name to (path of a scene's picture, its files). The picture is written last: if it exists,
# the scene is complete.
LAYOUTS: dict[str, tuple[Callable[[int, int], str], Callable[[Scene, int, int], Files]]] = {
    "synthia": (synthia_image, synthia_files),
    "kitti": (kitti_image, kitti_files),
}
