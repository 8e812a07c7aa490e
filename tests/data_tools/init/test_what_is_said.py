"""What cannot be told, or is left out, is said: in the description, or in one sentence."""

import os
import sys

import numpy as np
import pytest
import yaml
from PIL import Image

from auxnet_keras.errors import DataError
from data_tools.init import init
from data_tools.verify import verify
from tests.data import makers
from tests.data_tools.init.test_layouts import SHAPE, Maker, flat, ids_of, split_folders

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"


@pytest.fixture
def made(tmp_path):
    """Eight images with masks."""
    made = Maker(tmp_path)
    flat("images/{}.png", "masks/{}.png")(made)
    return made


def text_of(made):
    init(made.root)
    return (made.root / "dataset.yaml").read_text()


def refused(made):
    with pytest.raises(DataError) as raised:
        init(made.root)
    assert not (made.root / "dataset.yaml").exists()
    return str(raised.value)


def test_a_list_with_an_unknown_name(made):
    made.text("train.txt", "0\n1\n2\n")
    made.text("val.txt", "3\nnope\n")
    text = text_of(made)
    assert "# Not used: val.txt, because of a line that names no image: 'nope'.\n" in text
    assert "# Not used: train.txt; train and val, or train and test, are needed.\n" in text
    assert "split:" not in text


def test_a_list_of_the_test_frames_does_not_replace_a_damaged_one(made):
    made.text("train.txt", "0\n1\n2\n")
    made.text("val.txt", "nope\n")
    made.text("test.txt", "6\n7\n")
    assert "split:" not in text_of(made)


def test_lists_that_share_a_frame(made):
    made.text("train.txt", "0\n1\n2\n")
    made.text("val.txt", "2\n3\n")
    assert "# Not used: train.txt, val.txt, which share '2'.\n" in text_of(made)


def test_lists_of_a_part_of_the_frames(made):
    made.text("a/train.txt", "0\n1\n2\n")
    made.text("a/val.txt", "3\n")
    made.text("b/train.txt", "0\n1\n2\n4\n")
    made.text("b/valid.txt", "3\n5\n")
    text = text_of(made)
    assert 'split: {train: "b/train.txt", val: "b/valid.txt"}\n' in text
    assert "# Not used: a/train.txt, a/val.txt; there are other lists.\n" in text
    assert "# 2 of 8 images are in no list.\n" in text


def test_lists_without_validation_do_not_train_on_the_test_frames(made):
    made.text("train.txt", "0\n1\n2\n3\n4\n")
    made.text("test.txt", "5\n6\n7\n")
    source = init(made.root)
    assert [frame.name for frame in source.frames("test")] == ["5", "6", "7"]
    assert [frame.name for frame in source.frames("val")] == ["4"]
    text = (made.root / "dataset.yaml").read_text()
    assert "# There is no list for validation: a fifth of train validates.\n" in text


def test_a_test_folder_without_validation(tmp_path):
    made = Maker(tmp_path)
    split_folders("{}/images/{}", "{}/masks/{}", ("train", "test"))(made)
    text = text_of(made)
    assert "# There is no folder for validation: a fifth of train validates.\n" in text


def test_groups_that_are_not_used(made):
    for number in range(8):
        made.image(f"previews/{number + 20}.jpg", number + 20)
        (made.root / f"depth_{number}.png").write_bytes(LFS)
    text = text_of(made)
    assert "# Not used: 8 images such as previews/20.jpg.\n" in text
    assert "depth_0.png (a Git LFS pointer; fetch the file itself with `git lfs pull`).\n" in text


def test_images_of_the_same_names(made):
    for number in range(8):
        made.image(f"other/{number}.png", number + 20)
    text = text_of(made)
    assert 'images: "images"\n' in text
    assert "# Check the images: those in other pair with as many files.\n" in text


def test_sizes_that_differ_for_some_are_no_setting(made):
    other = np.zeros((SHAPE[0], SHAPE[1] + 6), np.uint8)
    makers.write_png(made.root / "masks/3.png", other)
    text = text_of(made)
    assert "1 of 8 label files that were compared do not fit their images, such as 3: " in text
    assert "54x32 beside an image of 48x32.\n" in text and "resize" not in text
    assert verify(f"folder:{made.root}").counts_by_code("error") == {"other_size": 1}


@pytest.mark.parametrize(("count", "fits"), [(2, False), (3, True), (11, True)])
def test_names_are_used_where_their_number_fits(made, count, fits):
    made.text("classes.txt", "".join(f"name {number}\n" for number in range(count)))
    text = text_of(made)
    classes = yaml.safe_load(text)["classes"]
    if fits:
        assert classes == {number: f"name {number}" for number in range(3)}
        assert "# Names from classes.txt, the first for id 0.\n" in text
    else:
        assert classes == {number: f"class {number}" for number in range(3)}
        assert "# Fill in names: classes.txt has 2, which do not fit ids 0 to 2.\n" in text


def test_names_of_colours_as_people_write_them(tmp_path):
    made = Maker(tmp_path)
    colours = np.array([(1, 2, 3), (10, 20, 30), (0, 0, 0), (9, 9, 9)], np.uint8)
    for number in range(8):
        made.image(f"images/{number}.png", number)
        ids = ids_of(number) + (number == 7)
        makers.write_png(tmp_path / f"masks/{number}.png", colours[ids])
    made.text("class_dict.csv", 'name,r,g,b\n,1,2,3\n"a\\b: ""c",10,20,30\nvoid,0,0,0\nx,9,9,9\n')
    classes = yaml.safe_load(text_of(made))["classes"]
    assert {tuple(entry["color"]): entry["name"] for entry in classes.values()} == {
        (10, 20, 30): 'a\\b: ""c',
        (1, 2, 3): "class 2",
        (9, 9, 9): "x",
    }


def test_one_colour_on_black_is_two_classes(tmp_path):
    made = Maker(tmp_path)
    for number in range(8):
        made.image(f"images/{number}.png", number)
        mask = np.zeros((*SHAPE, 3), np.uint8)
        mask[..., 1] = 200 * (ids_of(number) > 0)
        makers.write_png(tmp_path / f"masks/{number}.png", mask)
    source = init(tmp_path)
    assert source.info.palette.tolist() == [[0, 200, 0], [0, 0, 0]]
    first = source.read(source.frames("all")[0]).segmentation
    np.testing.assert_array_equal(first, ids_of(0) == 0)


def test_instances_and_ids_in_one_mask(tmp_path):
    made = Maker(tmp_path)
    for number in range(8):
        made.image(f"images/{number}.png", number)
        ids = np.array([7, 23, 26_001], np.uint16)[ids_of(number)]  # as in Cityscapes
        makers.write_png(tmp_path / f"masks/{number}.png", ids)
    said = refused(made)
    assert said.startswith("Masks of instances: ") and "divide: 1000" in said
    assert said.endswith(
        "values up to 23 without a class, such as 23, and values with one, such as 26001."
    )


def test_masks_of_fractions(tmp_path):
    made = Maker(tmp_path)
    for number in range(8):
        made.image(f"images/{number}.png", number)
        made.array(f"masks/{number}.npy", ids_of(number).astype(np.float32) / 2)
    assert refused(made).startswith("Masks of fractions: ")
    for number in range(8):
        made.depth(f"depth/{number}.png", number)
    assert not init(tmp_path).declares("label")
    assert "# Masks of fractions: " in (tmp_path / "dataset.yaml").read_text()


def test_masks_of_valid_depth_are_no_labels(tmp_path):
    made = Maker(tmp_path)
    flat("{:05}.png", "")(made)
    for number in range(8):
        made.array(f"{number:05}_depth.npy", ids_of(number) + np.float32(1.5))
        made.array(f"{number:05}_depth_mask.npy", (ids_of(number) > 0).astype(np.float32))
    source = init(tmp_path)
    assert source.declares("depth") and not source.declares("label")
    assert source.encoding.scale == 1
    text = (tmp_path / "dataset.yaml").read_text()
    assert "# Not used: 8 validity masks such as 00000_depth_mask.npy.\n" in text


def test_pointers_instead_of_files(tmp_path):
    for folder in ("images", "masks"):
        (tmp_path / folder).mkdir()
        for number in range(3):
            (tmp_path / folder / f"{number}.png").write_bytes(LFS)
    said = refused(Maker(tmp_path))
    assert "3 unreadable files such as images/0.png (a Git LFS pointer; fetch the file" in said


def test_a_channel_for_each_class(tmp_path):
    made = Maker(tmp_path)
    for number in range(8):
        made.image(f"images/{number}.png", number)
        made.array(f"masks/{number}.npy", np.eye(5, dtype=np.uint8)[ids_of(number)])
    said = refused(made)
    assert "8 unreadable files such as masks/0.npy (uint8 [32, 48, 5])" in said


def test_masks_as_jpeg(tmp_path):
    made = Maker(tmp_path)
    flat("images/{}.png", "")(made)
    for number in range(8):
        made.image(f"masks/{number}.jpg", 30 + number)
    said = refused(made)
    assert "export masks as PNG, because JPEG changes their values" in said
    assert said.endswith("8 images such as images/0.png; 8 images such as masks/0.jpg.")


def test_names_that_have_nothing_in_common(tmp_path):
    made = Maker(tmp_path)
    flat("rgb/1305{}.20.png", "", "depth/1405{}.31.png")(made)
    said = refused(made)
    assert said.endswith(
        "8 depth files such as depth/14050.31.png; 8 images such as rgb/13050.20.png."
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
@pytest.mark.parametrize("name", [b"im*ges", b"im\xffges"])
def test_a_folder_that_no_description_can_name(tmp_path, name):
    made = Maker(tmp_path)
    flat("images/{}.png", "masks/{}.png")(made)
    try:
        (tmp_path / "images").rename(tmp_path / os.fsdecode(name))
    except OSError:
        pytest.skip("the file system refuses the name")
    said = refused(made)
    assert "rename folders whose names hold a * or are not UTF-8" in said and said.isprintable()


def test_a_folder_of_synthia_needs_no_description(tmp_path):
    for number in range(3):
        makers.synthia_frame(tmp_path / "SYNTHIA-SEQS-01-DAWN", f"{number:06}")
    assert "looks like the data set 'synthia'" in refused(Maker(tmp_path))


def test_pictures_in_palettes_are_images(tmp_path):
    made = Maker(tmp_path)
    for number in range(8):
        (tmp_path / "rgb").mkdir(exist_ok=True)
        picture = Image.fromarray(makers.picture(number)).convert("P", palette=Image.ADAPTIVE)
        picture.save(tmp_path / f"rgb/{number}.png")
        made.mask(f"gt/{number}.png", number)
    assert 'images: "rgb"\nlabels: "gt"\n' in text_of(made)
