"""An interrupted run that resumes after something it continues from has changed, or only moved."""

import re
import shutil

import pytest

from auxnet_keras.callbacks import TensorBoardPictures
from auxnet_keras.callbacks.checkpoint_store import CheckpointError
from auxnet_keras.experiments import load_run, train
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.fit import finalize
from auxnet_keras.experiments.run import trained_images
from auxnet_keras.experiments.run.log import EpochLog
from auxnet_keras.models import AuxiliaryModel


@pytest.fixture(scope="module", autouse=True)
def only_fits():
    """No pictures and no evaluation, which take most of a small run's time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TensorBoardPictures, "on_epoch_end", lambda self, epoch, logs=None: None)
        patch.setattr(finalize, "finish", lambda run: None)
        yield


def settings(place, **changes):
    return RunConfig(
        **{
            "data": f"kitti:{place / 'data'}",
            "backbone": "tiny",
            "weights": "none",
            "weighting": "twb",
            "size": (32, 64),
            "batch_size": 4,
            "epochs": 3,
            "out": str(place / "run"),
            **changes,
        }
    )


@pytest.fixture(scope="module")
def interrupted(kitti_scenes, tiny_backbone, tmp_path_factory):
    """Data, and a run on it that was interrupted after two of three epochs."""
    place = tmp_path_factory.mktemp("interrupted")
    shutil.copytree(kitti_scenes, place / "data")
    log_epoch = EpochLog.on_epoch_end

    def interrupt(self, epoch, logs=None):
        log_epoch(self, epoch, logs)
        if epoch == 2:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EpochLog, "on_epoch_end", interrupt)
        with pytest.raises(KeyboardInterrupt):
            train(settings(place))
    assert load_run(place / "run").epochs_saved == 2
    return place


@pytest.fixture
def copy(interrupted, tmp_path):
    """A copy of both, at another place."""
    shutil.copytree(interrupted, tmp_path / "copy")
    return tmp_path / "copy"


def longer(path):
    path.write_bytes(path.read_bytes() + b"\0")


def add_validation_frame(training):
    for folder in ("image_2", "semantic", "disp_occ_0"):
        shutil.copyfile(training / folder / "000005_10.png", training / folder / "000020_10.png")


def change_focal_length(training):
    path = training / "calib_cam_to_cam/000007.txt"
    text = path.read_text()
    digits = re.search(r"P_rect_02: (\d)", text)
    changed = text[: digits.start(1)] + str((int(digits[1]) + 1) % 10) + text[digits.end(1) :]
    assert len(changed) == len(text) and changed != text
    path.write_text(changed)


CHANGES = {
    "a validation image": (
        lambda training: longer(training / "image_2/000005_10.png"),
        r"validation data: other images, first difference: \S+/000005_10.png",
    ),
    "a validation label less": (
        lambda training: (training / "semantic/000010_10.png").unlink(),
        "validation data: 3 of 4 frames have a label, 4 in the checkpoint, "
        "first difference: frame '000010_10'",
    ),
    "a validation frame more": (
        add_validation_frame,
        "validation data: 5 frames, 4 in the checkpoint, first difference: frame '000020_10'",
    ),
    "a calibration of the same size": (
        change_focal_length,
        "training data: a calibration or another file has changed, "
        r"first difference: \S+/calib_cam_to_cam/000007.txt",
    ),
    "a training label less": (
        lambda training: (training / "semantic/000003_10.png").unlink(),
        "training data: 15 of 16 frames have a label, 16 in the checkpoint, "
        "first difference: frame '000003_10'",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_data_is_refused_in_one_line(copy, change):
    apply, line = CHANGES[change]
    apply(copy / "data/training")
    manifest = load_run(copy / "run").manifest.content
    with pytest.raises(CheckpointError, match=rf"Received: {line}\.$"):
        train(settings(copy))
    after = load_run(copy / "run").manifest.content
    assert after["data"] == manifest["data"]
    assert [event["event"] for event in after["events"]] == ["start", "interrupt", "change"]


def test_a_run_that_only_lacks_its_scores_is_not_scored_on_changed_data(copy):
    train(settings(copy))
    assert load_run(copy / "run").epochs_saved == 3
    add_validation_frame(copy / "data/training")
    with pytest.raises(CheckpointError, match="validation data: 5 frames, 4 in the checkpoint"):
        train(settings(copy))


def test_moved_data_another_cache_policy_and_more_epochs_resume(copy, interrupted):
    changes = {"cache": "memory", "on_bad_numbers": "skip", "epochs": 4}
    run = train(settings(copy, **changes))
    assert run.epochs_saved == 4 and len(run.history["epoch"]) == 4
    before = load_run(interrupted / "run").manifest.content["data"]
    assert run.manifest.content["data"] == before


def test_what_has_not_changed_resumes_and_its_images_are_not_read_again(
    interrupted, tmp_path, monkeypatch
):
    def forbidden(source, frames):
        raise AssertionError("read again")

    monkeypatch.setattr(trained_images, "image_keys_of", forbidden)
    run = tmp_path / "run"
    shutil.copytree(interrupted / "run", run)
    assert train(settings(interrupted, out=str(run))).epochs_saved == 3


def test_a_lost_list_of_images_is_written_again(copy):
    file = copy / "run" / trained_images.FILE
    before = file.read_bytes()
    assert before.count(b"\n") == 16
    file.unlink()
    train(settings(copy))
    assert file.read_bytes() == before


def test_a_run_that_starts_over_with_other_settings_lists_its_images_anew(
    interrupted, tmp_path, monkeypatch
):
    def interrupt(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(AuxiliaryModel, "fit", interrupt)
    listed = []
    for limit in (8, None):
        with pytest.raises(KeyboardInterrupt):
            train(settings(interrupted, limit=limit, out=str(tmp_path / "run")))
        listed.append(len(trained_images.read_trained_images(tmp_path / "run")))
    assert listed == [8, 16]


def test_the_auxiliary_task_first_does_not_hide_a_change(copy):
    """A checkpoint of the first phase records other passes, but the same files."""
    changes = {"auxiliary_first": 1, "epochs": 1, "weighting": "none", "out": str(copy / "two")}
    train(settings(copy, **changes))
    shutil.rmtree(copy / "two/checkpoints/epoch-00002")
    (copy / "data/training/semantic/000003_10.png").unlink()
    with pytest.raises(CheckpointError, match=r"Received: training data: 15 of 16 frames .*'\.$"):
        train(settings(copy, **changes))
