"""The montage shows what training gets, pixel by pixel; whether it pleases is for eyes."""

import subprocess
import sys

import cv2
import numpy as np
import pytest
import yaml

import auxnet_keras as ak
from auxnet_keras import plots
from auxnet_keras.cli import main
from auxnet_keras.data.readers.kitti import KittiSource
from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.plots.colour import UNKNOWN
from data_tools.browse.depth_scale import DepthScale
from data_tools.browse.gallery import browse
from data_tools.browse.layout import FAULT, PAPER, Layout
from data_tools.browse.text_band import paragraph, shortened, width_of
from tests.data import driving_makers, makers

SIZE = (64, 320)  # drawn as it is, neither enlarged nor shrunk
IMAGE, LABELS, DEPTH = 0, 1, 2


@pytest.fixture(scope="module")
def kitti(tmp_path_factory):
    return makers.kitti(tmp_path_factory.mktemp("browse") / "kitti", 12)


def cell(montage, row, column, size=SIZE, augmented=True):
    layout = Layout(size, augmented)
    top, left = layout.corner(row, column)
    return montage.image[top : top + layout.cell[0], left : left + layout.cell[1]]


def below(montage, rows, size=SIZE):
    """The legend."""
    layout = Layout(size, True)
    return montage.image[layout.corner(rows - 1, 0)[0] + layout.cell[0] :]


def colours_in(image):
    codes = np.unique(image.reshape(-1, 3) @ np.array([1 << 16, 1 << 8, 1]))
    return {(int(code) >> 16, int(code) >> 8 & 255, int(code) & 255) for code in codes}


def brightness(colour):
    return int(cv2.cvtColor(np.uint8([[colour]]), cv2.COLOR_RGB2GRAY)[0, 0])


def test_frames_are_evenly_spaced_and_what_the_reader_reads(kitti):
    montage = browse(f"kitti:{kitti}", frames=3, size=SIZE)
    source = ak.data.source("kitti", kitti)
    names = [frame.name for frame in source.frames("train")]
    assert len(names) == 9
    assert montage.frames == [names[0], names[4], names[8]] and montage.problems == {}
    for row, index in enumerate((0, 4, 8)):
        sample = source.read(source.frames("train")[index], size=SIZE)
        np.testing.assert_array_equal(cell(montage, row, IMAGE), sample.image)
        road = source.info.class_names.index("road")
        where = sample.segmentation == road
        blend = np.rint((sample.image[where] + source.info.palette[road].astype(float)) / 2)
        np.testing.assert_array_equal(cell(montage, row, LABELS)[where], blend)
        void = sample.segmentation == 255
        assert void[:, :20].all()
        np.testing.assert_array_equal(cell(montage, row, LABELS)[void], sample.image[void])
        assert (cell(montage, row, DEPTH)[sample.depth[..., 0] < 0] == UNKNOWN).all()
    assert browse(f"kitti:{kitti}", frames=40, size=SIZE).frames == names


@pytest.mark.parametrize(("epoch", "limit"), [(1, None), (3, None), (3, 4)])
def test_the_augmented_frame_is_the_one_that_training_gets(kitti, epoch, limit):
    montage = browse(f"kitti:{kitti}", frames=3, size=SIZE, seed=5, epoch=epoch, limit=limit)
    options = {"size": SIZE, "batch_size": 1, "shuffle": False, "seed": 5, "limit": limit}
    loaded = ak.data.load("kitti", kitti, augment=True, **options)
    loaded.epoch.assign(epoch - 1)
    batches = list(loaded.as_numpy_iterator())
    raw = list(ak.data.arrays("kitti", kitti, **options))
    palette = ak.data.info("kitti").palette
    for row, index in enumerate((0, 4, 8) if limit is None else (0, 1, 3)):
        (image,), targets = batches[index]
        np.testing.assert_array_equal(cell(montage, row, 3 + IMAGE), image)
        labelled = plots.overlay(image, targets["segmentation"][0], palette)
        np.testing.assert_array_equal(cell(montage, row, 3 + LABELS), labelled)
        plain = raw[index][1]["depth"]
        brightest = np.percentile(plain[plain >= 0], 99)  # of the frame as it is, for both
        for column, depth in ((DEPTH, plain[0]), (3 + DEPTH, targets["depth"][0])):
            expected = plots.colour_depth(depth, float(brightest))
            np.testing.assert_array_equal(cell(montage, row, column), expected)


def test_named_frames_and_no_augmentation(kitti):
    names = ["000011_10", "000002_10"]
    target = f"kitti:{kitti}"
    montage = browse(target, frames=[*names, names[0]], size=SIZE, augmented=False)
    assert montage.frames == names
    source = ak.data.source("kitti", kitti)
    frames = {frame.name: frame for frame in source.frames()}
    for row, name in enumerate(names):
        image = source.read(frames[name], size=SIZE).image
        np.testing.assert_array_equal(cell(montage, row, IMAGE, augmented=False), image)
    both = browse(target, frames=names, size=SIZE)
    assert both.image.shape[1] > 1.9 * montage.image.shape[1]
    # The place in the split decides the augmentation, not the place in the picture.
    other = browse(target, frames=names[1:], size=SIZE)
    np.testing.assert_array_equal(cell(both, 1, 3), cell(other, 0, 3))


@pytest.mark.parametrize("unit", ["disparity_px", "metres", "inverse_depth"])
def test_near_is_bright_in_every_unit_and_the_bar_tells_the_ends(unit):
    depth = np.array([[2.0, 8.0, 40.0, -1.0]])[..., None]
    metres = unit == "metres"
    scale = DepthScale.of(depth, unit)
    colours = scale.colour(depth)[0]
    order = [brightness(colour) for colour in (colours[:3] if metres else colours[2::-1])]
    assert order[0] > order[1] > order[2] > 0 and (colours[3] == UNKNOWN).all()
    bar = scale.bar(4, 100)
    assert bar.shape == (4, 100, 3)
    along = [brightness(colour) for colour in bar[0]]
    assert (np.diff(along) >= 0).all() and along[-1] > along[0]
    np.testing.assert_allclose(along[0], order[2], atol=2)
    sign = {"disparity_px": "px", "metres": "m", "inverse_depth": "1/m"}[unit]
    assert scale.range_text(depth) == f"2.0 to 40.0 {sign}"
    assert scale.far_text == ("40.0" if metres else "2.0")
    # Ends of the colours, not of the data: the nearest hundredth is brightest.
    near = np.percentile([2.0, 8.0, 40.0], 1 if metres else 99)
    assert scale.near_text == f"{near:.1f} {sign}"
    assert DepthScale.of(np.full((2, 2, 1), -1.0), unit) is None


def test_a_constant_or_zero_depth_has_a_scale():
    for value in (0.0, 5.0):
        for unit in ("metres", "disparity_px"):
            scale = DepthScale.of(np.full((2, 2, 1), value), unit)
            assert scale.bar(2, 8).any() and scale.colour(np.full((2, 2), value)).any()


def street(root):
    ak.data.street.write(root, 8, 0, size=(32, 64))
    return "street"


def folder(root):
    spec = {
        "images": "rgb",
        "labels": "labels",
        "depth": {"files": "depth", "unit": "metres", "scale": 0.01, "invalid": [0]},
        "classes": {0: "void", 7: "road", 9: {"name": "$x_1$", "color": [1, 2, 3]}},
    }
    root.mkdir()
    (root / "dataset.yaml").write_text(yaml.safe_dump(spec))
    for name in "abcdef":
        makers.write_png(root / "rgb" / f"{name}.png", makers.picture(1))
        makers.write_png(root / "labels" / f"{name}.png", np.full((32, 48), 9, np.uint8))
        makers.write_png(root / "depth" / f"{name}.png", np.full((32, 48), 250, np.uint16))
    return "folder"


def nyu(kind):
    def make(root):
        makers.nyu(root)
        return kind

    return make


def cityscapes(root):
    driving_makers.cityscapes(root)
    return "cityscapes-19"


def vkitti(root):
    driving_makers.vkitti2(root, count=2)
    return "vkitti-14"


@pytest.mark.parametrize(
    "make",
    [street, folder, nyu("nyuv2"), nyu("nyuv2-40"), nyu("nyuv2-894"), cityscapes, vkitti],
    ids=["street", "folder", "nyuv2", "nyuv2-40", "nyuv2-894", "cityscapes", "vkitti"],
)
def test_every_kind_and_a_legend_of_the_classes_that_occur(tmp_path, make):
    kind = make(tmp_path / "data")
    root = tmp_path / "data"
    montage = browse(f"{kind}:{root}", frames=2, size=SIZE)
    assert len(montage.frames) == 2 and montage.problems == {}
    source = ak.data.source(kind, root)
    frames = {frame.name: frame for frame in source.frames()}
    samples = [source.read(frames[name], size=SIZE) for name in montage.frames]
    occurring = set(np.unique([sample.segmentation for sample in samples]).tolist()) - {255}
    colours = {tuple(source.info.palette[number].tolist()) for number in occurring}
    assert colours and colours <= colours_in(below(montage, 2))
    for row, sample in enumerate(samples):
        ignored = sample.segmentation == 255
        np.testing.assert_array_equal(cell(montage, row, LABELS)[ignored], sample.image[ignored])
        if kind == "nyuv2-894":
            assert ignored.any(), "255 is a number among the classes, and is no class"
        near, far = sample.depth.argmin(), sample.depth.argmax()
        colours = cell(montage, row, DEPTH).reshape(-1, 3)
        assert (colours[sample.depth.ravel() < 0] == UNKNOWN).all()
        if source.info.depth_unit != "metres":
            continue
        near = np.where(sample.depth < 0, np.inf, sample.depth).argmin()
        assert brightness(colours[near]) >= brightness(colours[far]) > 0


def test_forty_classes_stand_in_columns_and_the_absent_are_left_out(tmp_path):
    makers.nyu(tmp_path / "nyu")
    forty = browse(f"nyuv2-40:{tmp_path / 'nyu'}", frames=1, size=SIZE)
    palette = ak.data.info("nyuv2-40").palette
    legend = below(forty, 1)
    corners = [np.argwhere((legend == colour).all(axis=-1)).min(axis=0) for colour in palette]
    tops, lefts = ({int(corner[axis]) for corner in corners} for axis in (0, 1))
    assert len(tops) * len(lefts) >= 40 > (len(tops) - 1) * len(lefts)
    assert min(np.diff(sorted(tops))) >= 30 and min(np.diff(sorted(lefts))) >= 150

    makers.kitti(tmp_path / "kitti", 4)
    montage = browse(f"kitti:{tmp_path / 'kitti'}", frames=1, size=SIZE)
    info, shown = ak.data.info("kitti"), colours_in(below(montage, 1))
    named = zip(info.class_names, info.palette.tolist(), strict=True)
    assert [name for name, colour in named if tuple(colour) in shown] == ["sky", "road"]


def test_frames_without_label_or_depth_say_so(tmp_path):
    makers.kitti_frame(tmp_path, 1, label=False)
    makers.kitti_frame(tmp_path, 2, depth=None)
    makers.kitti_frame(tmp_path, 3)
    zeros = np.zeros((makers.HEIGHT, makers.WIDTH))
    makers.write_png(tmp_path / "training/semantic/000003_10.png", zeros.astype(np.uint8))
    makers.write_png(tmp_path / "training/disp_occ_0/000003_10.png", zeros.astype(np.uint16))
    montage = browse(f"kitti:{tmp_path}", size=SIZE)
    assert len(montage.frames) == 3 and montage.problems == {}
    for row, column, there in (
        (0, LABELS, False),
        (0, DEPTH, True),
        (1, LABELS, True),
        (1, DEPTH, False),
        (2, LABELS, False),
        (2, DEPTH, False),
    ):
        for group in (0, 3):
            picture = cell(montage, row, group + column)
            assert (picture[[0, -1]] == PAPER).all() == (not there)
            assert there or picture.min() < 150, "words"
        assert not (cell(montage, row, IMAGE)[0] == PAPER).all()


def test_an_unreadable_frame_does_not_spoil_the_others(tmp_path):
    makers.kitti(tmp_path, 5)
    whole = browse(f"kitti:{tmp_path}", size=SIZE)
    label = tmp_path / "training/semantic/000002_10.png"
    label.write_bytes(label.read_bytes()[:60])
    montage = browse(f"kitti:{tmp_path}", size=SIZE)
    assert montage.frames == whole.frames and list(montage.problems) == ["000002_10"]
    assert str(label) in montage.problems["000002_10"]
    assert montage.image.shape == whole.image.shape
    for column in range(6):
        assert (cell(montage, 1, column)[[0, -1]] == FAULT).all()
        for row in (0, 2, 3):
            np.testing.assert_array_equal(cell(montage, row, column), cell(whole, row, column))


@pytest.mark.parametrize("size", [(600, 8), (8, 600), (1, 1)])
@pytest.mark.parametrize("augmented", [True, False])
def test_shapes_without_room_for_words_are_drawn_all_the_same(tmp_path, size, augmented):
    makers.kitti(tmp_path, 4)
    (tmp_path / "training/image_2/000002_10.png").write_bytes(b"")
    (tmp_path / "training/disp_occ_0/000003_10.png").unlink()
    montage = browse(f"kitti:{tmp_path}", size=size, augmented=augmented)
    assert len(montage.frames) == 3 and len(montage.problems) == 1


def test_only_the_frames_shown_are_read(kitti, monkeypatch):
    read = []
    real = KittiSource.read

    def counted(self, frame, *arguments, **options):
        read.append(frame.name)
        return real(self, frame, *arguments, **options)

    monkeypatch.setattr(KittiSource, "read", counted)
    montage = browse(f"kitti:{kitti}", frames=3, size=SIZE)
    assert read == montage.frames


@pytest.mark.parametrize(
    ("size", "shown"),
    [((32, 48), (224, 336)), ((224, 384), (224, 384)), ((1024, 2048), (240, 480))],
)
def test_small_samples_are_enlarged_and_large_ones_shrunk(kitti, tmp_path, size, shown):
    montage = browse(f"kitti:{kitti}", frames=2, size=size)
    height, width = montage.image.shape[:2]
    assert width == 6 * shown[1] + 2 * 20 + 5 * 6 + 18
    assert height > 2 * shown[0] and Layout(size, True).cell == shown
    if size == (32, 48):
        source = ak.data.source("kitti", kitti)
        image = source.read(source.frames()[0], size=size).image
        np.testing.assert_array_equal(cell(montage, 0, IMAGE, size)[3::7, 3::7], image)
    path = montage.save(tmp_path / "new" / "montage.png")
    for encoded in (path.read_bytes(), montage._repr_png_()):
        decoded = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR_RGB)
        np.testing.assert_array_equal(decoded, montage.image)


def test_a_montage_that_cannot_be_written(kitti, tmp_path):
    montage = browse(f"kitti:{kitti}", frames=1, size=SIZE)
    with pytest.raises(ConfigError, match=r"ends in \.png.*Received: 'montage\.jpg'"):
        montage.save("montage.jpg")
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="could not be written"):
        montage.save(tmp_path / "file" / "a.png")
    assert "array" not in repr(montage)


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"frames": ["000002"]}, DataError, r"such as 000002_10; correct the name.*'000002'\.$"),
        (
            {"frames": ["000005_10"]},
            DataError,
            r"is in 'val', so choose that split\..*'000005_10'\.$",
        ),
        ({"frames": ["2"]}, DataError, "such as 000002_10;"),
        ({"frames": ["no"], "split": "all"}, DataError, "split 'all'.*correct the name"),
        ({"frames": 0}, ConfigError, r"1 to 50 frames.*Received: 0\.$"),
        ({"frames": 51}, ConfigError, "1 to 50 frames"),
        ({"frames": []}, ConfigError, "1 to 50 frames"),
        ({"frames": True}, ConfigError, "1 to 50 frames"),
        ({"frames": "000001_10"}, ConfigError, "a list of their names"),
        ({"size": (0, 320)}, ConfigError, "two positive integers"),
        ({"seed": -1}, ConfigError, "seed must be an integer"),
        ({"epoch": 1.5}, ConfigError, "epoch must be an integer"),
        ({"epoch": 0}, ConfigError, "epoch must be an integer, 1 or more"),
        ({"split": "vall"}, ConfigError, "did you mean 'val'"),
    ],
)
def test_what_cannot_be_shown_gets_a_sentence(kitti, options, error, says):
    with pytest.raises(error, match=says):
        browse(f"kitti:{kitti}", **options)


def test_an_empty_split(tmp_path):
    makers.kitti_frame(tmp_path, 1)
    says = r"'val' of .* is empty.*Received: 1 frames in all splits\.$"
    with pytest.raises(DataError, match=says):
        browse(f"kitti:{tmp_path}", split="val")


def test_texts_fit_whatever_they_hold():
    assert shortened("a name", 1000) == "a name"
    long = "Scene01/15-deg-left/Camera_0/" * 9 + "00001"
    short = shortened(long, 300, "bold")
    assert short.startswith("…") and short.endswith("00001") and width_of(short, "bold") <= 300
    for strange in ("$a$", "x_$^{", "中文", "\udcff\n\0", ""):
        assert shortened(strange, 1) in (strange, "…" + strange[-1:], "…")
    lines = paragraph("word " * 400, 300, 100).splitlines()
    assert 1 < len(lines) <= 4 and lines[-1].endswith("…")


def test_real_frames(kitti_root, cityscapes_root):
    montage = browse(f"kitti:{kitti_root}", frames=4)
    assert montage.problems == {} and len(montage.frames) == 4
    montage = browse(f"cityscapes:{cityscapes_root}")
    assert montage.problems == {} and len(montage.frames) == 3


@pytest.fixture
def auxnet(capsys):
    def run(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(["data", "browse", *map(str, arguments)])
        said = capsys.readouterr()
        return end.value.code, said.out, said.err

    return run


def test_the_command(auxnet, kitti, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = auxnet(f"kitti:{kitti}", "--size", 64, 320)
    assert (code, err) == (0, "") and out == "6 of 6 frames drawn; see browse.png\n"
    expected = browse(f"kitti:{kitti}", size=SIZE).image
    np.testing.assert_array_equal(cv2.imread("browse.png")[..., ::-1], expected)
    options = ("--frame", "000005_10", "--frame", "000000_10", "--split", "val", "--size", 64, 320)
    out_file = tmp_path / "new" / "b.png"
    code, *_ = auxnet(f"kitti:{kitti}", *options, "--seed", 3, "--epoch", 4, "--out", out_file)
    names = ["000005_10", "000000_10"]
    expected = browse(f"kitti:{kitti}", split="val", frames=names, size=SIZE, seed=3, epoch=4).image
    assert code == 0
    np.testing.assert_array_equal(cv2.imread(str(out_file))[..., ::-1], expected)


def test_the_command_exits_1_when_a_frame_cannot_be_read(auxnet, tmp_path):
    makers.kitti(tmp_path / "kitti", 4)
    image = tmp_path / "kitti/training/image_2/000001_10.png"
    image.write_bytes(b"")
    file = tmp_path / "browse.png"
    code, out, err = auxnet(f"kitti:{tmp_path / 'kitti'}", "--out", file)
    assert code == 1 and err == "" and file.is_file()
    first, last = out.splitlines()
    assert first.startswith("error  Empty file") and str(image) in first
    assert last == f"2 of 3 frames drawn; see {file}"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--frame", "000001"), "such as 000001_10; correct the name"),
        (("--frames", 0), "1 to 50 frames"),
        (("--split", "tran"), "did you mean 'train'"),
        (("--size", 0, 5), "two positive integers"),
        (("--out", "browse.jpg"), "ends in .png"),
        (("--out", "."), "must be a file, but a folder has that name"),
    ],
)
def test_bad_options_get_one_sentence(auxnet, kitti, tmp_path, monkeypatch, options, says):
    monkeypatch.chdir(tmp_path)
    code, _, err = auxnet(f"kitti:{kitti}", *options)
    assert code == 1 and says in err and err.count("\n") == 1 and "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_no_tensorflow_is_needed(kitti, tmp_path):
    program = (
        "import sys\nfrom data_tools.browse import browse\n"
        f"browse({f'kitti:{kitti}'!r}, frames=1)\n"
        "print([name for name in ('tensorflow', 'keras', 'matplotlib.pyplot') "
        "if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
