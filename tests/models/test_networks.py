"""SegNet, AuxNet and FuseNet: the paper's parameter counts and the contract of all networks."""

import keras
import numpy as np
import pytest
from keras.ops import convert_to_numpy

import auxnet_keras as ak
from tests.models.contracts import CLASSES, ModelContract
from tests.toys import tiny_backbone


class TestSegNet(ModelContract):
    def make(self, size=(64, 96), backbone=None, classes=CLASSES, **options):
        return ak.models.SegNet(classes, (*size, 3), backbone or tiny_backbone(size), **options)


class TestAuxNet(ModelContract):
    outputs = {"segmentation": CLASSES, "depth": 1}

    def make(self, size=(64, 96), backbone=None, classes=CLASSES, **options):
        return ak.models.AuxNet(classes, (*size, 3), backbone or tiny_backbone(size), **options)

    def test_main_model_is_the_segmentation_alone_and_shares_its_weights(self):
        model = self.make()
        main = model.main_model()
        segnet = ak.models.SegNet(CLASSES, (64, 96, 3), tiny_backbone((64, 96)))
        assert main.count_params() == segnet.count_params()
        assert not [v.path for v in main.variables if "depth" in v.path]
        np.testing.assert_array_equal(
            convert_to_numpy(main(self.inputs())["segmentation"]),
            convert_to_numpy(model(self.inputs())["segmentation"]),
        )

    def test_depth_can_be_the_main_task(self):
        model = self.make(main="depth", auxiliary="segmentation")
        assert model.tasks == ("depth", "segmentation")
        assert set(model.main_model().output) == {"depth"}


class TestFuseNet(ModelContract):
    def make(self, size=(64, 96), backbone=None, classes=CLASSES, **options):
        return ak.models.FuseNet(classes, (*size, 3), backbone or tiny_backbone(size), **options)

    def inputs(self, size=(64, 96), batch=2):
        depth = np.random.default_rng(2).uniform(1, 50, (batch, *size, 1)).astype(np.float32)
        depth[:, : size[0] // 3] = -1.0
        return {"image": super().inputs(size, batch), "depth": depth}

    def test_depth_of_any_unit_gives_the_same(self):
        model = self.make()
        metres = self.inputs()
        centimetres = {**metres, "depth": np.where(metres["depth"] < 0, -1, metres["depth"] * 100)}
        np.testing.assert_allclose(
            convert_to_numpy(model(metres)["segmentation"]),
            convert_to_numpy(model(centimetres)["segmentation"]),
            rtol=1e-3,
            atol=1e-4,
        )

    def test_depth_features_are_added_after_every_stage(self):
        model = self.make()
        fused = [layer.name for layer in model.layers if isinstance(layer, keras.layers.Add)]
        assert [name for name in fused if name.startswith("fuse")] == [
            "fuse_p2",
            "fuse_p3",
            "fuse_p4",
            "fuse_p5",
        ]

    def test_depth_is_seen(self):
        model = self.make()
        inputs = self.inputs()
        other = {**inputs, "depth": np.flip(inputs["depth"], 2).copy()}
        before, after = model(inputs)["segmentation"], model(other)["segmentation"]
        assert not np.allclose(convert_to_numpy(before), convert_to_numpy(after))


# Paper A, Table 2: KITTI has 12 channels, SYNTHIA 13.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("network", "classes", "parameters"),
    [
        ("SegNet", 12, 23_672_264),
        ("AuxNet", 12, 23_676_142),
        ("FuseNet", 12, 47_259_976),
        ("SegNet", 13, 23_683_054),
        ("AuxNet", 13, 23_686_932),
        ("FuseNet", 13, 47_270_766),
    ],
)
def test_parameters_are_the_papers_to_the_unit(network, classes, parameters):
    model = getattr(ak.models, network)(classes, weights=None)
    assert model.count_params() == parameters
    shapes = {tensor.name: tensor.shape for tensor in model.inputs}
    assert shapes["image"] == (None, 224, 384, 3)
    assert shapes.get("depth") == ((None, 224, 384, 1) if network == "FuseNet" else None)
