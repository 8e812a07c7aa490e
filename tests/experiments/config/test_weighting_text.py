"""Weightings given as text."""

import pytest

from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.config import weighting_text as weightings


def test_none_is_no_weighting():
    assert weightings.weighting("none") is None


def test_fixed_takes_segmentation_then_depth():
    for spec in ("fixed:400,1", "fixed:depth=1,segmentation=400", " fixed:400, depth=1 "):
        weighting = weightings.weighting(spec)
        assert weighting.task_weights == {"segmentation": 400.0, "depth": 1.0}


def test_fixed_takes_further_tasks_by_name():
    weighting = weightings.weighting("fixed:400,1,scene=2")
    assert weighting.task_weights == {"segmentation": 400.0, "depth": 1.0, "scene": 2.0}


def test_a_plus_combines():
    from auxnet_keras.weighting import Combined

    spec = "class-wise:window=2,bins=4,task=fixed:1e+2,1 + mgda+schedule:0:1/1,20:1/0"
    weighting = weightings.weighting(spec, [1.0, 2.0])
    assert type(weighting) is Combined
    names = [type(part).__name__ for part in weighting.composition.levels.values()]
    assert names == ["ClassWiseWeighting", "FixedWeights", "MGDA", "WeightSchedule"]
    assert weighting.members[0].depth_bins == [1.0, 2.0]
    assert weightings.with_depth_bins(spec).measured == {"bins": 4}
    assert weightings.with_depth_bins("twb+mgda") is None


@pytest.mark.parametrize("spec", ["twb+ftwb", "twb:mode=product+mgda"])
def test_what_does_not_combine_is_refused_early(spec):
    with pytest.raises(ConfigError, match="Received"):
        weightings.check_weighting(spec)


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
        ("schedule", "schedule:TIME:SEGMENTATION/DEPTH,unit=...,linear=..."),
        ("schedule:linear=true", "schedule:TIME:SEGMENTATION/DEPTH"),
        ("schedule:0:1", "value of points"),
        ("schedule:now:1/1", "value of points"),
        ("schedule:0:1/much", "value of points"),
        ("schedule:0:1/1,when=steps", "Unknown parameter"),
        ("first-loss:batches=few", "batches=..."),
        ("fixed:1,2,3", "further tasks by their names"),
        ("fixed:1,scene=2,3", "Unknown parameter"),
        ("fixed:1,2,scene=much", "value of scene"),
        ("none+twb", "cannot be combined"),
        ("twb+none", "cannot be combined"),
        ("twb+", "Unknown weighting"),
        ("twb+mgdaa", "did you mean 'mgda'"),
        ("none:1", "takes no values"),
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


def test_a_schedule_has_times_before_weights():
    from auxnet_keras.weighting import WeightSchedule

    weighting = weightings.weighting("schedule:0:0/1, 20:1/1,60:1/0.5,linear=true")
    assert type(weighting) is WeightSchedule
    assert weighting.points == {
        0: {"segmentation": 0.0, "depth": 1.0},
        20: {"segmentation": 1.0, "depth": 1.0},
        60: {"segmentation": 1.0, "depth": 0.5},
    }
    assert (weighting.unit, weighting.linear) == ("epochs", True)
    inner = weightings.weighting("class-wise:window=3,task=schedule:0:1/1,500:1/0,unit=steps")
    assert list(inner.task_weighting.points) == [0, 500]
    assert inner.task_weighting.unit == "steps"


def test_first_loss_takes_a_number_of_batches():
    assert weightings.weighting("first-loss").batches == 1
    assert weightings.weighting("first-loss:20").batches == 20


def test_class_wise_parameters():
    from auxnet_keras.weighting import ClassWiseWeighting, TaskWeightBalancing

    weighting = weightings.weighting("class-wise")
    assert type(weighting) is ClassWiseWeighting
    assert (weighting.step_size, weighting.start_epoch, weighting.depth_bins) == (2e-4, 20, None)
    weighting = weightings.weighting(
        "class-wise:0.001,12,window=10,normalize_by=class,rule=sign,epsilon=1e-6,bins=6,task=twb",
        [1.0, 2.0],
    )
    assert (weighting.step_size, weighting.start_epoch, weighting.window) == (0.001, 12, 10)
    assert (weighting.normalize_by, weighting.rule, weighting.epsilon) == ("class", "sign", 1e-6)
    assert weighting.depth_bins == [1.0, 2.0]
    assert isinstance(weighting.task_weighting, TaskWeightBalancing)


def test_gradient_methods():
    assert weightings.weighting("mgda").representation is False
    assert weightings.weighting("mgda:representation=true").representation is True
    pareto = weightings.weighting("pareto:3,4")
    assert pareto.preference.tolist() == pytest.approx([0.6, 0.8])


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("class-wise:bins=1", "depth bins, 2 or more"),
        ("class-wise:bins=kiti", "Unknown preset"),
        ("class-wise:bin_rule=logs", "did you mean 'log'"),
        ("class-wise:bins=vkitti,bin_rule=log", "leave out bin_rule"),
        ("class-wise:step_size=0", "step_size must be"),
        ("class-wise:task=none2", "Unknown weighting"),
    ],
)
def test_class_wise_refuses_what_cannot_be(spec, says):
    with pytest.raises(ConfigError, match="Received") as caught:
        weightings.check_weighting(spec)
    assert says in str(caught.value)
