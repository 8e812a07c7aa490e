"""Configs: their checks, and their round trip through a file."""

import dataclasses
from pathlib import Path

import pytest
import yaml

from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.config.config_file import (
    read_config,
    read_settings,
    recipe,
    recipes,
    write_config,
)
from auxnet_keras.experiments.config.run_config import RunConfig, difference


def test_a_config_survives_its_file(tmp_path):
    config = RunConfig(
        data=f"kitti:{tmp_path}",
        model="auxnet",
        weighting="ftwb:focus=2",
        size=(96, 320),
        optimizer="adamw:weight_decay=0.05,clip=1",
        learning_rate=3e-4,
        schedule="drops:20:0.001,30:1e-4,warmup=5",
        class_weights=f"enet:{tmp_path / 'found.json'}",
        label_smoothing=0.1,
        precision="mixed_bfloat16",
        patience=7,
        limit=5,
        depth_unit="metres",
        augment=True,
        out="somewhere",
    )
    write_config(config, tmp_path / "config.yaml")
    read = read_config(tmp_path / "config.yaml")
    assert read == dataclasses.replace(config, out=None)
    assert (read.data, read.root, read.size) == ("kitti", str(tmp_path), (96, 320))


def test_the_root_is_absolute_however_it_is_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    expected = str(tmp_path / "frames")
    assert RunConfig(data="kitti:frames").root == expected
    assert RunConfig(data="kitti", root="frames").root == expected
    assert RunConfig(data="street").root is None


def test_yaml_reads_a_learning_rate_without_a_dot_as_text(tmp_path):
    (tmp_path / "c.yaml").write_text("learning_rate: 1e-3\n")
    assert read_config(tmp_path / "c.yaml").learning_rate == 1e-3


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"epoch": 3}, "did you mean 'epochs'"),
        ({"epochs": "three"}, "epochs must be a whole number >= 1"),
        ({"epochs": True}, "epochs must be a whole number >= 1"),
        ({"epochs": 0}, "epochs must be a whole number >= 1"),
        ({"seed": -1}, "seed must be a whole number >= 0"),
        ({"size": [96]}, "size must be two whole numbers"),
        ({"size": [64000, 64000]}, "at most 67,108,864 pixels"),
        ({"batch_size": 2**20}, "batch_size must be a whole number <= 65,536"),
        ({"size": "96x320"}, "size must be two whole numbers"),
        ({"learning_rate": "fast"}, "learning_rate must be a number > 0"),
        ({"learning_rate": float("nan")}, "learning_rate must be a number > 0"),
        ({"learning_rate": True}, "learning_rate must be a number > 0"),
        ({"augment": "yes please"}, "augment must be true or false"),
        ({"epochs": None}, "epochs must be"),
        ({"model": "auxnett"}, "did you mean 'auxnet'"),
        ({"main": ["depth"]}, "Unknown main"),
        ({"data": "kiti:/x"}, "did you mean 'kitti'"),
        ({"data": 7}, "data must be a string"),
        ({"data": "kitti"}, "needs its folder"),
        ({"depth_unit": "feet"}, "Unknown depth_unit"),
        ({"weighting": "twp"}, "did you mean 'twb'"),
        ({"weighting": "twb:momentum=2"}, "momentum must be in [0, 1)"),
        ({"weighting": "ftwb:focus=lss"}, "focus must be 'loss'"),
        ({"weighting": "fixed:nan,1"}, "finite number >= 0"),
        ({"on_bad_numbers": "skpi"}, "did you mean 'skip'"),
        ({"on_bad_numbers": True}, "Unknown on_bad_numbers"),
        ({"backbone": "resnet500"}, "did you mean 'resnet50'"),
        ({"size": [100, 320]}, "multiples of 32"),
        ({"size": [100, 320]}, "the nearest is (96, 320)"),
        ({"model": "segnet", "weighting": "twb"}, "has one task"),
        ({"model": "auxnet", "single_task": True, "weighting": "twb"}, "has one task"),
        ({"model": "fusenet", "main": "depth"}, "segmentation only"),
        ({"backbone": "small", "weights": "imagenet"}, "set weights to none"),
        ({"model": "unet", "weights": "imagenet"}, "set weights to none"),
        ({"model": "unet", "backbone": "resnet50"}, "has its own encoder"),
        ({"model": "unet", "size": [100, 320]}, "multiples of 16"),
        ({"model": "unet", "size": [100, 320]}, "the nearest is (96, 320)"),
        ({"single_task": "yes"}, "single_task must be true or false"),
        ({"learning_rate_drops": 0.001}, "such as 20:0.001"),
        ({"learning_rate_drops": {}}, "such as 20:0.001"),
        ({"learning_rate_drops": {0: 0.001}}, "such as 20:0.001"),
        ({"learning_rate_drops": {20: -1}}, "such as 20:0.001"),
        ({"learning_rate_drops": "20=0.001"}, "such as 20:0.001"),
        ({"optimizer": "adamv"}, "did you mean 'adam'"),
        ({"optimizer": "adamw:decay=1"}, "did you mean 'weight_decay'"),
        ({"optimizer": "sgd:momentum=x"}, "momentum in the optimizer 'sgd' cannot be parsed"),
        ({"optimizer": "sgd:1.5"}, "momentum of sgd must be in [0, 1)"),
        ({"optimizer": "adam:1,2"}, "The optimizer 'adam' takes 1 value"),
        ({"schedule": "drops"}, "The schedule 'drops' needs drops:TIME:VALUE"),
        ({"schedule": "drops:20"}, "points in the schedule 'drops' cannot be parsed"),
        ({"schedule": "cosine:final=2"}, "final of cosine must be in [0, 1]"),
        ({"schedule": "cosine", "learning_rate_drops": "20:0.1"}, "leave one out"),
    ],
)
def test_what_cannot_work_gets_a_sentence(settings, says):
    with pytest.raises(ConfigError, match="Received") as caught:
        RunConfig.from_mapping(settings)
    assert says in str(caught.value)


def test_the_strides_are_those_of_the_networks():
    from auxnet_keras.models import preprocessing, unet
    from auxnet_keras.models.catalogue import NETWORKS

    strides = {name: network.stride for name, network in NETWORKS.items()}
    assert strides.pop("unet") == unet.STRIDE
    assert set(strides.values()) == {preprocessing.STRIDE}


@pytest.mark.parametrize("text", ["a: [1", "- a\n- b\n", "just words", "\x00"])
def test_a_file_that_is_no_mapping_gets_a_sentence(tmp_path, text):
    file = tmp_path / "c.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=r"c.yaml"):
        read_config(file)


def test_a_missing_file_gets_a_sentence(tmp_path):
    with pytest.raises(ConfigError, match="No such configuration file"):
        read_settings(tmp_path / "none.yaml")


def test_an_empty_file_has_no_settings(tmp_path):
    (tmp_path / "c.yaml").write_text("# nothing\n")
    assert read_settings(tmp_path / "c.yaml") == {}


def test_the_difference_names_every_setting_and_not_the_folder():
    old, new = RunConfig(out="a"), RunConfig(epochs=3, seed=1, out="b")
    assert difference(old, new) == [
        "epochs: 200 in the folder, 3 requested",
        "seed: 0 in the folder, 1 requested",
    ]
    assert difference(old, RunConfig(out="c")) == []


def test_a_unet_has_no_backbone_and_starts_from_random_weights():
    config = RunConfig(model="unet", size=(80, 144))
    assert (config.backbone, config.weights, config.size) == (None, "none", (80, 144))
    assert RunConfig.from_mapping(config.to_mapping()) == config
    assert (RunConfig().backbone, RunConfig().weights) == ("resnet50", "imagenet")


def test_the_tasks_that_train():
    assert RunConfig(main="depth").tasks == ("depth", "segmentation")
    assert RunConfig(main="depth", single_task=True).tasks == ("depth",)
    assert RunConfig(model="segnet").tasks == ("segmentation",)


@pytest.mark.parametrize("drops", [{30: 1e-4, 20: "1e-3"}, "30:1e-4, 20:1e-3"])
def test_learning_rate_drops_survive_a_file_in_order(tmp_path, drops):
    config = RunConfig(learning_rate_drops=drops)
    assert list(config.learning_rate_drops.items()) == [(20, 1e-3), (30, 1e-4)]
    write_config(config, tmp_path / "config.yaml")
    assert read_config(tmp_path / "config.yaml") == config


def test_a_run_to_start_from_is_found_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base").mkdir()
    config = RunConfig(weights="base")
    assert config.weights == str(tmp_path / "base") and config.starts_from_run
    assert RunConfig(model="unet", weights="other").starts_from_run
    assert not RunConfig(weights="file.weights.h5").starts_from_run
    assert not RunConfig().starts_from_run


def test_recipes_of_auxnet_are_the_papers_setup():
    for name in ("auxnet/kitti", "auxnet/synthia"):
        config = RunConfig.from_mapping({**recipe(name), "root": "/data"}, name)
        assert (config.size, config.epochs, config.weighting) == ((224, 384), 200, "ftwb")
        assert (config.backbone, config.weights) == ("resnet50", "imagenet")
        assert config.data == name.partition("/")[2]


@pytest.mark.parametrize(
    ("name", "data", "warm_up", "step", "unit"),
    [
        ("vkitti", "vkitti-14", 20, 2e-4, "inverse_depth"),
        ("nyuv2", "nyuv2", 20, 2e-4, "metres"),
        ("cityscapes", "cityscapes-34", 12, 1e-3, "disparity_px"),
    ],
)
def test_recipes_of_learning_boost_are_the_papers_setup(name, data, warm_up, step, unit):
    from auxnet_keras.experiments.config import weighting_text as weightings

    recipe_name = f"learning-boost/{name}"
    assert recipe_name in recipes()
    config = RunConfig.from_mapping({**recipe(recipe_name), "root": "/data"}, recipe_name)
    assert (config.data, config.model, config.main) == (data, "unet", "depth")
    assert (config.size, config.batch_size, config.depth_unit) == ((256, 256), 16, unit)
    assert (config.learning_rate, config.learning_rate_drops) == (0.01, {20: 0.001})
    weighting = weightings.weighting(config.weighting)
    assert (weighting.start_epoch, weighting.step_size) == (warm_up, step)
    assert config.epochs > 20


def test_an_unknown_recipe_gets_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'auxnet/kitti'"):
        recipe("auxnet/kity")


def test_configuration_files_are_read_without_running_them(tmp_path):
    file = tmp_path / "c.yaml"
    file.write_text("epochs: !!python/object/apply:os.system ['touch owned']\n")
    with pytest.raises(ConfigError, match="not plain YAML"):
        read_config(file)
    assert not Path("owned").exists()
    assert yaml.safe_load("a: 1") == {"a": 1}


def test_extra_data_are_found_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert RunConfig(extra_data="folder:lidar").extra_data == f"folder:{tmp_path / 'lidar'}"
    assert RunConfig(extra_data="street").extra_data == "street"
    with pytest.raises(ConfigError, match="extra_data needs the folder of its data: folder:PATH"):
        RunConfig(extra_data="folder")
    with pytest.raises(ConfigError, match="did you mean 'folder'"):
        RunConfig(extra_data="folders:lidar")


@pytest.mark.parametrize(
    "setting", [{"auxiliary_first": 3}, {"extra_data": "street"}, {"auxiliary_of": "other-frame"}]
)
def test_what_is_about_the_auxiliary_task_needs_one(setting):
    (name,) = setting
    RunConfig(**setting)
    for alone in ({"model": "segnet"}, {"single_task": True}):
        with pytest.raises(ConfigError, match=f"{name} is about the auxiliary task"):
            RunConfig(**setting, **alone)


def test_all_epochs():
    assert RunConfig(epochs=7).all_epochs == 7
    assert RunConfig(epochs=7, auxiliary_first=3).all_epochs == 10


@pytest.mark.parametrize("share", [1, -0.1, "half", True, float("nan")])
def test_a_share(share):
    with pytest.raises(ConfigError, match="extra_share must be a number >= 0 and < 1"):
        RunConfig(extra_share=share)
