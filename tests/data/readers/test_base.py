"""A reader written from public names alone."""

import cv2
import numpy as np
import pytest

import auxnet_keras as ak

LABELS = ak.data.LabelTable(
    {"floor": (128, 64, 128), "wall": (70, 70, 70)}, ids={"floor": [1], "wall": [2, 3]}, ignored=[0]
)


class Rooms(ak.data.Source):
    """Reads `NAME.jpg`, `NAME_labels.png` and `NAME_depth.png` in millimetres."""

    info = ak.data.DatasetInfo("rooms", LABELS.names, LABELS.palette, "metres", "CC BY 4.0", "-")
    encoding = ak.data.DepthEncoding("metres", scale=0.001)
    label_place, depth_place = "*_labels.png", "*_depth.png"

    def discover(self):
        return [
            ak.data.Frame(
                path.stem,
                path,
                label=path.with_name(f"{path.stem}_labels.png"),
                depth=path.with_name(f"{path.stem}_depth.png"),
            )
            for path in self.root.glob("*.jpg")
        ]

    def divide(self, frames):
        return frames[:-1], frames[-1:]

    def label_table(self, frame):
        return LABELS

    def label_ids(self, frame, path):
        return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)

    def stored_depth(self, frame, path):
        return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)

    def calibration(self, frame, width):
        return ak.data.Calibration(focal=500.0, baseline=0.1)


@pytest.fixture
def rooms(tmp_path):
    for number in range(5):
        image = np.full((32, 64, 3), 40 * number, np.uint8)
        labels = np.repeat(np.array([[0, 1, 2, 3]], np.uint8), 32, 0).repeat(16, 1)
        depth = np.full((32, 64), 1000 * (number + 1), np.uint16)
        depth[0] = 0
        for name, array in (("", image), ("_labels", labels), ("_depth", depth)):
            file = tmp_path / f"room{number}{name}{'.png' if name else '.jpg'}"
            assert cv2.imwrite(str(file), array)
    ak.data.register("rooms", Rooms)
    yield tmp_path
    from auxnet_keras.data.readers.catalogue import KINDS

    KINDS.remove("rooms")


def test_it_reads_splits_and_decodes(rooms):
    source = ak.data.source("rooms", rooms)
    train = [frame.name for frame in source.frames("train")]
    assert train == ["room0", "room1", "room2", "room3"]
    sample = source.read(source.frames("val")[0])
    np.testing.assert_array_equal(np.unique(sample.segmentation[:, :16]), [255])
    np.testing.assert_array_equal(np.unique(sample.segmentation[:, 16:]), [0, 1])
    assert (sample.depth[0] == -1).all() and (sample.depth[1:] == 5.0).all()


def test_the_pipeline_takes_it(rooms):
    data = ak.data.load("rooms", rooms, size=(32, 64), batch_size=2, depth_unit="disparity_px")
    images, targets = next(iter(data))
    assert images.shape == (2, 32, 64, 3)
    metres = np.sort(50.0 / targets["depth"].numpy()[:, 1, 0, 0])
    assert set(np.round(metres, 4)) <= {1.0, 2.0, 3.0, 4.0}
