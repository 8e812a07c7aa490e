"""The built-in street scenes: reproducible, geometrically exact, in the real layouts."""

import hashlib
import json
import subprocess
import sys

import cv2
import numpy as np
import pytest

from auxnet_keras import street
from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.street import Label
from auxnet_keras.street.camera import Camera
from auxnet_keras.street.canvas import Canvas, clip_near
from auxnet_keras.street.layouts import CITYSCAPES_IDS, visible_in_both
from auxnet_keras.street.road import BEND_END, sample_street
from auxnet_keras.street.weather import sample_weather

SIZE = (96, 160)


def digest(scene: street.Scene) -> str:
    parts = (scene.image, scene.segmentation, scene.depth, scene.instance)
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()


@pytest.fixture(scope="module")
def scenes() -> list[street.Scene]:
    return [street.render(3, index, SIZE) for index in range(50)]


class TestRender:
    def test_shapes_and_types(self):
        scene = street.render(0, 0)
        assert scene.image.shape == (224, 384, 3) and scene.image.dtype == np.uint8
        assert scene.segmentation.shape == (224, 384) and scene.segmentation.dtype == np.uint8
        assert scene.depth.shape == (224, 384) and scene.depth.dtype == np.float32
        assert scene.instance.shape == (224, 384) and scene.instance.dtype == np.uint16
        assert scene.camera.size == (224, 384)

    @pytest.mark.parametrize("size", [(33, 47), (120, 64), (375, 1242), (600, 700)])
    def test_any_size(self, size):
        scene = street.render(0, 1, size)
        assert scene.image.shape == (*size, 3) and scene.depth.shape == size

    def test_the_same_in_another_process_and_order(self):
        program = (
            "import hashlib\nfrom auxnet_keras.data import street\n"
            "for index in (7, 2):\n"
            f"    s = street.render(5, index, {SIZE})\n"
            "    parts = (s.image, s.segmentation, s.depth, s.instance)\n"
            "    data = b''.join(part.tobytes() for part in parts)\n"
            "    print(hashlib.sha256(data).hexdigest())\n"
        )
        run = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
        here = [digest(street.render(5, index, SIZE)) for index in (2, 7)]
        assert run.stdout.decode().split() == here[::-1]

    def test_scenes_differ(self, scenes):
        assert len({digest(scene) for scene in scenes}) == len(scenes)
        assert digest(street.render(3, 0, SIZE)) != digest(street.render(4, 0, SIZE))

    @pytest.mark.parametrize(
        ("arguments", "received"),
        [((0, 0, (16, 200)), "size=(16, 200)"), ((-1, 0), "seed=-1"), ((0, -2), "index=-2")],
    )
    def test_refuses(self, arguments, received):
        with pytest.raises(ConfigError) as error:
            street.render(*arguments)
        assert received in str(error.value)


class TestContent:
    def test_every_class_occurs(self, scenes):
        counts = sum(np.bincount(s.segmentation.ravel(), minlength=13) for s in scenes)
        shares = counts / counts.sum()
        assert (counts[1:] > 0).all() and len(counts) == 13
        small = [Label.POLE, Label.SIGN, Label.PEDESTRIAN, Label.CYCLIST, Label.FENCE]
        assert (shares[[*small, Label.LANE_MARKING]] > 0.002).all()
        assert shares[Label.VOID] < 0.02
        assert 0.15 < shares[Label.ROAD] < 0.45

    def test_light_and_weather_vary(self, scenes):
        brightness = [scene.image.mean() for scene in scenes]
        assert np.std(brightness) > 8
        kinds = {sample_weather(np.random.default_rng(i)).kind for i in range(200)}
        assert {"clear", "cloudy", "overcast", "sunset", "fog", "rain", "dusk"} == kinds

    def test_instances_are_what_can_move(self, scenes):
        movable = [Label.CAR, Label.PEDESTRIAN, Label.CYCLIST]
        for scene in scenes[:10]:
            assert ((scene.instance > 0) == np.isin(scene.segmentation, movable)).all()
            for number in np.unique(scene.instance)[1:]:
                assert len(np.unique(scene.segmentation[scene.instance == number])) == 1

    def test_pictures_are_smooth_and_labels_hard(self, scenes):
        # Averaging four samples leaves colours at edges that neither side has.
        scene = scenes[0]
        assert set(np.unique(scene.segmentation)) <= set(range(13))
        assert len(np.unique(scene.image.reshape(-1, 3), axis=0)) > 2000


class TestGeometry:
    def test_ground_depth(self, scenes):
        # Z = f h / (v - cy) for everything flat: the row alone gives the depth.
        for scene in scenes:
            camera = scene.camera
            flat = np.isin(scene.segmentation, [Label.ROAD, Label.LANE_MARKING, Label.SIDEWALK])
            rows = np.arange(SIZE[0])[:, None] * np.ones((1, SIZE[1]))
            expected = camera.focal * camera.height / (rows[flat] - camera.cy)
            np.testing.assert_allclose(scene.depth[flat], expected, rtol=1e-4)

    def test_sky_is_infinitely_far_and_nothing_else(self, scenes):
        for scene in scenes:
            assert (np.isinf(scene.depth) == (scene.segmentation == Label.SKY)).all()
            assert (scene.depth > 0.5).all()

    def test_things_stand_on_the_ground_below_them(self, scenes):
        # Where a person or rider ends and the ground begins, depth goes on without a step.
        steps = []
        for scene in scenes:
            for number in np.unique(scene.instance)[1:]:
                where = scene.instance == number
                if where.sum() < 60 or where[-1].any():
                    continue
                row = int(np.flatnonzero(where.any(1))[-1])
                column = int(np.flatnonzero(where[row])[0])
                below = (row + 1, column)
                if scene.segmentation[below] not in (
                    Label.ROAD,
                    Label.SIDEWALK,
                    Label.LANE_MARKING,
                ):
                    continue
                camera = scene.camera
                row_height = camera.focal * camera.height / (row - camera.cy) ** 2
                step = scene.depth[row, column] - scene.depth[below]
                steps.append(step / max(row_height, 0.05 * scene.depth[below]))
        assert len(steps) > 40
        assert np.mean(np.abs(steps) < 1.6) > 0.9

    def test_people_have_the_depth_of_their_feet(self, scenes):
        for scene in scenes:
            for number in np.unique(scene.instance[scene.segmentation == Label.PEDESTRIAN]):
                depth = scene.depth[scene.instance == number]
                assert np.ptp(depth) < 1e-3 * depth[0]

    def test_nearer_surface_wins_whatever_the_order(self):
        camera = Camera((60, 80), 50.0, 39.5, 29.5, 1.5)
        far, near = np.array([200.0, 10, 10]), np.array([10.0, 200, 10])
        wall = np.array([[-2.0, 3, 0], [2, 3, 0], [2, -1, 0], [-2, -1, 0]])
        facing = np.array([0.0, 0.0, -1.0])
        pictures = []
        for order in ((8.0, 5.0), (5.0, 8.0)):
            canvas = Canvas(camera)
            for depth in order:
                paint, label = (far, Label.CAR) if depth == 8 else (near, Label.SIGN)
                canvas.flat(wall + (0, 0, depth), paint, label, facing)  # noqa: RUF005 - arrays
            labels, _, depths = canvas.labels()
            pictures.append(canvas.image.copy())
            assert labels[30, 40] == Label.SIGN and depths[30, 40] == pytest.approx(5.0)
        assert (pictures[0] == pictures[1]).all()

    def test_plane_depth_is_that_of_the_ray(self):
        # The ray through a pixel meets the plane where the plane's equation says.
        camera = Camera((60, 80), 50.0, 38.0, 31.0, 1.7)
        point, normal = np.array([2.0, 0.5, 9.0]), np.array([0.6, 0.48, -0.64])
        a, b, c = camera.plane(point, normal)
        ray_x, ray_y = camera.rays()
        depth = 1 / (a * ray_x[55] + b * ray_y[12] + c)
        meets = np.array([ray_x[55] * depth, camera.height - ray_y[12] * depth, depth])
        assert normal @ (meets - point) == pytest.approx(0.0, abs=1e-5)
        np.testing.assert_allclose(camera.project(meets[None])[0], (55, 12), atol=1e-4)

    def test_oversampled_view_is_the_same_view(self):
        camera = Camera((60, 80), 50.0, 38.0, 31.0, 1.7)
        point = np.array([[1.0, 0.4, 6.0]])
        coarse, fine = camera.project(point)[0], camera.scaled(2).project(point)[0]
        np.testing.assert_allclose((fine - 0.5) / 2, coarse)

    def test_clipping_at_the_near_plane(self):
        triangle = np.array([[0.0, 0, -1], [4.0, 0, 3], [0, 0, 3]])
        clipped = clip_near(triangle)
        assert clipped[:, 2].min() == pytest.approx(0.6)
        assert len(clipped) == 4

    @pytest.mark.parametrize("seed", range(12))
    def test_street_coordinates_invert(self, seed):
        road = sample_street(np.random.default_rng(seed))
        for s, t in ((-7.0, 6.0), (0.0, 20.0), (5.0, 50.0), (9.0, BEND_END + 10)):
            x, z = road.place(s, t)
            back = road.coordinates(np.array([x / z], np.float32), np.array([z]))
            np.testing.assert_allclose([back[0][0, 0], back[1][0, 0]], [s, t], atol=0.05)


def pixels(path) -> np.ndarray:
    """A PNG as it is stored, channels in RGB order."""
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    return image[..., ::-1] if image.ndim == 3 else image


class TestSynthiaLayout:
    @pytest.fixture(scope="class")
    def root(self, tmp_path_factory):
        return street.write(tmp_path_factory.mktemp("scenes") / "synthia", 7, 2, size=SIZE)

    def test_five_sequences_hold_all_scenes(self, root):
        frames = sorted(root.glob("SYNTHIA-SEQS-0?-*/RGB/Stereo_Left/Omni_F/*.png"))
        assert len(frames) == 7
        assert len({frame.relative_to(root).parts[0] for frame in frames}) >= 4

    def test_files_are_the_scene(self, root):
        scene, folder = street.render(2, 3, SIZE), root / "SYNTHIA-SEQS-02-SUMMER"
        view = "Stereo_Left/Omni_F/000001.png"
        assert (pixels(folder / "RGB" / view) == scene.image).all()
        labels = pixels(folder / "GT/LABELS" / view)
        assert labels.dtype == np.uint16 and labels.shape == (*SIZE, 3)
        assert (labels[..., 0] == scene.segmentation).all()
        assert (labels[..., 1] == scene.instance).all() and not labels[..., 2].any()
        depth = pixels(folder / "Depth" / view)
        assert depth.dtype == np.uint16 and (depth == depth[..., :1]).all()
        sky = np.isinf(scene.depth)
        assert (depth[sky] == 65535).all() and (depth[~sky] < 65535).all()
        np.testing.assert_allclose(depth[~sky][:, 0] / 100, scene.depth[~sky], atol=0.006)

    def test_intrinsics(self, root):
        for file in root.glob("*/CameraParams/intrinsics.txt"):
            lines = file.read_text().splitlines()
            assert len(lines) == 7 and not any(lines[1::2])
            focal, cx, cy, baseline = map(float, lines[::2])
            camera = street.render(2, 0, SIZE).camera
            assert (focal, cx, baseline) == pytest.approx((camera.focal, camera.cx, 0.54))
            assert cy == pytest.approx((SIZE[0] - 1) / 2)


class TestKittiLayout:
    @pytest.fixture(scope="class")
    def root(self, tmp_path_factory):
        folder = tmp_path_factory.mktemp("scenes") / "kitti"
        return street.write(folder, 3, 2, layout="kitti", size=SIZE)

    def test_files_are_the_scene(self, root):
        scene, name = street.render(2, 1, SIZE), "000001_10.png"
        training = root / "training"
        assert (pixels(training / "image_2" / name) == scene.image).all()
        semantic = pixels(training / "semantic" / name)
        assert semantic.dtype == np.uint8 and semantic.ndim == 2
        assert (semantic == CITYSCAPES_IDS[scene.segmentation]).all()
        assert set(np.unique(semantic)) <= {0, 7, 8, 11, 13, 17, 20, 21, 23, 24, 26, 33}

    def test_disparity_and_calibration_give_the_depth(self, root):
        scene = street.render(2, 1, SIZE)
        disparity = pixels(root / "training/disp_occ_0/000001_10.png")
        assert disparity.dtype == np.uint16 and disparity.ndim == 2
        rows = {}
        for line in (root / "training/calib_cam_to_cam/000001.txt").read_text().splitlines():
            name, values = line.split(": ")
            rows[name] = np.array(values.split(), float)
        left, right = (rows[f"P_rect_0{camera}"].reshape(3, 4) for camera in (2, 3))
        baseline = (left[0, 3] - right[0, 3]) / left[0, 0]
        assert baseline == pytest.approx(0.54, rel=1e-4)
        assert (left[0, 2], left[1, 2]) == pytest.approx(
            (scene.camera.cx, scene.camera.cy), rel=1e-5
        )
        seen = disparity > 0
        assert (seen == np.isfinite(scene.depth)).all()
        depth = left[0, 0] * baseline / (disparity[seen] / 256)
        exact = scene.depth[seen]
        assert (
            np.abs(depth - exact) <= 0.51 / 256 * exact**2 / (left[0, 0] * baseline) + 0.02
        ).all()

    def test_occluded_pixels_are_left_out_of_noc(self, root):
        occluded = pixels(root / "training/disp_occ_0/000001_10.png")
        both = pixels(root / "training/disp_noc_0/000001_10.png")
        assert (both[both > 0] == occluded[both > 0]).all()
        assert 0.5 < (both > 0).sum() / (occluded > 0).sum() < 1

    def test_visible_in_both_by_hand(self):
        # A pixel at column 3 with disparity 3 lands on column 0, as does the one at column 1
        # with disparity 1: the nearer one hides it. Column 0 with disparity 1 leaves the picture.
        disparity = np.array([[1.0, 1.0, 0.0, 3.0]], np.float32)
        assert visible_in_both(disparity).tolist() == [[False, False, False, True]]


class TestWrite:
    def test_resumes_and_repeats(self, tmp_path):
        root = street.write(tmp_path / "s", 2, 0, layout="kitti", size=(32, 48))
        images = sorted(root.glob("training/image_2/*.png"))
        stamps = [image.stat().st_mtime_ns for image in images]
        content = images[1].read_bytes()
        images[1].unlink()
        street.write(root, 2, 0, layout="kitti", size=(32, 48))
        assert images[1].read_bytes() == content
        assert images[0].stat().st_mtime_ns == stamps[0]
        assert not list(root.rglob(".*"))

    def test_scenes_do_not_depend_on_their_number(self, tmp_path):
        few = street.write(tmp_path / "few", 1, 4, layout="kitti", size=(32, 48))
        many = street.write(tmp_path / "many", 2, 4, layout="kitti", size=(32, 48))
        name = "training/image_2/000000_10.png"
        assert (few / name).read_bytes() == (many / name).read_bytes()

    def test_leaves_other_files_alone(self, tmp_path):
        (tmp_path / "thesis.txt").write_text("mine")
        with pytest.raises(DataError, match=r"not empty.*'thesis.txt'"):
            street.write(tmp_path, 1, 0)
        assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]

    def test_does_not_mix_scenes(self, tmp_path):
        street.write(tmp_path, 1, 0, layout="kitti", size=(32, 48))
        with pytest.raises(DataError, match=r"already holds other street scenes.*'seed': 0"):
            street.write(tmp_path, 1, 1, layout="kitti", size=(32, 48))
        record = json.loads((tmp_path / "street.json").read_text())
        assert record["seed"] == 0

    def test_damaged_record(self, tmp_path):
        (tmp_path / "street.json").write_text("not json")
        with pytest.raises(DataError, match="Received: 'not json"):
            street.write(tmp_path, 1, 0)

    def test_root_is_a_file(self, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(DataError, match=r"Street scenes in .* could not be written"):
            street.write(tmp_path / "file" / "scenes", 1, 0)
        with pytest.raises(DataError, match=r"Street scenes in .* could not be written"):
            street.write(tmp_path / "file", 1, 0)

    def test_refuses(self, tmp_path):
        with pytest.raises(ConfigError, match=r"did you mean 'kitti'.*Received: 'kity'"):
            street.write(tmp_path, 1, 0, layout="kity")
        with pytest.raises(ConfigError, match=r"count must be an integer, 1 or more\. Received: 0"):
            street.write(tmp_path, 0, 0)
        with pytest.raises(ConfigError, match="Received: size="):
            street.write(tmp_path, 1, 0, size=(8, 8))
        assert not list(tmp_path.iterdir())
