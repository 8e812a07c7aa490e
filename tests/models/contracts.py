"""What every network must do: a class to inherit from."""

import keras
import numpy as np
import pytest
from keras.backend import standardize_dtype
from keras.ops import convert_to_numpy

import auxnet_keras as ak
from tests.toys import tiny_backbone

CLASSES = 5


class ModelContract:
    """Subclass it and say how the network is made; the tests below then run for it."""

    outputs: dict[str, int] = {"segmentation": CLASSES}
    stride = 32

    def make(self, size=(64, 96), backbone=None, **options) -> keras.Model:
        raise NotImplementedError

    def inputs(self, size=(64, 96), batch=2):
        return np.random.default_rng(0).integers(0, 256, (batch, *size, 3), dtype=np.uint8)

    def targets(self, size=(64, 96), batch=2):
        generator = np.random.default_rng(1)
        return {
            "segmentation": generator.integers(0, CLASSES, (batch, *size)).astype(np.uint8),
            "depth": generator.uniform(1, 9, (batch, *size, 1)).astype(np.float32),
        }

    def test_outputs_are_a_dict_of_full_size_maps(self):
        found = self.make()(self.inputs())
        assert set(found) == set(self.outputs)
        for task, channels in self.outputs.items():
            assert found[task].shape == (2, 64, 96, channels)

    def in_float32(self, model) -> list[keras.layers.Layer]:
        """The layers that must not follow a mixed precision policy: the decoders."""
        decoders = [layer for layer in model.layers if layer.name.startswith(tuple(self.outputs))]
        assert len(decoders) >= 8
        return decoders

    def test_unknown_sizes_work_when_divisible_by_the_stride(self):
        model = self.make((None, None), tiny_backbone((None, None)))
        for size in ((32, 64), (96, 32)):
            assert model(self.inputs(size))["segmentation"].shape[1:3] == size
        with pytest.raises(ak.errors.ConfigError, match=rf"multiples of {self.stride}.*\(64, 96\)"):
            model(self.inputs((60, 100)))

    @pytest.mark.parametrize("size", [(224, 380), (100, 96), (0, 64)])
    def test_sizes_that_do_not_work_are_named_with_the_nearest_that_does(self, size):
        with pytest.raises(ak.errors.ConfigError, match="nearest valid size"):
            self.make(size)

    def test_heads_stay_float32_under_mixed_precision(self):
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
        try:
            model = self.make()
        finally:
            keras.mixed_precision.set_global_policy("float32")
        found = model(self.inputs())
        assert {standardize_dtype(value.dtype) for value in found.values()} == {"float32"}
        assert {layer.compute_dtype for layer in self.in_float32(model)} == {"float32"}

    def test_softmax_gives_probabilities_with_the_same_parameters(self):
        model = self.make(activation="softmax")
        assert model.count_params() == self.make().count_params()
        total = convert_to_numpy(model(self.inputs())["segmentation"]).sum(-1)
        np.testing.assert_allclose(total, 1.0, rtol=1e-5)
        model.compile("sgd")
        assert model.loss["segmentation"].from_logits is False

    def test_loss_falls_and_targets_without_an_output_are_ignored(self):
        keras.utils.set_random_seed(0)
        model = self.make()
        model.compile(keras.optimizers.Adam(1e-2), metrics=None)
        history = model.fit(self.inputs(), self.targets(), epochs=8, verbose=0).history
        assert history["loss"][-1] < history["loss"][0]
        assert {f"{task}_loss" for task in self.outputs} <= set(history)

    def test_saved_model_is_itself_again(self, tmp_path):
        model = self.make()
        model.compile(keras.optimizers.Adam(1e-3))
        model.fit(self.inputs(), self.targets(), verbose=0)
        model.save(tmp_path / "model.keras")
        again = keras.models.load_model(tmp_path / "model.keras")
        assert type(again) is type(model)
        assert (again.main, again.auxiliary) == (model.main, model.auxiliary)
        assert again.class_names == model.class_names
        assert int(again.optimizer.iterations) == 1
        expected, found = model(self.inputs()), again(self.inputs())
        for task in self.outputs:
            np.testing.assert_array_equal(*map(convert_to_numpy, (expected[task], found[task])))
        logs = again.evaluate(self.inputs(), self.targets(), verbose=0, return_dict=True)
        assert np.isfinite(logs["segmentation_loss"])

    def test_class_names_must_fit(self):
        with pytest.raises(ak.errors.ConfigError, match="needs 5 class names"):
            self.make(class_names=["road", "sky"])

    def test_class_names_are_in_the_logs(self):
        model = self.make(class_names=["road", "sky", "car", "pole", "sign"])
        model.compile("sgd")
        logs = model.evaluate(self.inputs(), self.targets(), verbose=0, return_dict=True)
        assert "segmentation_iou_pole" in logs
        assert "segmentation_mean_iou" in logs

    def test_weights_of_another_class_count_are_refused_with_a_sentence(self, tmp_path):
        self.make().save_weights(tmp_path / "five.weights.h5")
        other = self.make(classes=7)
        with pytest.raises(
            ak.errors.ConfigError, match=r"do not fit.*segmentation_score.*7\).*5\)"
        ):
            other.load_weights(tmp_path / "five.weights.h5")
