"""Weightings named by a text."""

import pytest

from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments import weightings


def test_none_is_no_weighting():
    assert weightings.weighting("none") is None


def test_fixed_takes_segmentation_then_depth():
    for spec in ("fixed:400,1", "fixed:depth=1,segmentation=400", " fixed:400, depth=1 "):
        weighting = weightings.weighting(spec)
        assert weighting.task_weights == {"segmentation": 400.0, "depth": 1.0}


def test_twb_defaults_and_parameters():
    from auxnet_keras.weighting import TaskWeightBalancing

    weighting = weightings.weighting("twb")
    assert type(weighting) is TaskWeightBalancing
    assert (weighting.momentum, weighting.mode, weighting.normalize) == (0.9, "detached", False)
    weighting = weightings.weighting("twb:0.5,normalize=true")
    assert (weighting.momentum, weighting.normalize) == (0.5, True)


def test_ftwb_parameters():
    weighting = weightings.weighting("ftwb:focus=2,mode=product")
    assert (weighting.focus, weighting.mode, weighting.momentum) == (2.0, "product", 0.0)
    assert weightings.weighting("ftwb:loss").focus == "loss"


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("ftwbb", "did you mean 'ftwb'"),
        ("", "Unknown weighting"),
        ("twb:momentun=0.5", "did you mean 'momentum'"),
        ("twb:momentum=much", "momentum=..."),
        ("twb:normalize=yes", "normalize"),
        ("fixed", "fixed:segmentation=...,depth=..."),
        ("fixed:400", "fixed:segmentation=...,depth=..."),
        ("fixed:1,2,3", "takes 2 value"),
        ("none:1", "takes 0 value"),
    ],
)
def test_what_cannot_be_read_gets_a_sentence(spec, says):
    with pytest.raises(ConfigError, match="Received") as caught:
        weightings.parse(spec)
    assert says in str(caught.value)


def test_the_weighting_itself_refuses_values_out_of_range():
    with pytest.raises(ConfigError, match="momentum must be in"):
        weightings.weighting("twb:momentum=1.5")
    with pytest.raises(ConfigError, match="finite number >= 0"):
        weightings.weighting("fixed:-1,1")
