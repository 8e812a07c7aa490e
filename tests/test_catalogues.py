"""The catalogues: one for each extension point, open to users, read by the command line."""

import dataclasses
import importlib
import inspect
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import auxnet_keras as ak
from auxnet_keras.core.catalogue import Catalogue, resolve
from auxnet_keras.core.registration import SERIALISABLE
from auxnet_keras.data.readers.catalogue import KINDS
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.config import optimization_text, signature_text
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.config.weighting_text import check_weighting
from auxnet_keras.export.catalogue import FORMATS
from auxnet_keras.losses.catalogue import DEPTH_LOSSES
from auxnet_keras.models.backbones import BACKBONES
from auxnet_keras.models.catalogue import NETWORKS
from auxnet_keras.optimizers.catalogue import OPTIMIZERS
from auxnet_keras.optimizers.schedules.catalogue import SCHEDULES
from auxnet_keras.weighting.catalogue import WEIGHTINGS
from tests.experiments.fixtures import scenes  # noqa: F401

PLUGIN = '''
"""A weighting, a network and a reader of a user's own, in a file outside the package."""

import keras

import auxnet_keras as ak
from auxnet_keras.data.readers.synthia import SynthiaSource


class Halved(ak.weighting.TaskWeighting):
    """The auxiliary task counts a given share.

    Args:
        share: Of the auxiliary task.
    """

    def __init__(self, share: float = 0.5) -> None:
        super().__init__()
        self.share = share

    def initial(self, tasks):
        return [1.0, self.share]


def TwoConvolutions(num_classes, input_shape, *, main, auxiliary, class_names=None):
    image = keras.Input(input_shape, name="image")
    features = keras.layers.Conv2D(8, 3, padding="same", activation="relu")(image)
    outputs = {
        "segmentation": keras.layers.Conv2D(num_classes, 1)(features),
        "depth": keras.layers.Conv2D(1, 1)(features),
    }
    return ak.models.AuxiliaryModel(
        image, outputs, main=main, auxiliary=auxiliary, class_names=class_names
    )


class Mine(SynthiaSource):
    """My scenes."""


def weights(model, path, *, size=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    model.save_weights(path)
    return ak.export.Verification(path, agreement=1.0, max_difference=None, images=0)


ak.weighting.register("halved", Halved, rule="half", source="nobody")
ak.models.register(
    "two-convolutions", TwoConvolutions, two_tasks=True, own_encoder=True, stride=1
)
ak.data.register("mine", Mine, about="my scenes")
ak.export.register("weights", weights, "mine.weights.h5", about="me")
'''


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    (tmp_path / "my_plugin.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("my_plugin")
    del sys.modules["my_plugin"]
    for catalogue, name in (
        (WEIGHTINGS, "halved"),
        (NETWORKS, "two-convolutions"),
        (KINDS, "mine"),
        (FORMATS, "weights"),
    ):
        catalogue.remove(name)


@pytest.mark.slow
def test_a_run_with_what_a_user_registered(plugin, scenes, tmp_path):  # noqa: F811
    run = ak.experiments.train(
        {
            "data": f"mine:{scenes}",
            "model": "two-convolutions",
            "weighting": "halved:0.25",
            "size": [32, 48],
            "batch_size": 4,
            "epochs": 1,
            "deterministic": False,
            "out": str(tmp_path / "run"),
        }
    )
    assert run.history["weight_depth"] == [0.25]
    ak.export.write(run.model(), ["weights"], tmp_path / "out")
    assert (tmp_path / "out" / "mine.weights.h5").is_file()
    assert run.results["data"].startswith("mine:") and run.config.weights == "none"


def test_a_users_weighting_is_read_by_its_signature(plugin):
    weighting = ak.experiments.weighting("halved:share=0.25")
    assert type(weighting) is plugin.Halved and weighting.share == 0.25
    with pytest.raises(ConfigError, match="did you mean 'share'"):
        ak.experiments.weighting("halved:shar=1")


def test_a_registered_weighting_says_which_values_it_needs():
    class Share(ak.weighting.TaskWeighting):
        """Needs a value."""

        def __init__(self, share: float) -> None:
            super().__init__()
            self.share = share

    ak.weighting.register("share", Share)
    try:
        with pytest.raises(ConfigError, match=r"The weighting 'share' needs share:share=\.\.\."):
            ak.experiments.RunConfig(data="street", weighting="share", out="run")
        assert ak.experiments.weighting("share:0.5").share == 0.5
    finally:
        WEIGHTINGS.remove("share")


@pytest.mark.parametrize(
    ("setting", "check", "least"),
    [
        ("weighting", check_weighting, 5),
        ("optimizer", optimization_text.optimizer, 2),
        ("schedule", optimization_text.schedule, 4),
    ],
)
def test_every_example_in_the_help_is_valid(setting, check, least):
    text = next(f for f in dataclasses.fields(RunConfig) if f.name == setting).metadata["help"]
    examples = text.partition("With values: ")[2].partition(". ")[0].rstrip(".").split(", ")
    assert len(examples) >= least
    for example in examples:
        check(example)


def test_every_class_that_keras_saves_is_registered_when_keras_is_imported():
    package = Path(ak.__file__).parent
    registering = {
        ".".join(path.relative_to(package.parent).with_suffix("").parts)
        for path in package.rglob("*.py")
        if "@keras.saving.register_keras_serializable" in path.read_text()
    }
    state = "auxnet_keras.weighting.base"  # its class is in no saved model: a fit attaches it
    assert registering - {state} == set(SERIALISABLE)


@pytest.mark.parametrize(
    "code", ["auxnet_keras.weighting.catalogue:Missing", "no_such_package.x:Y"]
)
def test_an_entry_whose_code_is_missing_is_named(code):
    with pytest.raises(ConfigError, match=rf"cannot be imported: .*Received: '{code}'"):
        resolve(code)


def test_names_are_taken_once():
    catalogue = Catalogue("colour", {"red": 1})
    catalogue.add("blue", 2)
    catalogue.add("blue", 2)
    assert list(catalogue) == ["red", "blue"] and catalogue.find("blue") == 2
    with pytest.raises(ConfigError, match="This colour name is already taken"):
        catalogue.add("red", 3)
    with pytest.raises(ConfigError, match="did you mean 'red'"):
        catalogue.find("reed")
    for name in ("", "Red", "a b", "a:b", None, 3):
        with pytest.raises(ConfigError, match="lower-case letters"):
            catalogue.add(name, 1)


def test_every_weighting_has_a_contract_test():
    from tests.weighting.contracts import VariantContract, WeightingContract
    from tests.weighting.test_rules import RULES

    root = Path(__file__).parent
    for path in root.glob("weighting/**/test_*.py"):
        importlib.import_module(".".join(("tests", *path.relative_to(root).with_suffix("").parts)))
    contracts = {*WeightingContract.__subclasses__(), *VariantContract.__subclasses__()}
    contracts -= {VariantContract}
    tested = {type(contract().make()) for contract in contracts}
    ruled = {WEIGHTINGS[name].weighting for name in RULES}
    assert {method.weighting for method in WEIGHTINGS.values()} <= tested | ruled


@pytest.mark.parametrize(
    "code",
    [
        entry.code
        for catalogue in (
            *(WEIGHTINGS, NETWORKS, BACKBONES, KINDS, FORMATS, DEPTH_LOSSES),
            *(OPTIMIZERS, SCHEDULES),
        )
        for entry in catalogue.values()
    ],
)
def test_every_entry_names_code_that_is_there(code):
    module, _, name = code.partition(":")
    assert callable(getattr(importlib.import_module(module), name))


def test_the_weightings_that_need_values():
    for method in WEIGHTINGS.values():
        given = inspect.signature(method.weighting).parameters.values()
        required = [each.name for each in given if each.default is inspect.Parameter.empty]
        assert method.needs_values or not required


def test_the_parameters_of_a_text_are_those_of_the_constructor():
    names = {name: list(signature_text.parameters(method)) for name, method in WEIGHTINGS.items()}
    assert names["fixed"] == ["segmentation", "depth"]
    assert names["twb"] == ["momentum", "mode", "normalize"]
    assert names["ftwb"] == ["focus", "momentum", "mode", "normalize"]
    assert names["class-wise"][:2] == ["step_size", "start_epoch"]
    assert names["class-wise"][-3:] == ["bins", "bin_rule", "task"]


def test_the_options_of_train_are_the_settings():
    import dataclasses

    from auxnet_keras.cli import app
    from auxnet_keras.experiments import RunConfig

    shown = CliRunner().invoke(app, ["train", "--help"], env={"COLUMNS": "200"}).output
    for field in dataclasses.fields(RunConfig):
        assert field.metadata["help"].endswith(".")
        if field.name != "root":
            assert f"--{field.name.replace('_', '-')}" in shown
            assert RunConfig.help_of(field)[:40] in " ".join(shown.split())
    for catalogue in (WEIGHTINGS, NETWORKS, BACKBONES):
        # Entries of other tests were registered after the command line was built.
        ours = [
            n for n, e in catalogue.items() if str(e.code).startswith(("auxnet_keras", "keras"))
        ]
        assert ours and all(name in shown for name in ours)
