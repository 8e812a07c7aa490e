"""Counts of whole data sets against a plain loop over what the reader gives."""

import json
import os
import shutil
import time

import cv2
import numpy as np
import pytest
from matplotlib import _pylab_helpers
from scipy.spatial.distance import jensenshannon

import auxnet_keras as ak
from auxnet_keras.errors import ConfigError, DataError
from data_tools.statistics import class_weights
from data_tools.statistics import counts as counts_module
from data_tools.statistics.drift import divergence
from data_tools.statistics.measure import statistics
from data_tools.statistics.plots import _number
from data_tools.statistics.split_statistics import PERCENT
from data_tools.statistics.tables import notes
from tests.data import driving_makers, makers

FOLDER = """
images: rgb
labels: labels
classes: {0: road, 1: "<b>car</b>", 2: "pole & wire"}
split: {train: train.txt, val: val.txt}
"""


def folder(root, train, val, spec=FOLDER):
    """Label maps, [H, W] each, as a data set of the kind "folder"."""
    for split, labels in (("train", train), ("val", val)):
        names = [f"{split}{number}" for number in range(len(labels))]
        for name, ids in zip(names, labels, strict=True):
            makers.write_png(root / "rgb" / f"{name}.png", makers.picture(1, *ids.shape))
            makers.write_png(root / "labels" / f"{name}.png", ids.astype(np.uint8))
        (root / f"{split}.txt").write_text("\n".join(names) + "\n")
    (root / "dataset.yaml").write_text(spec)
    return f"folder:{root}"


def make(kind, root):
    if kind == "kitti":
        makers.kitti(root, 10)
        makers.kitti_frame(root, 11, label=False)
        makers.kitti_frame(root, 12, depth=None, height=20, width=31)
    elif kind == "street":
        ak.data.street.write(root, 8, 0, size=(48, 96))
    elif kind == "synthia":
        for number in range(12):
            makers.synthia_frame(root, f"{number:06d}", ids=number % 4 + 1)
    elif kind == "cityscapes":
        driving_makers.cityscapes(root)
    elif kind == "folder":
        generator = np.random.default_rng(0)
        labels = [generator.choice([0, 1, 2, 255], (13, 17), p=[0.6, 0.3, 0.05, 0.05])] * 5
        return folder(root, labels[:3], labels[3:])
    else:
        makers.nyu(root)
    return f"{kind}:{root}"


def looped(target, split):
    """Pixels and images of each class, pixels of the images it is in, depths: frame by frame."""
    source = ak.data.source(*target.split(":", 1))
    pixels, images, image_pixels = {}, {}, {}
    depths = [np.zeros(0, np.float32)]
    frames = source.frames(split)
    for frame in frames:
        sample = source.read(frame)
        for number, name in enumerate(source.info.class_names):
            found = int((sample.segmentation == number).sum()) if number != 255 else 0
            pixels[name] = pixels.get(name, 0) + found
            images[name] = images.get(name, 0) + (found > 0)
            size = sample.segmentation.size if found else 0
            image_pixels[name] = image_pixels.get(name, 0) + size
        depths.append(sample.depth[sample.depth >= 0])
    labelled = [frame for frame in frames if frame.label is not None]
    deep = [frame for frame in frames if frame.depth is not None]
    return {
        "frames": (len(frames), len(labelled), len(deep)),
        "pixels": pixels,
        "images": images,
        "image_pixels": image_pixels,
        "depths": np.concatenate(depths),
        "label_size": sum(source.read(frame).segmentation.size for frame in labelled),
        "depth_size": sum(source.read(frame).depth.size for frame in deep),
    }


@pytest.mark.parametrize(
    "kind", ["kitti", "street", "synthia", "cityscapes", "folder", "nyuv2", "nyuv2-894"]
)
def test_counts_are_those_of_a_plain_loop(kind, tmp_path):
    target = make(kind, tmp_path)
    found = statistics(target, bins=3)
    for split, one in found.splits.items():
        expected = looped(target, split)
        assert (one.frames, one.with_label, one.with_depth) == expected["frames"]
        assert one.frames > 0
        assert one.pixels == expected["pixels"]
        assert one.images == expected["images"]
        labelled = sum(expected["pixels"].values())
        assert one.unlabelled == pytest.approx(1 - labelled / expected["label_size"])
        depths = expected["depths"]
        if not len(depths):
            assert kind == "folder" and one.valid_depth is None and one.depth_quantiles == {}
            continue
        assert one.valid_depth == pytest.approx(len(depths) / expected["depth_size"])
        quantiles = np.quantile(depths, np.array(PERCENT) / 100, method="inverted_cdf")
        np.testing.assert_allclose(list(one.depth_quantiles.values()), quantiles, rtol=1e-4)
        assert sum(one.depth_histogram) == len(depths)
        edges = np.array(found.histogram_edges)
        bars = np.histogram(np.clip(depths.astype(float), edges[0], edges[-1]), edges)[0]
        # Depths that count as one may fall on the other side of an edge than their smallest.
        assert np.abs(bars - one.depth_histogram).max() <= 0.01 * len(depths)


@pytest.mark.parametrize("kind", ["kitti", "street", "nyuv2"])
def test_suggestions_are_measured_on_training_alone(kind, tmp_path):
    target = make(kind, tmp_path)
    found, train = statistics(target, bins=4), looped(target, "train")
    pixels = np.array(list(train["pixels"].values()))
    image_pixels = np.array(list(train["image_pixels"].values()))
    expected = class_weights.median_frequency(pixels, image_pixels)
    np.testing.assert_allclose(found.class_weights["median_frequency"], expected)
    np.testing.assert_allclose(found.class_weights["enet"], class_weights.enet(pixels))
    assert len(expected) == found.info.num_classes
    batches = [(None, {"depth": train["depths"]})]
    for rule in ("quantile", "log"):
        edges = ak.data.depth_bins(batches, 4, rule)
        np.testing.assert_array_equal(np.float32(found.depth_bins[rule]), edges)


def test_the_number_of_threads_changes_nothing(tmp_path, monkeypatch):
    target = make("street", tmp_path)
    told = []
    for threads in (1, 7):
        monkeypatch.setattr(os, "cpu_count", lambda threads=threads: threads)
        told.append(statistics(target).to_json())
    assert told[0] == told[1]


# --- Drift ---------------------------------------------------------------------------------------


def test_divergence_is_the_square_of_scipys_distance():
    generator = np.random.default_rng(0)
    for _ in range(20):
        p, q = generator.integers(0, 5, (2, 12))
        expected = jensenshannon(p, q, base=2) ** 2
        terms = divergence(p, q)
        assert terms.sum() == pytest.approx(expected, abs=1e-12) and (terms >= 0).all()


def test_equal_splits_do_not_differ(tmp_path):
    root = makers.kitti(tmp_path)
    depths = sorted((root / "training" / "disp_occ_0").glob("*.png"))
    for path in depths[1:]:
        shutil.copyfile(depths[0], path)
    drift = statistics(f"kitti:{root}").drift
    assert (drift.classes, drift.depth) == (0.0, 0.0)
    assert drift.changed == drift.only_train == drift.only_val == ()


def test_splits_without_anything_in_common_differ_by_1(tmp_path):
    root = makers.kitti(tmp_path)
    for number in (0, 5):  # those that validate
        name = f"{number:06d}_10.png"
        makers.write_png(root / "training" / "semantic" / name, np.full((32, 48), 8, np.uint8))
        far = np.full((32, 48), 512, np.uint16)
        makers.write_png(root / "training" / "disp_occ_0" / name, far)
    found = statistics(f"kitti:{root}")
    assert found.drift.classes == pytest.approx(1.0) and found.drift.depth == pytest.approx(1.0)
    assert found.drift.only_train == ("sky", "road") and found.drift.only_val == ("sidewalk",)
    assert found.drift.changed[0] == ("sidewalk", 0.0, 1.0)
    weights = dict(zip(found.info.class_names, found.class_weights["enet"], strict=True))
    assert weights["sidewalk"] == 0 and weights["road"] > 0
    assert "In val only: sidewalk" in notes(found)


def test_what_changes_most_comes_first(tmp_path):
    road, car = np.zeros((10, 10), int), np.ones((10, 10), int)
    mixed = road.copy()
    mixed[0, :4], mixed[1, :1] = 1, 2
    found = statistics(folder(tmp_path, [mixed], [(car * 0 + mixed) % 2]))
    # The pole's pixel became road: 0.95 -> 0.96, 0.04 -> 0.04, 0.01 -> 0.
    assert found.drift.changed == (("pole & wire", 0.01, 0.0), ("road", 0.95, 0.96))
    assert found.drift.only_train == ("pole & wire",)


# --- What is missing or damaged ------------------------------------------------------------------


def test_no_label_at_all(tmp_path):
    found = statistics(f"kitti:{makers.kitti(tmp_path, label=False)}")
    assert found.class_weights == {} and found.drift.classes is None
    assert found.drift.depth is not None and set(found.depth_bins) == {"quantile", "log"}
    assert found.splits["train"].unlabelled is None and found.splits["train"].with_label == 0
    assert [path.name for path in found.figures(tmp_path / "figures")] == ["depth.png"]
    assert json.loads(json.dumps(found.to_json(), allow_nan=False))["drift"]["classes"] is None


def test_no_depth_at_all(tmp_path):
    found = statistics(f"kitti:{makers.kitti(tmp_path, depth=None)}")
    assert found.depth_bins == {} and found.drift.depth is None and found.histogram_edges == ()
    assert found.splits["val"].valid_depth is None and found.splits["val"].with_depth == 0
    assert [path.name for path in found.figures(tmp_path / "figures")] == ["classes.png"]
    assert "quantile [" not in found._repr_html_()
    json.dumps(found.to_json(), allow_nan=False)


def test_one_class_and_one_depth(tmp_path):
    root = makers.kitti(tmp_path)
    for path in (root / "training" / "semantic").glob("*.png"):
        makers.write_png(path, np.full((32, 48), 7, np.uint8))
    for path in (root / "training" / "disp_occ_0").glob("*.png"):
        makers.write_png(path, np.full((32, 48), 2560, np.uint16))
    found = statistics(f"kitti:{root}")
    weights = dict(
        zip(found.info.class_names, found.class_weights["median_frequency"], strict=True)
    )
    assert weights.pop("road") == 1.0 and set(weights.values()) == {0.0}
    assert found.depth_bins == {}, "ten bins need ten depths"
    assert set(found.splits["train"].depth_quantiles.values()) == {10.0}
    assert max(found.splits["train"].depth_histogram) == 8 * 32 * 48
    assert found.drift.depth == 0.0 and len(found.figures(tmp_path / "figures")) == 2


def test_depths_of_0_are_counted(tmp_path):
    root = driving_makers.cityscapes(tmp_path)
    for path in (root / "disparity").rglob("*.png"):
        makers.write_png(path, np.ones((32, 48), np.uint16))  # disparity 0, infinitely far
    found = statistics(f"cityscapes:{root}")
    assert found.splits["train"].valid_depth == 1.0
    assert found.splits["train"].depth_histogram[0] == 3 * 32 * 48
    assert found.drift.depth == 0.0 and found.depth_bins == {}
    assert len(found.figures(tmp_path / "figures")) == 2


def test_no_frame_to_validate(tmp_path):
    makers.kitti_frame(tmp_path, 1)
    found = statistics(f"kitti:{tmp_path}", bins=2)
    assert found.splits["val"].frames == 0
    assert found.drift.classes is found.drift.depth is None
    assert len(found.figures(tmp_path / "figures")) == 2
    json.dumps(found.to_json(), allow_nan=False)


def test_files_that_cannot_be_read_are_left_out_and_named(tmp_path):
    target, whole = f"kitti:{makers.kitti(tmp_path)}", statistics(f"kitti:{tmp_path}")
    label = tmp_path / "training" / "semantic" / "000003_10.png"
    depth = tmp_path / "training" / "disp_occ_0" / "000005_10.png"
    for path in (label, depth):
        path.write_bytes(path.read_bytes()[:-20])
    found = statistics(target)
    assert found.unreadable == (str(label), str(depth))
    train, val = found.splits["train"], found.splits["val"]
    assert (train.frames, train.with_label, train.with_depth) == (8, 7, 8)
    assert (val.frames, val.with_label, val.with_depth) == (2, 2, 1)
    assert train.pixels["road"] * 8 == whole.splits["train"].pixels["road"] * 7
    (line,) = [line for line in notes(found) if "cannot be read" in line]
    assert line.startswith("2 files are not counted") and f"auxnet data verify {target}" in line


def test_disparities_are_those_of_the_width_trained_at(tmp_path):
    target = f"kitti:{makers.kitti(tmp_path)}"
    files, trained = statistics(target, bins=4), statistics(target, bins=4, width=24)
    assert (files.width, trained.width) == (None, 24)
    for rule in ("quantile", "log"):  # the files are 48 wide
        np.testing.assert_allclose(trained.depth_bins[rule], np.divide(files.depth_bins[rule], 2))
    loaded = ak.data.load("kitti", tmp_path, size=(32, 24), batch_size=8, shuffle=False)
    wanted = ak.data.depth_bins(loaded, 4)  # every second column, and all rows are alike
    np.testing.assert_allclose(trained.depth_bins["quantile"], wanted, rtol=1e-4)
    assert "px at width 24" in trained._repr_html_()
    with pytest.raises(ConfigError, match="Received: 0"):
        statistics(target, width=0)


def test_ids_outside_the_table_are_files_that_cannot_be_read(tmp_path):
    makers.kitti(tmp_path)
    label = tmp_path / "training" / "semantic" / "000003_10.png"
    makers.write_png(label, np.full((32, 48), 200, np.uint8))
    assert statistics(f"kitti:{tmp_path}").unreadable == (str(label),)


def test_nothing_to_count(tmp_path):
    target = f"kitti:{makers.kitti(tmp_path, depth=None)}"
    for path in (tmp_path / "training" / "semantic").glob("*.png"):
        path.write_bytes(b"")
    with pytest.raises(DataError, match=r"10 files that cannot be read, the first .*000001_10.png"):
        statistics(target)
    shutil.rmtree(tmp_path / "training" / "semantic")
    with pytest.raises(DataError, match=r"no frame has a label or a depth.* 10 frames with images"):
        statistics(target)


def test_bad_arguments(tmp_path):
    with pytest.raises(ConfigError, match="2 or more"):
        statistics(f"kitti:{makers.kitti(tmp_path)}", bins=1)
    with pytest.raises(ConfigError, match="did you mean 'kitti'"):
        statistics(f"kity:{tmp_path}")


def test_an_interrupt_leaves_the_other_frames_unread(tmp_path, monkeypatch):
    read = []

    def interrupted(source, frame, depths, width):
        read.append(frame.name)
        if len(read) == 1:
            raise KeyboardInterrupt
        time.sleep(0.05)

    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    monkeypatch.setattr(counts_module, "_read_frame", interrupted)
    with pytest.raises(KeyboardInterrupt):
        statistics(f"kitti:{makers.kitti(tmp_path, 60)}")
    assert len(read) < 30


# --- What is shown -------------------------------------------------------------------------------


def test_html_is_escaped(tmp_path):
    labels = [np.arange(100).reshape(10, 10) % 3]
    shown = statistics(folder(tmp_path, labels, labels))._repr_html_()
    assert "<b>" not in shown and "&lt;b&gt;car&lt;/b&gt;" in shown and "pole &amp; wire" in shown
    assert shown.count("<table>") == shown.count("</table>") == 2


def test_pictures_of_many_classes_with_long_names(tmp_path):
    names = [f"class {number} with a name that is rather long" for number in range(80)]
    classes = "".join(f"  {number}: {name}\n" for number, name in enumerate(names))
    spec = (
        f"images: rgb\nlabels: labels\nclasses:\n{classes}split: {{train: train.txt, val: val.txt}}"
    )
    labels = np.repeat(np.arange(80), np.arange(1, 81))[:3200].reshape(40, 80)
    found = statistics(folder(tmp_path, [labels], [labels // 2], spec))
    (path,) = found.figures(tmp_path / "figures")
    image = cv2.imread(str(path))
    assert image.std() > 0 and max(image.shape) < 4000
    assert not _pylab_helpers.Gcf.figs
    assert found._repr_html_().count("<tr>") < 100


def test_the_picture_of_classes_has_their_colours(tmp_path):
    found = statistics(folder(tmp_path, [np.arange(100).reshape(10, 10) // 40], [np.zeros((4, 4))]))
    image = cv2.imread(str(found.figures(tmp_path / "figures")[0]))[..., ::-1]
    for colour in found.info.palette:
        assert (image == colour).all(axis=-1).sum() > 20


@pytest.fixture
def auxnet(capsys):
    """Runs the command; returns exit code, what it printed, and what it complained."""
    from auxnet_keras.cli import main

    def run(*arguments):
        with pytest.raises(SystemExit) as caught:
            main(["data", "statistics", *map(str, arguments)])
        said = capsys.readouterr()
        return caught.value.code, said.out, said.err

    return run


def test_the_command_shows_draws_and_writes(auxnet, tmp_path):
    target = f"kitti:{makers.kitti(tmp_path / 'kitti')}"
    file, pictures = tmp_path / "told.json", tmp_path / "pictures"
    code, out, _ = auxnet(target, "--json", file, "--figures", pictures, "--bins", 5)
    assert code == 0
    content = json.loads(file.read_text(), parse_constant=pytest.fail)
    assert content["splits"]["train"]["pixels"]["road"] == 8 * 16 * 44
    assert content["classes"][3] == "road" and len(content["depth_bins"]["log"]) == 4
    assert sorted(path.name for path in pictures.iterdir()) == ["classes.png", "depth.png"]
    for words in ("road", "Jensen-Shannon", "5 depth bins by rule 'log'", "Without a pixel: void"):
        assert words in out
    (line,) = [line for line in out.splitlines() if "class_weights=" in line][:1]
    weights = json.loads(line.partition("class_weights=")[2].removesuffix(")"))
    np.testing.assert_allclose(weights, content["class_weights"]["median_frequency"], rtol=1e-5)


def test_the_command_says_what_is_wrong(auxnet, tmp_path):
    code, _, err = auxnet(f"kitti:{tmp_path / 'nowhere'}")
    assert code == 1 and "No folder at" in err
    code, _, err = auxnet("kitti")
    assert code == 1 and "needs its folder" in err
    makers.kitti(tmp_path / "kitti")
    assert auxnet(f"kitti:{tmp_path / 'kitti'}", "--bins", 1)[0] == 2
    (tmp_path / "file").write_text("")
    code, _, err = auxnet(f"kitti:{tmp_path / 'kitti'}", "--figures", tmp_path / "file")
    assert code == 1 and "--figures must be a folder" in err


def test_real_frames(kitti_root):
    found = statistics(f"kitti:{kitti_root}")
    train = found.splits["train"]
    assert found.unreadable == () and train.frames == train.with_label
    assert train.share("vegetation") > train.share("pole") > 0
    assert 0 < found.drift.classes < 0.1 and 0 < found.drift.depth < 0.1


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(100.0, 2, "100"), (99.6, 2, "100"), (99.4, 2, "99"), (0.123, 2, "0.12"), (1234.5, 3, "1234")],
)
def test_numbers_in_charts_have_no_exponent_above_one(value, digits, text):
    assert _number(value, digits) == text
