"""Three tasks, one of them a scene label per image: training, logs, files, resuming."""

import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf

import auxnet_keras as ak
from auxnet_keras.callbacks.event_layout import layout
from tests.toys import (
    CLASSES,
    batch_of,
    three_tasks_batches,
    three_tasks_losses,
    three_tasks_model,
    toy_batches,
)

BINS = [5.0, 10.0, 20.0]
FADING = {
    0: {"segmentation": 1.0, "depth": 1.0, "scene": 1.0},
    2: {"segmentation": 1.0, "depth": 0.5, "scene": 0.0},
}


def of_losses():
    return ak.weighting.FocusedTaskWeightBalancing(momentum=0.5, normalize=True)


def of_everything():
    classes = ak.weighting.ClassWiseWeighting(depth_bins=BINS, start_epoch=1, step_size=0.01)
    schedule = ak.weighting.WeightSchedule(FADING, linear=True)
    return ak.weighting.Combined([classes, of_losses(), ak.weighting.MGDA(momentum=0.5), schedule])


def compiled(model=None, **settings):
    keras.utils.set_random_seed(0)
    model = model or three_tasks_model()
    settings = {"metrics": {"scene": ["accuracy"]}, **settings}
    model.compile(keras.optimizers.SGD(1e-3), three_tasks_losses(), **settings)
    return model


def bytes_of(model):
    return [np.asarray(variable).tobytes() for variable in model.variables]


@pytest.mark.parametrize("make", [of_losses, of_everything])
def test_training_and_its_logs(make, tmp_path, capsys):
    model = compiled()
    head = np.array(model.get_layer("scenes").kernel)
    weighting = make()
    trace = ak.callbacks.WeightTrace(tmp_path / "weights.csv")
    history = model.fit(
        *three_tasks_batches(2),
        batch_size=4,
        epochs=2,
        validation_data=three_tasks_batches(1, seed=5),
        callbacks=[weighting, trace],
    ).history
    assert not np.array_equal(head, model.get_layer("scenes").kernel)
    for task in model.tasks:
        assert np.isfinite(history[f"{task}_loss"] + history[f"val_{task}_loss"]).all()
        assert history[f"weight_{task}"][-1] == pytest.approx(weighting.weights[task], rel=1e-6)
    assert "scene_accuracy" in history
    assert "val_weight_scene" not in history
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.index("segmentation ") < line.index("depth ") < line.index("scene ")
    columns = (tmp_path / "weights.csv").read_text(encoding="utf-8").splitlines()[0]
    assert set(columns.split(",")) == {"epoch", *(f"weight_{task}" for task in model.tasks)}


def run(folder, make):
    """Three epochs of two batches, with a checkpoint after each batch."""
    model = compiled(metrics=None)
    data = tf.data.Dataset.from_tensor_slices(three_tasks_batches(2)).batch(4)
    data.epoch, data.start = (tf.Variable(0, dtype=tf.int64) for _ in range(2))
    checkpoint = ak.callbacks.ResumableCheckpoint(folder, every=1, dataset=data, keep=99)
    model.fit(data, epochs=3, verbose=0, callbacks=[make(), checkpoint])
    return model, checkpoint


@pytest.mark.parametrize("make", [of_losses, of_everything])
def test_resumed_in_the_middle_of_an_epoch_it_is_as_if_never_stopped(make, tmp_path):
    whole, checkpoint = run(tmp_path, make)
    killed = "epoch-00001.batch-000001"
    for path in checkpoint.store.folder.glob("epoch-*"):
        if path.name > killed:
            shutil.rmtree(path)
    resumed, checkpoint = run(tmp_path, make)
    assert checkpoint.resumed_from.name == killed
    assert bytes_of(resumed) == bytes_of(whole)


@pytest.mark.parametrize("make", [lambda: None, of_everything])
def test_saved_and_loaded_it_evaluates_as_before(make, tmp_path):
    model, weighting = compiled(run_eagerly=True), make()
    data = three_tasks_batches(2)
    model.fit(*data, batch_size=4, verbose=0, callbacks=[weighting] if weighting else [])
    expected = model.evaluate(*data, verbose=0, return_dict=True)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.tasks == model.tasks
    assert loaded.auxiliary == ("depth", "scene")
    assert loaded.evaluate(*data, verbose=0, return_dict=True) == pytest.approx(expected, rel=1e-6)
    if weighting:
        names = [variable.name for variable in model.weighting_state.variables]
        assert len(set(names)) == len(names)
        for ours, theirs in zip(
            model.weighting_state.variables, loaded.weighting_state.variables, strict=True
        ):
            np.testing.assert_array_equal(np.array(ours), np.array(theirs))


def test_deployed_the_main_task_is_alone():
    model = three_tasks_model()
    images, _ = toy_batches(1)
    alone = model.main_model()
    assert list(alone.output) == ["segmentation"]
    np.testing.assert_array_equal(
        alone.predict(images, verbose=0)["segmentation"],
        model.predict(images, verbose=0)["segmentation"],
    )


def test_tensorboard_has_charts_for_every_task():
    tags = ["loss/scene/train", "loss/depth/train", "loss/segmentation/train"]
    text = str(layout(tags, ("segmentation", "depth", "scene")))
    for title in ("segmentation (main task)", "depth (auxiliary task)", "scene (auxiliary task)"):
        assert title in text


class TestClassWeights:
    def attach(self, model=None, **options):
        model = compiled(model, metrics=None, run_eagerly=True)
        weighting = ak.weighting.ClassWiseWeighting(start_epoch=0, step_size=0.01, **options)
        weighting.set_model(model)
        return model, weighting

    def test_the_only_possible_task_has_them_and_the_others_count_once(self):
        model, weighting = self.attach(depth_bins=BINS)
        batch = batch_of(three_tasks_batches(1), 0)
        assert set(weighting.weights) == {"depth"}
        for weights, same in (([0.0, 1.0, 2.0, 3.0], False), (np.ones(4), True)):
            weighting._class_weights.rule.weights.assign(weights)
            logs = model.test_on_batch(*batch, return_dict=True)
            total = sum(logs[f"{task}_loss"] for task in model.tasks)
            assert (logs["loss"] == pytest.approx(total, rel=1e-5)) is same

    def test_labels_are_told_from_other_maps(self):
        model = three_tasks_model("depth", ("scene", "segmentation"))
        _, weighting = self.attach(model)
        assert weighting.weights["segmentation"].shape == (CLASSES,)

    def test_several_possible_tasks_need_a_choice(self):
        with pytest.raises(ak.errors.ConfigError, match=r"More than one .* depth, segmentation"):
            self.attach(three_tasks_model("scene", ("depth", "segmentation")), depth_bins=BINS)

    def test_no_possible_task_is_told(self):
        with pytest.raises(ak.errors.ConfigError, match="None of the auxiliary tasks has classes"):
            self.attach()

    @pytest.mark.parametrize(
        ("task", "says"),
        [
            ("scene", "the loss of 'scene' must have per_pixel"),
            ("depht", "did you mean 'depth'"),
            ("segmentation", "Unknown auxiliary task for class weights"),
        ],
    )
    def test_a_wrong_choice_is_refused(self, task, says):
        with pytest.raises(ak.errors.ConfigError, match=says):
            self.attach(depth_bins=BINS, auxiliary=task)

    def test_the_authors_program_knows_the_right_first_losses(self):
        model = three_tasks_model(auxiliary=("scene", "depth"))
        _, weighting = self.attach(model, depth_bins=BINS, rule="program")
        assert weighting._class_weights.rule._order == (0, 2)
