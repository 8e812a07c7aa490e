"""What weightings say about themselves."""

import pytest

import auxnet_keras as ak
from auxnet_keras.weighting import summary
from tests.toys import toy_batches, toy_model


def fitted(weighting, **options):
    images, targets = toy_batches(1)
    model = toy_model(**options)
    model.compile("sgd")
    model.fit(images, targets, batch_size=4, verbose=0, callbacks=[weighting])
    return weighting


def test_before_it_is_attached_only_unusual_settings_are_named():
    assert repr(ak.weighting.MGDA()) == "<MGDA(), not attached to a model>"
    twb = ak.weighting.TaskWeightBalancing(momentum=0.5)
    assert repr(twb) == "<TaskWeightBalancing(momentum=0.5), not attached to a model>"
    assert "weight</th>" not in twb._repr_html_()
    assert "<td>normalize</td><td>False</td>" in twb._repr_html_()


def test_current_weights_of_tasks():
    fixed = fitted(ak.weighting.FixedWeights({"segmentation": 400.0, "depth": 0.5}))
    settings = "task_weights={'segmentation': 400.0, 'depth': 0.5}"
    assert repr(fixed) == f"<FixedWeights({settings}): segmentation 400, depth 0.5>"
    assert "<tr><td>segmentation</td><td>400</td></tr>" in fixed._repr_html_()
    twb = fitted(ak.weighting.TaskWeightBalancing())
    values = ", ".join(f"{task} {value:.4g}" for task, value in twb.weights.items())
    assert repr(twb).endswith(f"(): {values}>")


def test_current_weights_of_classes():
    inner = ak.weighting.FixedWeights({"segmentation": 2.0, "depth": 3.0})
    options = {"main": "depth", "auxiliary": "segmentation"}
    weighting = fitted(ak.weighting.ClassWiseWeighting(4, task_weighting=inner), **options)
    shown = weighting._repr_html_()
    for name, weight in {"segmentation": 2, "depth": 3, "0": 1, "3": 1}.items():
        assert f"<td>{name}</td><td>{weight}</td>" in shown
    assert "num_classes=4" in repr(weighting) and ": 6 weights, " in repr(weighting)


def test_names_of_classes_are_escaped():
    assert "<td>&lt;b&gt;</td><td>0.25</td>" in summary.html("W", {}, {"<b>": 0.25})
    assert "<td>bins</td><td>&#x27;&lt;i&gt;&#x27;</td>" in summary.html("W", {"bins": "<i>"}, None)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (4, "<W(): a 0, b 0.5, c 1, d 1.5>"),
        (5, "<W(): 5 weights, a 0 to e 2>"),
    ],
)
def test_many_weights_are_a_range(count, text):
    weights = {name: number / 2 for number, name in enumerate("abcde"[:count])}
    assert summary.line("W", {}, weights) == text
