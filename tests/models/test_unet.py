"""U-Net: the paper's parameter counts, its single-task variants, the contract of all networks."""

import keras
import numpy as np
import pytest

import auxnet_keras as ak
from auxnet_keras.export.deployment import Deployment
from auxnet_keras.models import unet
from tests import jax_only
from tests.models.contracts import CLASSES, ModelContract


@pytest.fixture
def narrow(monkeypatch):
    """A sixteenth of the channels: the same graph, and a step takes milliseconds."""
    monkeypatch.setattr(unet, "WIDTHS", (4, 8, 16, 32, 32))


@pytest.mark.usefixtures("narrow")
class TestUNet(ModelContract):
    outputs = {"segmentation": CLASSES, "depth": 1}
    stride = 16

    def make(self, size=(64, 96), backbone=None, classes=CLASSES, **options):
        return ak.models.UNet(classes, (*size, 3), **options)

    def in_float32(self, model):
        return [model.get_layer(f"{task}_score") for task in self.outputs]

    def test_sizes_divisible_by_16_are_rebuilt(self):
        found = self.make((None, None))(self.inputs((48, 80)))
        assert found["depth"].shape == (2, 48, 80, 1)

    def test_a_decoder_sees_every_level_of_the_encoder(self):
        model = self.make()
        for level in range(4):
            skip = model.get_layer(f"depth_{level}_skip").input
            assert skip[0] is model.get_layer(f"encoder_{level}_relu_2").output

    def test_mixed_precision_reaches_both_decoders(self):
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
        try:
            model = self.make()
        finally:
            keras.mixed_precision.set_global_policy("float32")
        assert model.get_layer("depth_0_conv_1").compute_dtype == "bfloat16"

    @pytest.mark.parametrize("task", ["segmentation", "depth"])
    def test_one_task_has_one_decoder(self, task):
        alone = self.make(tasks=(task,))
        assert (alone.main, alone.auxiliary) == (task, None)
        assert alone.count_params() == self.make(main=task).main_model().count_params()

    def test_depth_alone_trains(self):
        model = self.make(tasks=("depth",))
        model.compile(keras.optimizers.Adam(1e-3), metrics=None, run_eagerly=True)
        history = model.fit(self.inputs(), self.targets(), epochs=2, verbose=0).history
        assert history["depth_loss"][1] < history["depth_loss"][0]

    def test_deployed_at_a_multiple_of_16(self):
        deployment = Deployment(self.make((None, None)), (48, 80))
        assert deployment.size == (48, 80)

    @pytest.mark.parametrize(
        ("arguments", "roles"),
        [
            ({}, ("segmentation", "depth")),
            ({"main": "depth"}, ("depth", "segmentation")),
            ({"auxiliary": "segmentation"}, ("depth", "segmentation")),
            ({"tasks": ("depth", "segmentation")}, ("depth", "segmentation")),
            ({"main": "depth", "auxiliary": "segmentation"}, ("depth", "segmentation")),
            ({"tasks": ["depth"]}, ("depth", None)),
        ],
    )
    def test_main_and_auxiliary(self, arguments, roles):
        model = self.make(**arguments)
        assert (model.main, model.auxiliary) == roles
        assert set(model.main_model().output) == {roles[0]}


# Paper B: Virtual KITTI has 13 classes, NYU-v2 14, Cityscapes 34.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("classes", "parameters"), [(13, 20_167_758), (14, 20_167_823), (34, 20_169_123)]
)
def test_parameters_are_the_papers_to_the_unit(classes, parameters):
    model = ak.models.UNet(classes)
    assert trainable(model.layers) == parameters
    assert trainable(layers_of(model, "encoder_")) == 9_410_880
    for task, channels in (("segmentation", classes), ("depth", 1)):
        assert trainable(layers_of(model, f"{task}_")) == 5_377_984 + 65 * channels
    assert model.input.shape == (None, 256, 256, 3)


@pytest.mark.slow
def test_trains_on_jax():
    pytest.importorskip("jax")
    printed = jax_only.run(
        """
import numpy as np
import auxnet_keras as ak
from auxnet_keras.models import unet
unet.WIDTHS = (2, 3)
model = ak.models.UNet(3, (16, 16, 3))
model.compile("adam", metrics=None)
images = np.zeros((2, 16, 16, 3), np.uint8)
targets = {"segmentation": np.zeros((2, 16, 16)), "depth": np.ones((2, 16, 16, 1))}
history = model.fit(images, targets, verbose=0, callbacks=[ak.weighting.ParetoMTL()]).history
print(np.isfinite(history["loss"][0]), history["weight_depth"][0] != 1)
"""
    )
    assert printed == "True True\n"


def layers_of(model, prefix):
    return [layer for layer in model.layers if layer.name.startswith(prefix)]


def trainable(layers):
    return sum(int(np.prod(v.shape)) for layer in layers for v in layer.trainable_variables)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"tasks": ("segmentation", "dept")}, "did you mean 'depth'"),
        ({"tasks": ()}, "one or two different tasks"),
        ({"tasks": ("depth", "depth")}, "one or two different tasks"),
        ({"tasks": ("depth",), "main": "segmentation"}, "output given as main="),
        ({"main": "depth", "auxiliary": "depth"}, "two different outputs"),
        ({"tasks": ("depth",), "auxiliary": "depth"}, "two different outputs"),
        ({"input_shape": (250, 256, 3)}, r"halves them 4 times.*\(256, 256\)"),
    ],
)
@pytest.mark.usefixtures("narrow")
def test_bad_arguments(arguments, message):
    with pytest.raises(ak.errors.ConfigError, match=message):
        ak.models.UNet(3, **arguments)
