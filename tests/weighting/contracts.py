"""What every weighting must do, whatever its rule: a class to inherit from."""

import shutil
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

import auxnet_keras as ak
from tests.toys import batch_of, toy_batches, toy_model


def state_of(model) -> list[bytes]:
    """The bytes of all variables, those of the weighting among them."""
    return [np.asarray(variable).tobytes() for variable in model.variables]


class WeightingContract:
    """Subclass it and say how the weighting is made; all tests below then run for it."""

    def arguments(self) -> dict:
        """Constructor arguments."""
        return {}

    def make(self) -> ak.weighting.Weighting:
        raise NotImplementedError

    def make_scheduled(self) -> ak.weighting.Weighting:
        """The weighting with what changes after the first epoch, if its rule has such a thing."""
        return self.make()

    @pytest.fixture(scope="class")
    def trained(self):
        """A model after six batches with the weighting, and the weighting; for reading only."""
        weighting = self.make()
        return self.fit(weighting)[0], weighting

    def fit(
        self,
        weighting=None,
        *,
        model=None,
        batches=6,
        epochs=1,
        callbacks=(),
        validation=None,
        **compiled,
    ):
        keras.utils.set_random_seed(0)
        model = model or toy_model()
        model.compile(keras.optimizers.SGD(1e-3), metrics=None, **compiled)
        images, targets = toy_batches(batches)
        history = model.fit(
            images,
            targets,
            batch_size=4,
            epochs=epochs,
            shuffle=False,
            verbose=0,
            validation_data=validation,
            callbacks=[*callbacks, *([weighting] if weighting else [])],
        )
        return model, history.history

    def flat(self, weighting) -> np.ndarray:
        return np.concatenate([np.ravel(value) for value in weighting.weights.values()])

    def test_weights_are_in_the_logs_and_not_in_the_validation_logs(self):
        weighting = self.make()
        _, history = self.fit(weighting, epochs=2, validation=toy_batches(2, seed=1))
        names = [name for name in history if "weight_" in name]
        assert names
        assert not [name for name in names if name.startswith("val_")]
        assert all(len(history[name]) == 2 for name in names)
        assert sorted(history[name][-1] for name in names) == pytest.approx(
            sorted(self.flat(weighting)), rel=1e-6
        )

    def test_its_schedule_is_a_function_of_the_epoch_alone(self):
        weighting = self.make_scheduled()
        model, _ = self.fit(weighting, batches=1)
        start = [np.array(variable) for variable in weighting.state.variables]
        seen = {}
        for epoch in (0, 1, 2, 3, 40, 3, 1, 1, 0, 2, 40):
            weighting.on_epoch_begin(epoch)
            state = state_of(model)
            assert seen.setdefault(epoch, state) == state
        for epoch, state in seen.items():  # a rollback to a checkpoint of the first epoch
            for variable, value in zip(weighting.state.variables, start, strict=True):
                variable.assign(value)
            weighting.on_epoch_begin(epoch)
            assert state_of(model) == state

    def test_steps_per_execution_changes_nothing(self, trained):
        model, one = trained
        several = self.make()
        other, _ = self.fit(several, steps_per_execution=6)
        np.testing.assert_allclose(self.flat(one), self.flat(several), rtol=1e-6)
        for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)

    def test_xla_changes_nothing(self, trained):
        _, plain = trained
        compiled = self.make()
        self.fit(compiled, jit_compile=True)
        np.testing.assert_allclose(self.flat(plain), self.flat(compiled), rtol=1e-4)

    def test_mixed_precision_keeps_the_state_in_float32(self):
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
        try:
            weighting = self.make()
            model, history = self.fit(weighting)
        finally:
            keras.mixed_precision.set_global_policy("float32")
        assert all(v.dtype == "float32" for v in model.weighting_state.variables)
        assert np.isfinite(self.flat(weighting)).all()
        assert np.isfinite(history["loss"]).all()

    def test_gradient_accumulation_still_moves_after_every_batch(self):
        plain, accumulating = self.make(), self.make()
        frozen = {"learning_rate": 0.0}
        for weighting, extra in ((plain, {}), (accumulating, {"gradient_accumulation_steps": 2})):
            keras.utils.set_random_seed(0)
            model = toy_model()
            model.compile(keras.optimizers.SGD(**frozen, **extra), metrics=None)
            images, targets = toy_batches(6)
            model.fit(
                images, targets, batch_size=4, shuffle=False, verbose=0, callbacks=[weighting]
            )
        np.testing.assert_allclose(self.flat(plain), self.flat(accumulating), rtol=1e-5)

    def test_other_callbacks_work_beside_it(self, tmp_path):
        stop = keras.callbacks.EarlyStopping("val_segmentation_loss", mode="min", patience=5)
        best = keras.callbacks.ModelCheckpoint(
            tmp_path / "best.weights.h5",
            monitor="val_segmentation_loss",
            mode="min",
            save_best_only=True,
            save_weights_only=True,
        )
        validation = toy_batches(2, seed=1)
        self.fit(self.make(), epochs=2, callbacks=[stop, best], validation=validation)
        assert (tmp_path / "best.weights.h5").is_file()
        assert np.isfinite(stop.best)

    def test_a_second_fit_with_another_weighting_starts_over(self):
        model = toy_model()
        before = len(model.variables)
        self.fit(self.make(), model=model)
        fixed = ak.weighting.FixedWeights({"segmentation": 3.0, "depth": 0.5})
        _, history = self.fit(fixed, model=model)
        assert history["weight_segmentation"] == [3.0]
        _, history = self.fit(None, model=model)
        assert not [name for name in history if "weight_" in name]
        assert len(model.variables) == before

    def test_weight_files_load_with_and_without_its_state(self, tmp_path, trained):
        model, _ = trained
        keras.utils.set_random_seed(1)
        model.save_weights(tmp_path / "with.weights.h5")
        plain = toy_model()
        plain.load_weights(tmp_path / "with.weights.h5")
        images, _ = toy_batches(1)
        expected = model.predict(images, verbose=0)
        found = plain.predict(images, verbose=0)
        np.testing.assert_array_equal(expected["segmentation"], found["segmentation"])
        plain.save_weights(tmp_path / "without.weights.h5")
        weighting = self.make()
        toy = toy_model()
        toy.compile(keras.optimizers.SGD(1e-3), metrics=None)
        weighting.set_model(toy)
        with warnings.catch_warnings():
            # Keras warns that the file holds no state of this optimizer; it has not trained.
            warnings.filterwarnings("ignore", "Skipping variable loading for optimizer")
            toy.load_weights(tmp_path / "without.weights.h5")
        found = toy.predict(images, verbose=0)
        np.testing.assert_array_equal(expected["depth"], found["depth"])

    def test_its_state_is_in_a_weights_file(self, tmp_path, trained):
        model, _ = trained
        state = [np.array(v) for v in model.weighting_state.variables]
        model.save_weights(tmp_path / "with.weights.h5")
        fresh = toy_model()
        fresh.compile(keras.optimizers.SGD(1e-3), metrics=None)
        self.make().set_model(fresh)
        fresh.optimizer.build(fresh.trainable_variables)
        fresh.load_weights(tmp_path / "with.weights.h5")
        for expected, found in zip(state, fresh.weighting_state.variables, strict=True):
            np.testing.assert_array_equal(expected, np.array(found))

    def test_resumed_inside_an_epoch_it_is_as_if_never_stopped(self, tmp_path):
        whole, checkpoint = self.run(tmp_path)
        killed = "epoch-00001.batch-000001"
        for path in checkpoint.store.folder.glob("epoch-*"):
            if path.name > killed:
                shutil.rmtree(path)
        resumed, checkpoint = self.run(tmp_path)
        assert checkpoint.resumed_from.name == killed
        assert state_of(resumed) == state_of(whole)

    def run(self, folder):
        """Four epochs of two batches, with a checkpoint after each of them."""
        keras.utils.set_random_seed(0)
        model = toy_model()
        model.compile(keras.optimizers.SGD(1e-3), metrics=None)
        data = tf.data.Dataset.from_tensor_slices(toy_batches(2)).batch(4)
        # As data sets of `ak.data` have them: this one can be entered in its middle.
        data.epoch, data.start = (tf.Variable(0, dtype=tf.int64) for _ in range(2))
        checkpoint = ak.callbacks.ResumableCheckpoint(folder, every=1, dataset=data, keep=99)
        model.fit(data, epochs=4, verbose=0, callbacks=[self.make_scheduled(), checkpoint])
        return model, checkpoint

    def test_after_a_rollback_its_schedule_is_that_of_the_epoch_under_way(self, tmp_path):
        weighting = self.make_scheduled()
        keras.utils.set_random_seed(0)
        model = toy_model()
        model.compile(keras.optimizers.SGD(1e-3), metrics=None)
        policy = ak.callbacks.NonFinite("rollback")

        def spoil(epoch, logs=None):
            if epoch == 1:
                model.get_layer("metres").bias.assign([np.nan])

        def look(batch, logs=None):
            if policy.rollbacks and not states:
                states.append(state_of(model))
                weighting.schedule(1)
                states.append(state_of(model))

        states = []
        given = [
            weighting,
            policy,
            keras.callbacks.LambdaCallback(on_epoch_begin=spoil, on_train_batch_end=look),
            ak.callbacks.ResumableCheckpoint(tmp_path),
        ]
        model.fit(*toy_batches(2), batch_size=4, epochs=2, verbose=0, callbacks=given)
        assert policy.rollbacks == 1
        assert states[0] == states[1]

    def test_evaluation_moves_nothing(self, trained):
        model, weighting = trained
        before = self.flat(weighting)
        model.evaluate(*toy_batches(3, seed=5), batch_size=4, verbose=0)
        np.testing.assert_array_equal(before, self.flat(weighting))

    def test_batches_without_valid_pixels_leave_everything_finite(self):
        images, targets = toy_batches(4)
        targets["segmentation"][:4] = 255
        targets["depth"][4:8] = -1.0
        targets["segmentation"][8:12] = 255
        targets["depth"][8:12] = -1.0
        weighting = self.make()
        model = toy_model()
        model.compile(keras.optimizers.SGD(1e-3), metrics=None)
        model.fit(images, targets, batch_size=4, shuffle=False, verbose=0, callbacks=[weighting])
        assert np.isfinite(self.flat(weighting)).all()
        assert all(np.isfinite(weight).all() for weight in model.get_weights())

    def test_a_task_trains_where_the_other_has_no_valid_pixel(self):
        images, targets = batch_of(toy_batches(1), 0)
        targets = {**targets, "depth": np.full_like(targets["depth"], -1.0)}
        weighting = self.make()
        model = toy_model()
        model.compile(keras.optimizers.SGD(1e-3), metrics=None)
        weighting.set_model(model)
        before = self.flat(weighting)
        head = np.array(model.get_layer("classes").get_weights()[0])
        model.train_on_batch(images, targets)
        assert not np.array_equal(head, model.get_layer("classes").get_weights()[0])
        np.testing.assert_array_equal(before, self.flat(weighting))

    def test_a_batch_that_overflows_is_survived_under_mixed_float16(self):
        keras.mixed_precision.set_global_policy("mixed_float16")
        try:
            weighting = self.make()
            model = toy_model()
            model.compile(keras.optimizers.SGD(1e-3), metrics=None)
        finally:
            keras.mixed_precision.set_global_policy("float32")
        weighting.set_model(model)
        images, targets = toy_batches(2)
        depth = np.where(targets["depth"] > 0, np.float32(3e38), np.float32(-1.0))
        broken = {**targets, "depth": depth}  # their sum is infinite
        model.train_on_batch(*batch_of((images, broken), 0))
        head = np.array(model.get_layer("classes").get_weights()[0])
        for _ in range(16):  # the optimizer's loss scale has to come down first
            logs = model.train_on_batch(*batch_of((images, targets), 1), return_dict=True)
        assert np.isfinite(self.flat(weighting)).all()
        assert np.isfinite(logs["loss"])
        assert not np.array_equal(head, model.get_layer("classes").get_weights()[0])

    def test_it_starts_over_on_another_model(self):
        weighting = self.make()
        first, _ = self.fit(weighting, batches=2)
        weights = self.flat(weighting)
        self.fit(weighting, batches=2)  # a network with the same initial weights
        np.testing.assert_allclose(self.flat(weighting), weights, rtol=1e-6)
        self.fit(weighting, model=first, batches=1)
        assert weighting.state is first.weighting_state

    def test_a_file_of_another_method_leaves_its_state_alone(self, tmp_path):
        model, _ = self.fit(ak.weighting.FixedWeights({"segmentation": 7.0, "depth": 9.0}))
        model.save_weights(tmp_path / "fixed.weights.h5")
        weighting = type("Another", (type(self.make()),), {})(**self.arguments())
        target = toy_model()
        target.compile(keras.optimizers.SGD(1e-3), metrics=None)
        weighting.set_model(target)
        target.optimizer.build(target.trainable_variables)
        before = self.flat(weighting)
        target.load_weights(tmp_path / "fixed.weights.h5")
        np.testing.assert_array_equal(before, self.flat(weighting))

    def test_a_third_output_goes_on_training(self):
        toy = toy_model()
        outputs = {**toy.output, "other": keras.layers.Conv2D(1, 1, name="other")(toy.input)}
        model = ak.models.AuxiliaryModel(toy.input, outputs)
        losses = {
            "segmentation": ak.losses.PixelCrossEntropy(),
            "depth": ak.losses.DepthL1(),
            "other": ak.losses.DepthL1(),
        }
        model.compile(keras.optimizers.SGD(1e-3), losses, metrics=None)
        before = np.array(model.get_layer("other").get_weights()[0])
        images, targets = batch_of(toy_batches(1), 0)
        model.fit(
            images, {**targets, "other": targets["depth"]}, verbose=0, callbacks=[self.make()]
        )
        assert not np.array_equal(before, model.get_layer("other").get_weights()[0])

    def test_extreme_losses_give_no_nan(self):
        weighting = self.make()
        model = toy_model()
        model.compile(keras.optimizers.SGD(0.0), metrics=None)
        for scale in (1e-12, 1e12):
            images, targets = toy_batches(3)
            targets["depth"] = np.where(targets["depth"] < 0, -1, targets["depth"] * scale)
            history = model.fit(
                images, targets, batch_size=4, shuffle=False, verbose=0, callbacks=[weighting]
            )
            assert np.isfinite(self.flat(weighting)).all()
            assert np.isfinite(history.history["loss"]).all()

    def test_one_task_model_is_refused_by_name(self):
        model = toy_model(auxiliary=None)
        model.compile("sgd")
        with pytest.raises(ak.errors.ConfigError, match=type(self.make()).__name__):
            model.fit(*batch_of(toy_batches(1), 0), verbose=0, callbacks=[self.make()])

    def test_a_plain_keras_model_is_refused(self):
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        with pytest.raises(ak.errors.ConfigError, match="AuxiliaryModel"):
            model.fit(np.ones((1, 2)), np.ones((1, 1)), verbose=0, callbacks=[self.make()])

    def test_two_weightings_are_refused_by_name(self):
        model = toy_model()
        model.compile("sgd")
        fixed = ak.weighting.FixedWeights({"segmentation": 1.0, "depth": 1.0})
        with pytest.raises(ak.errors.ConfigError, match="FixedWeights"):
            model.fit(*batch_of(toy_batches(1), 0), verbose=0, callbacks=[fixed, self.make()])


class VariantContract(WeightingContract):
    """For another form of a weighting, or another rule of task weights.

    Without what depends on the class or on `TaskWeighting` alone, which others test.
    """

    test_a_batch_that_overflows_is_survived_under_mixed_float16 = None
    test_a_file_of_another_method_leaves_its_state_alone = None
    test_a_plain_keras_model_is_refused = None
    test_a_second_fit_with_another_weighting_starts_over = None
    test_a_task_trains_where_the_other_has_no_valid_pixel = None
    test_a_third_output_goes_on_training = None
    test_gradient_accumulation_still_moves_after_every_batch = None
    test_it_starts_over_on_another_model = None
    test_one_task_model_is_refused_by_name = None
    test_other_callbacks_work_beside_it = None
    test_two_weightings_are_refused_by_name = None
    test_weight_files_load_with_and_without_its_state = None
    test_xla_changes_nothing = None
