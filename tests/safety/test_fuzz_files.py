"""Files of data sets, caches and run folders, of any content."""

import io
import json

import h5py
import numpy as np
import pytest
import scipy.io
from hypothesis import given
from hypothesis import strategies as st

from auxnet_keras.data.cache import _HEADER, _pack, _unpack
from auxnet_keras.data.files.colours import read_colours
from auxnet_keras.data.frame import Sample
from auxnet_keras.data.readers.cityscapes import read_camera
from auxnet_keras.data.readers.kitti import read_calibration
from auxnet_keras.data.readers.matlab5 import read_matlab5
from auxnet_keras.data.readers.synthia import read_intrinsics
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.run.run import Run
from auxnet_keras.safety import check_weights, read_npz
from auxnet_keras.training.weights_file import readable_weights_errors
from tests.safety import makers
from tests.safety.fuzz import VALUES, answer, damaged, fuzz

JSON_VALUES = VALUES.filter(lambda value: _json(value) is not None)


def _json(value):
    try:
        return json.dumps(value, default=str)
    except (TypeError, ValueError):
        return None


def _file(write_to):
    file = io.BytesIO()
    write_to(file)
    return file.getvalue()


def _weights(file):
    with h5py.File(file, "w") as weights:
        weights["layers/dense/vars/0"] = np.ones((3, 4), np.float32)
        weights["layers/dense/vars/1"] = np.ones(4, np.float32)
        weights.attrs["layer_names"] = [b"dense", b"conv"]


MATLAB = [
    _file(
        lambda file, packed=packed: scipy.io.savemat(
            file, {"trainNdxs": np.arange(3), "x": ["a"]}, do_compression=packed
        )
    )
    for packed in (False, True)
]
NPZ = _file(lambda file: np.savez(file, a=np.ones((2, 3), np.float32), b=np.array(7)))
HDF5 = _file(_weights)
CALIBRATION = b"".join(
    b"P_rect_%s: 721.5 0 609.6 %s 0 721.5 172.9 0.2 0 0 1 0.003\n" % (camera, offset)
    for camera, offset in ((b"02", b"44.9"), (b"03", b"-339.5"))
)
SAMPLE = _pack(
    Sample(np.ones((2, 3, 3), np.uint8), np.ones((2, 3), np.uint8), np.ones((2, 3, 1), np.float32))
)
HISTORY = b"epoch,loss,seconds\n0,1.5,2\n1,,2\n"
WORDS = st.sampled_from(
    [b"nan", b"inf", b"0", b"-1", b"9" * 5000, b"1e400", b"\n", b" ", b",", b'"']
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "file"


@fuzz
@given(damaged(*MATLAB) | st.binary(max_size=50).map(lambda rest: MATLAB[0][:136] + rest))
def test_matlab(path, data):
    arrays = answer(read_matlab5, makers.write(path, data))
    assert arrays is None or all(array.dtype.kind in "iuf" for array in arrays.values())


@fuzz
@given(damaged(NPZ) | st.binary(max_size=100))
def test_npz(path, data):
    arrays = answer(read_npz, makers.write(path, data))
    for array in () if arrays is None else arrays.values():
        assert array.nbytes <= len(data)


@fuzz
@given(damaged(HDF5), st.sampled_from([".h5", ".keras"]))
def test_weights(tmp_path, data, suffix):
    path = tmp_path / f"a{suffix}"
    if suffix == ".h5":
        makers.write(path, data)
    else:
        makers.keras_file(path, data)

    def check():
        with readable_weights_errors("model", path, "weights"):
            check_weights(path, 100)

    answer(check)


@fuzz
@given(damaged(SAMPLE) | st.binary(max_size=80).map(lambda rest: SAMPLE[: _HEADER.size] + rest))
def test_cached_samples(data):
    found = _unpack(np.frombuffer(data, np.uint8), (2, 3))
    assert (found is not None) == (data == SAMPLE)


@fuzz
@given(damaged(CALIBRATION, b"725.0\n1\n2\n0.5\n") | st.lists(WORDS, max_size=16).map(b" ".join))
def test_calibrations(path, data):
    makers.write(path, data)
    for read in (read_calibration, read_intrinsics):
        found = answer(read, path)
        if found is not None:
            assert 0 < found.focal < np.inf and 0 < found.baseline < np.inf


@fuzz
@given(JSON_VALUES, JSON_VALUES)
def test_cameras(path, focal, baseline):
    camera = {"intrinsic": {"fx": focal}, "extrinsic": {"baseline": baseline}}
    found = answer(read_camera, makers.write(path, json.dumps(camera, default=str)))
    assert found is None or 0 < found.focal < np.inf


@fuzz
@given(damaged(b"Category R G B\nTerrain 210 0 200\nCar:1 200 200 0\n") | st.binary(max_size=40))
def test_palettes(path, data):
    for _, colour in answer(read_colours, makers.write(path, data)) or ():
        assert all(0 <= value < 256 for value in colour)


def test_a_palette_of_long_numbers(path):
    assert answer(read_colours, makers.write(path, f"Car {'9' * 5000} 0 0")) is None


@fuzz
@given(damaged(HISTORY) | st.lists(WORDS, max_size=20).map(b"".join))
def test_histories(tmp_path, data):
    makers.write(tmp_path / "history.csv", data)
    history = answer(lambda: Run(tmp_path, RunConfig()).history)
    assert history is None or all(isinstance(column, list) for column in history.values())


INFO = {
    "kind": "kitti",
    "class_names": ["a", "b"],
    "palette": [[0, 0, 0], [1, 2, 3]],
    "depth_unit": "metres",
    "licence": "",
    "citation": "",
}


@fuzz
@given(st.sampled_from(["events", "artefacts", "data", "info", *INFO]), JSON_VALUES)
def test_manifests(tmp_path, key, value):
    content = {"events": [], "artefacts": {}, "data": {"depth_unit": "metres", "info": dict(INFO)}}
    place = content if key in content else content["data"]
    place = place["info"] if key in INFO else place
    place[key] = value
    makers.write(tmp_path / "manifest.json", json.dumps(content, default=str))
    run = Run(tmp_path, RunConfig())
    answer(lambda: run.finished)
    info = answer(lambda: run.info)
    assert info is None or info.palette.shape[1] == 3
    answer(lambda: run.depth_unit)


@fuzz
@given(damaged(json.dumps({"events": [], "artefacts": {}}).encode()) | st.binary(max_size=30))
def test_damaged_manifests(tmp_path, data):
    makers.write(tmp_path / "manifest.json", data)
    answer(lambda: Run(tmp_path, RunConfig()).finished)
