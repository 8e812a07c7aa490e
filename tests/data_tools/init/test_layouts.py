"""What is suggested for each layout opens, decodes to what was written, and verifies."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

import auxnet_keras as ak
from data_tools.init import init
from data_tools.verify import verify
from tests.data import makers

SHAPE = (makers.HEIGHT, makers.WIDTH)
COLOURS = np.array([(128, 128, 128), (255, 0, 0), (0, 0, 192)], np.uint8)


def ids_of(number):
    ids = np.random.default_rng(number).integers(0, 3, SHAPE).astype(np.uint8)
    ids[0, :3] = 0, 1, 2
    return ids


def depth_of(number):
    """Metres."""
    return np.random.default_rng(number).integers(1000, 60_000, SHAPE) / 1000


@dataclass
class Maker:
    """Writes files and remembers which frame an image is."""

    root: Path
    numbers: dict[Path, int] = field(default_factory=dict)

    def image(self, path, number, **options):
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(makers.picture(number)).save(path, **options)
        self.numbers[path] = number

    def mask(self, path, number):
        makers.write_png(self.root / path, ids_of(number))

    def depth(self, path, number):
        makers.write_png(self.root / path, np.rint(1000 * depth_of(number)).astype(np.uint16))

    def array(self, path, values):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        np.save(self.root / path, values)

    def text(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)


def split_folders(images, masks, splits=("train", "val", "test"), ending=".png"):
    def write(made):
        for start, split in enumerate(splits):
            for number in range(3 * start, 3 * start + 3):
                made.image(images.format(split, number) + ending, number)
                made.mask(masks.format(split, number) + ".png", number)

    return write


def flat(images, masks, depths="", count=8):
    def write(made):
        for number in range(count):
            made.image(images.format(number), number)
            if masks:
                made.mask(masks.format(number), number)
            if depths:
                made.depth(depths.format(number), number)

    return write


def voc(made):
    names = [f"2007_{number:06}" for number in range(12)]
    for number, name in enumerate(names):
        made.image(f"JPEGImages/{name}.jpg", number)
        if number % 2:
            for folder in ("SegmentationClass", "SegmentationObject"):
                makers.write_palette_png(made.root / folder / f"{name}.png", ids_of(number))
    labelled = names[1::2]
    for folder, members in (("Main", names), ("Segmentation", labelled)):
        made.text(f"ImageSets/{folder}/train.txt", "\n".join(members[:-2]))
        made.text(f"ImageSets/{folder}/val.txt", "\n".join(members[-2:]))
        made.text(f"ImageSets/{folder}/trainval.txt", "\n".join(members))
    made.text("ImageSets/Main/aeroplane_train.txt", "2007_000000 -1\n")


def sequences(count, camera=""):
    def write(made):
        for number in range(2 * count):
            place = f"seq{number // 2:02}/{camera.format(number % 2)}"
            made.image(f"{place}rgb/{number:03}.png", number)
            made.mask(f"{place}seg/{number:03}.png", number)
            made.array(f"{place}depth/{number:03}.npy", depth_of(number).astype(np.float32))

    return write


def seven_scenes(made):
    for number in range(8):
        made.image(f"seq-0{number // 4}/frame-{number:06}.color.jpg", number)
        made.depth(f"seq-0{number // 4}/frame-{number:06}.depth.png", number)
        made.text(f"seq-0{number // 4}/frame-{number:06}.pose.txt", "1 0 0 0")


def masks_as(write):
    """Images, and masks that `write(path, number)` writes."""

    def write_all(made):
        for number in range(8):
            made.image(f"images/{number}.png", number)
            write(made.root / f"masks/{number}.png", number)

    return write_all


def one_colour_each(path, number):
    """The first six masks are all grey or all red, as if they held ids."""
    ids = ids_of(number) if number > 5 else np.full(SHAPE, number % 2)
    makers.write_png(path, COLOURS[ids])


def ids_in(*channels, dtype=np.uint8, beside=0):
    def write(path, number):
        values = np.zeros((*SHAPE, 3), dtype)
        values[..., 1] = beside * np.arange(SHAPE[1])
        values[..., list(channels)] = ids_of(number)[..., None] * (number != 2)
        makers.write_png(path, values)

    return write


def instances(factor, first=0):
    def write(path, number):
        numbers = np.random.default_rng(number).integers(1, 100, SHAPE)
        makers.write_png(
            path,
            ((ids_of(number) + np.uint16(first)) * np.uint16(factor) + numbers).astype(np.uint16),
        )

    return write


def other_sizes(made):
    for number in range(8):
        made.image(f"rgb/{number}.png", number)
        twice = np.ones((2, 2), np.uint8)
        makers.write_png(made.root / f"labels/{number}.png", np.kron(ids_of(number), twice))
        stored = np.rint(1000 * depth_of(number)).astype(np.uint16)
        makers.write_png(made.root / f"depth/{number}.png", np.kron(stored, twice))


def sizes_of_their_own(made):
    """Every image has another size, and the first has no mask."""
    for number in range(8):
        picture = makers.picture(number, makers.HEIGHT, makers.WIDTH + number)
        makers.write_png(made.root / f"images/{number}.png", picture)
        if number:
            ids = np.pad(ids_of(number), ((0, 0), (0, number)))
            makers.write_png(made.root / f"labels/{number}.png", ids)


def beside_pictures(made):
    for number in range(8):
        made.image(f"images/{number}.png", number)
        made.mask(f"labels/{number}.png", number)
        makers.write_png(made.root / f"labels/{number}_viz.png", COLOURS[ids_of(number)])
        Image.fromarray(makers.picture(99 - number)).save(_there(made.root / f"vis/{number}.png"))


def _there(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def two_names(made):
    """Masks of trainIds and of colours in one folder."""
    for number in range(8):
        split = "val" if number > 5 else "train"
        made.image(f"images/{split}/{number:04}.jpg", number)
        made.mask(f"annotations/{split}/{number:04}_labelTrainIds.png", number)
        name = f"annotations/{split}/{number:04}_color.png"
        makers.write_png(made.root / name, COLOURS[ids_of(number)])


def packed(made):
    for number in range(8):
        made.image(f"rgb/{number}.png", number)
        stored = np.rint(depth_of(number) / 1000 * (256**3 - 1)).astype(np.int64)
        parts = [(stored // 256**power % 256).astype(np.uint8) for power in range(3)]
        makers.write_png(made.root / f"depth/{number}.png", np.stack(parts, -1))


def listed(made):
    flat("images/{:03}.png", "masks/{:03}.png")(made)
    made.text("lists/train.txt", "".join(f"images/{n:03}.png masks/{n:03}.png\n" for n in range(5)))
    made.text("lists/validation.txt", "".join(f"{number:03}.png\n" for number in range(5, 8)))


FOLDERS = {"train": 3, "val": 3, "test": 3}
WHOLE = {"train": 5, "val": 2}
DEEP = {"files": "depth", "unit": "metres", "scale": 0.001, "invalid": [0]}

# What is written; images, labels and depth maps; frames of the splits; keys of the description.
LAYOUTS = {
    "folders with equal names": (
        flat("rgb/{}.png", "labels/{}.png", "depth/{}.png"),
        (8, 8, 8),
        WHOLE,
        {"images": "rgb", "labels": "labels", "depth": DEEP, "ignore": [255]},
    ),
    "SegNet's folders": (
        split_folders("{}/{}", "{}annot/{}"),
        (9, 9, 0),
        FOLDERS,
        {"labels": {"train": "trainannot", "val": "valannot", "test": "testannot"}},
    ),
    "mmsegmentation": (
        split_folders("img_dir/{}/{}", "ann_dir/{}/{}", ending=".jpg"),
        (9, 9, 0),
        FOLDERS,
        {},
    ),
    "COCO stuff": (
        split_folders("images/{}2017/{}", "stuffthingmaps/{}2017/{}", ("train", "val"), ".jpg"),
        (6, 6, 0),
        {"train": 3, "val": 3},
        {"images": {"train": "images/train2017", "val": "images/val2017"}},
    ),
    "a split after a word": (
        split_folders("images_{}/{}", "labels_{}/{}"),
        (9, 9, 0),
        FOLDERS,
        {},
    ),
    "images and masks in each split": (
        split_folders("{}/images/{}", "{}/masks/{}_mask"),
        (9, 9, 0),
        FOLDERS,
        {"labels": {s: f"{s}/masks/*_mask.png" for s in FOLDERS}},
    ),
    "towns in each split": (
        split_folders("left/{}/town/{}", "gt/{}/town/{}_ids"),
        (9, 9, 0),
        FOLDERS,
        {},
    ),
    "train and test alone": (
        split_folders("{}/images/{}", "{}/masks/{}", ("train", "test")),
        (6, 6, 0),
        {"train": 1, "val": 1, "test": 3},
        {"images": {"train": "train/images", "test": "test/images"}},
    ),
    "a folder called training": (
        split_folders("{}/images/{}", "{}/gt/{}", ("training", "validation")),
        (6, 6, 0),
        {"train": 3, "val": 3},
        {},
    ),
    "PASCAL VOC": (
        voc,
        (12, 6, 0),
        {"train": 4, "val": 2},
        {
            "images": "JPEGImages",
            "labels": "SegmentationClass",
            "split": {
                "train": "ImageSets/Segmentation/train.txt",
                "val": "ImageSets/Segmentation/val.txt",
            },
        },
    ),
    "sequences": (sequences(15), (30, 30, 30), {}, {"images": "*/rgb/*.png"}),
    "cameras of sequences": (
        sequences(3, "cam{}/"),
        (6, 6, 6),
        {},
        {"images": "*/*/rgb/*.png", "labels": "*/*/seg/*.png"},
    ),
    "7-Scenes": (seven_scenes, (8, 0, 8), {"train": 4, "val": 4}, {}),
    "a word before the name": (
        flat("d/img_{}.png", "d/mask_{}.png"),
        (8, 8, 0),
        WHOLE,
        {"images": "d/img_*.png", "labels": "d/mask_*.png"},
    ),
    "a word after the name": (
        flat("{}_img.png", "{}_seg.png", "{}_depth.png"),
        (8, 8, 8),
        WHOLE,
        {"images": "*_img.png", "labels": "*_seg.png"},
    ),
    "words in other folders": (
        flat("img/cam_{}_left.png", "gt/label_{}_ids.png"),
        (8, 8, 0),
        WHOLE,
        {"images": "img/cam_*_left.png", "labels": "gt/label_*_ids.png"},
    ),
    "one name and two endings": (flat("d/{}.jpg", "d/{}.png"), (8, 8, 0), WHOLE, {}),
    "a mask beside its image": (flat("d/{}.jpg", "d/{}_mask.png"), (8, 8, 0), WHOLE, {}),
    "deeper on one side": (
        flat("images/{}.png", "gtFine/labels/{}.png", "gtFine/depth/{}.png"),
        (8, 8, 8),
        WHOLE,
        {"images": "images", "labels": "gtFine/labels"},
    ),
    "SYNTHIA's names": (
        flat("RGB/{:04}.png", "", "Depth/{:04}.png"),
        (8, 0, 8),
        WHOLE,
        {"images": "RGB", "depth": DEEP | {"files": "Depth"}},
    ),
    "SYNTHIA's names with masks": (
        flat("mine/RGB/{}.png", "mine/Seg/{}.png", "mine/Depth/{}.png"),
        (8, 8, 8),
        WHOLE,
        {},
    ),
    "names that YAML must quote": (
        flat('my "images": #1/{}.png', "la\\b\n'els'/{}.png", "ti\u200befe ä/{}.png"),
        (8, 8, 8),
        WHOLE,
        {"images": 'my "images": #1', "labels": "la\\b\n'els'"},
    ),
    "masks of one colour each": (
        masks_as(one_colour_each),
        (8, 8, 0),
        WHOLE,
        {"labels": {"files": "masks", "stored": "colors"}},
    ),
    "ids in red": (
        masks_as(ids_in(0)),
        (8, 8, 0),
        WHOLE,
        {"labels": {"files": "masks", "stored": "ids"}},
    ),
    "ids in three channels": (
        masks_as(ids_in(0, 1, 2)),
        (8, 8, 0),
        WHOLE,
        {"labels": {"files": "masks", "stored": "ids"}},
    ),
    "ids beside instances": (
        masks_as(ids_in(0, dtype=np.uint16, beside=1)),
        (8, 8, 0),
        WHOLE,
        {"labels": {"files": "masks", "stored": "red"}},
    ),
    "instances as Cityscapes numbers them": (
        masks_as(instances(1000)),
        (8, 8, 0),
        WHOLE,
        {"labels": {"files": "masks", "divide": 1000}},
    ),
    "instances as KITTI numbers them": (
        masks_as(instances(256, 7)),
        (8, 8, 0),
        WHOLE,
        {"labels": {"files": "masks", "divide": 256}},
    ),
    "other sizes": (
        other_sizes,
        (8, 8, 8),
        WHOLE,
        {"labels": {"files": "labels", "resize": "nearest"}, "depth": DEEP | {"resize": "nearest"}},
    ),
    "a size for each image": (
        sizes_of_their_own,
        (8, 7, 0),
        {"train": 6, "val": 1},
        {"labels": "labels"},
    ),
    "pictures of masks beside them": (beside_pictures, (8, 8, 0), WHOLE, {"images": "images"}),
    "two sorts of masks": (
        two_names,
        (8, 8, 0),
        {"train": 6, "val": 2},
        {"labels": {s: f"annotations/{s}/*_labelTrainIds.png" for s in ("train", "val")}},
    ),
    "packed depth": (
        packed,
        (8, 0, 8),
        WHOLE,
        {"depth": DEEP | {"scale": 5.9604648e-05, "packed": "rgb"}},
    ),
    "masks beside images of one format": (
        flat("d/{:03}.png", "d/{:03}_mask.png", "d/{:03}_depth.png"),
        (8, 8, 8),
        WHOLE,
        {"images": "d/*.png", "labels": "d/*_mask.png", "depth": DEEP | {"files": "d/*_depth.png"}},
    ),
    "masks beside images of one format in each split": (
        split_folders("{}/{:03}", "{}/{:03}_mask"),
        (9, 9, 0),
        FOLDERS,
        {"labels": {s: f"{s}/*_mask.png" for s in FOLDERS}},
    ),
    "masks in each split and images together": (
        split_folders("images/{1:03}", "labels/{0}/{1:03}", ("train", "val")),
        (6, 6, 0),
        {"train": 3, "val": 3},
        {"images": "images", "labels": {s: f"labels/{s}" for s in ("train", "val")}},
    ),
    "images in each split and masks together": (
        split_folders("images/{}/{:03}", "labels/{1:03}"),
        (9, 9, 0),
        FOLDERS,
        {"labels": "labels"},
    ),
    "a folder for each frame": (
        flat("frame_{}_json/img.png", "frame_{}_json/label.png", "frame_{}_json/depth.png"),
        (8, 8, 8),
        {},
        {"images": "*/img.png", "labels": "*/label.png"},
    ),
    "lists of paths": (
        listed,
        (8, 8, 0),
        {"train": 5, "val": 3},
        {"split": {"train": "lists/train.txt", "val": "lists/validation.txt"}},
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_it_opens_and_decodes_and_verifies(tmp_path, name):
    write, counted, splits, keys = LAYOUTS[name]
    made = Maker(tmp_path)
    write(made)
    init(tmp_path)
    source = ak.data.source("folder", tmp_path)
    frames = source.frames("all")
    labels = [frame for frame in frames if frame.label is not None]
    depths = [frame for frame in frames if frame.depth is not None]
    assert (len(frames), len(labels), len(depths)) == counted
    found = {split: len(source.frames(split)) for split in ("train", "val", "test")}
    assert {split: number for split, number in found.items() if number} == splits or not splits
    spec = yaml.safe_load((tmp_path / "dataset.yaml").read_text())
    assert {key: spec[key] for key in keys} == keys
    for frame in frames:
        sample, number = source.read(frame), made.numbers.get(frame.image)
        if number is None or name == "masks of one colour each":
            continue
        if frame.label is not None:
            blank = number == 2 and name.startswith("ids")
            expected = np.zeros(SHAPE) if blank else ids_of(number)
            np.testing.assert_array_equal(sample.segmentation, expected)
        if frame.depth is not None:
            expected = depth_of(number)
            np.testing.assert_allclose(sample.depth[..., 0], expected, rtol=1e-4, atol=2e-4)
    assert verify(f"folder:{tmp_path}").counts_by_code("error") == {}


def test_all_colours_are_classes(tmp_path):
    made = Maker(tmp_path)
    masks_as(one_colour_each)(made)
    source = init(tmp_path)
    assert sorted(map(tuple, source.info.palette.tolist())) == sorted(map(tuple, COLOURS.tolist()))
    for frame in source.frames("all"):
        number = int(frame.name)
        ids = ids_of(number) if number > 5 else np.full(SHAPE, number % 2)
        shown = source.info.palette[source.read(frame).segmentation]
        np.testing.assert_array_equal(shown, COLOURS[ids])
