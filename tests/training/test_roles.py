"""Which outputs are the main and the auxiliary tasks, and what is said about a wrong choice."""

import pytest

import auxnet_keras as ak
from auxnet_keras.training.roles import checked_auxiliary
from tests.toys import three_tasks_model

OUTPUTS = ("segmentation", "depth", "scene")


@pytest.mark.parametrize(
    ("auxiliary", "expected"),
    [
        ("depth", "depth"),
        (("depth",), "depth"),
        (["depth", "scene"], ("depth", "scene")),
        (("scene", "depth"), ("scene", "depth")),
        (None, None),
    ],
)
def test_one_several_or_none(auxiliary, expected):
    assert checked_auxiliary("segmentation", auxiliary, OUTPUTS) == expected


@pytest.mark.parametrize(
    ("main", "auxiliary", "says"),
    [
        ("segmentatoin", "depth", "as main=; did you mean 'segmentation'"),
        ("segmentation", ("depth", "scenes"), "as auxiliary=; did you mean 'scene'"),
        ("segmentation", ("depth", "segmentation"), "two different outputs"),
        ("segmentation", ("depth", "scene", "depth"), "'depth' is there twice"),
        ("segmentation", (), "at least one output"),
        ("segmentation", 3, "a list or tuple of names"),
        ("segmentation", {"depth", "scene"}, "a list or tuple of names"),
        ("segmentation", (("depth",),), "Unknown output given as auxiliary="),
    ],
)
def test_a_wrong_name_is_told(main, auxiliary, says):
    with pytest.raises(ak.errors.ConfigError, match=says) as caught:
        checked_auxiliary(main, auxiliary, OUTPUTS)
    assert "Received: " in str(caught.value)


def test_a_model_knows_its_tasks_in_order():
    model = three_tasks_model("depth", ("scene", "segmentation"))
    assert model.tasks == ("depth", "scene", "segmentation")
    assert model.auxiliary == ("scene", "segmentation")
    one = three_tasks_model(auxiliary=("depth",))
    assert (one.auxiliary, one.tasks) == ("depth", ("segmentation", "depth"))
