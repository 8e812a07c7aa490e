"""Which images a run counts as trained on."""

import types

import pytest

from auxnet_keras.data.file_key import file_key
from auxnet_keras.data.make_plan import make_plan
from auxnet_keras.errors import DataError
from auxnet_keras.experiments.run.trained_images import (
    FILE,
    read_trained_images,
    write_trained_images,
)
from tests.data import makers


def keys(root, numbers):
    return {file_key(root / f"training/image_2/{number:06d}_10.png") for number in numbers}


def written(folder, root, tasks=("segmentation", "depth"), **options):
    run = types.SimpleNamespace(path=folder, config=types.SimpleNamespace(tasks=tasks))
    write_trained_images(run, make_plan("kitti", root, size=(16, 24), batch_size=2, **options))
    return read_trained_images(folder)


@pytest.fixture
def root(tmp_path):
    return makers.kitti(tmp_path / "kitti", 10)


TRAIN = (1, 2, 3, 4, 6, 7, 8, 9)


def test_all_images_of_the_training_split(root, tmp_path):
    found = written(tmp_path, root)
    assert found == keys(root, TRAIN) and len(found) == 8
    lines = (tmp_path / FILE).read_text().splitlines()
    assert lines == sorted(found) and {len(line) for line in lines} == {16}


def test_a_frame_counts_if_one_of_the_tasks_sees_it(root, tmp_path):
    (root / "training/disp_occ_0/000003_10.png").unlink()
    (root / "training/semantic/000004_10.png").unlink()
    assert written(tmp_path, root) == keys(root, TRAIN)
    assert written(tmp_path, root, ("segmentation",)) == keys(root, set(TRAIN) - {4})
    assert written(tmp_path, root, ("depth",), main="depth") == keys(root, set(TRAIN) - {3})


def test_a_frame_without_its_label_trains_depth(root, tmp_path):
    assert written(tmp_path, root, labels=2) == keys(root, TRAIN)
    assert len(written(tmp_path, root, ("segmentation",), labels=2, extra_share=0)) == 2


def test_extra_data_counts(root, tmp_path):
    extra = tmp_path / "extra"
    for number in (11, 12):
        makers.kitti_frame(extra, number)
    found = written(tmp_path, root, extra_data=f"kitti:{extra}")
    assert found == keys(root, TRAIN) | keys(extra, (11, 12)) and len(found) == 10


def test_two_equal_images_are_one(root, tmp_path):
    path = root / "training/image_2"
    (path / "000001_10.png").write_bytes((path / "000002_10.png").read_bytes())
    assert len(written(tmp_path, root)) == 7


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(DataError, match=rf"{FILE} is missing or damaged"):
        read_trained_images(tmp_path)
