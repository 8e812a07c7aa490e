"""Every log has a group, and a chart in the layout; the main task's come first."""

import re

import pytest
from tensorboard.plugins.custom_scalar import layout_pb2

from auxnet_keras.callbacks.event_layout import compared_scores, layout
from auxnet_keras.callbacks.event_tags import is_by_batch, is_by_epoch, tag_of, tagged

LOGS = {
    "loss": "loss/total/train",
    "segmentation_loss": "loss/segmentation/train",
    "normals_loss": "loss/normals/train",
    "segmentation_mean_iou": "score/mean_iou/train",
    "segmentation_pixel_accuracy": "score/pixel_accuracy/train",
    "segmentation_iou_road": "iou/road/train",
    "segmentation_iou_a/b (x_loss)": "iou/a/b [x_loss]/train",
    "depth_abs_rel": "score/abs_rel/train",
    "depth_rmse": "depth/rmse/train",
    "normals_angle": "score/normals_angle/train",
    "accuracy": "score/accuracy/train",
    "weight_depth": "weight/depth",
    "class_weight_lane marking": "class_weight/lane marking",
    "class_weight_27.9-inf": "class_weight/27.9-inf",
    "gradient_norm_depth": "gradient/norm_depth/train",
    "gradient_cosine_segmentation_depth": "gradient/cosine_segmentation_depth/train",
    "gradient_condition": "gradient/condition/train",
    "learning_rate": "time/learning_rate",
    "images_per_second": "time/images_per_second",
    "skipped_batches": "time/skipped_batches",
}
VALIDATION = ("loss", "segmentation_loss", "segmentation_mean_iou", "depth_loss", "depth_abs_rel")


@pytest.mark.parametrize("name", LOGS)
def test_the_tag_of_a_log(name):
    tag = tag_of(name, "train")
    assert tag == LOGS[name]
    assert is_by_batch(tag) == (tag.startswith(("weight/", "class_weight/")))
    assert is_by_batch(tag) or is_by_epoch(tag)


def test_validation_is_another_line_of_the_same_score():
    assert tagged({"loss": 1.0, "val_loss": 2.0, "weight_depth": 3.0}) == {
        "loss/total/train": 1.0,
        "loss/total/validation": 2.0,
        "weight/depth": 3.0,
    }


def charts_of(tags, tasks):
    (value,) = layout(tags, tasks).value
    assert value.tag == "custom_scalars__config__"
    categories = layout_pb2.Layout.FromString(value.tensor.string_val[0]).category
    return {
        category.title: {
            chart.title: {
                tag for tag in tags if any(re.match(each, tag) for each in chart.multiline.tag)
            }
            for chart in category.chart
        }
        for category in categories
    }


def every_tag():
    logs = dict.fromkeys([*LOGS, "depth_loss", *(f"val_{name}" for name in VALIDATION)])
    logs |= {"segmentation_iou_sky": None, "val_segmentation_iou_sky": None}
    measured = tagged({name: None for name in logs if name.startswith("gradient_")}, "batch")
    return [*tagged(logs), "loss/segmentation/batch", "loss/depth/batch", *measured]


@pytest.mark.parametrize("main", ["segmentation", "depth"])
def test_the_layout_draws_every_tag_once_and_the_main_task_first(main):
    auxiliary = "depth" if main == "segmentation" else "segmentation"
    tags = every_tag()
    charts = charts_of(tags, (main, auxiliary))
    assert list(charts)[:3] == [f"{main} (main task)", f"{auxiliary} (auxiliary task)", "weights"]
    headline = {"segmentation": "mean_iou", "depth": "abs_rel"}
    titles = {"segmentation": "mean IoU", "depth": "abs rel"}
    for task, category in zip((main, auxiliary), charts, strict=False):
        assert charts[category] == {
            titles[task]: {
                f"score/{headline[task]}/train",
                f"score/{headline[task]}/validation",
            },
            f"{task} loss": {f"loss/{task}/train", f"loss/{task}/validation"},
            f"{task} loss, each batch": {f"loss/{task}/batch"},
        }
    assert charts["weights"]["class weights"] == {
        "class_weight/lane marking",
        "class_weight/27.9-inf",
    }
    assert charts["gradients"]["norms"] == {"gradient/norm_depth/batch"}
    assert charts["gradients"]["cosines, mean of each epoch"] == {
        "gradient/cosine_segmentation_depth/train"
    }
    assert charts["classes"] == {
        "IoU of every class, validation": {"iou/sky/validation"},
        "IoU of every class, train": {"iou/sky/train", "iou/road/train", "iou/a/b [x_loss]/train"},
    }
    drawn = [tag for category in charts.values() for chart in category.values() for tag in chart]
    assert sorted(drawn) == sorted(tags)


def test_a_model_without_tasks_has_its_scores_open():
    charts = charts_of(["loss/total/train", "score/accuracy/train", "time/epoch"], ())
    assert charts == {
        "time": {"epoch": {"time/epoch"}},
        "more scores": {"accuracy": {"score/accuracy/train"}, "total loss": {"loss/total/train"}},
    }


def test_runs_are_compared_by_the_main_tasks_score_first():
    expected = [
        "score/abs_rel/validation",
        "loss/depth/validation",
        "score/mean_iou/validation",
        "loss/segmentation/validation",
        "score/abs_rel/train",
        "score/mean_iou/train",
    ]
    assert compared_scores(every_tag(), ("depth", "segmentation")) == expected
    # TensorBoard takes the columns of one run for all of them.
    assert compared_scores([], ("depth",)) == expected
    tags = ["loss/total/train", "loss/total/running", "score/accuracy/train", "weight/x"]
    assert compared_scores(tags, ()) == ["score/accuracy/train", "loss/total/train"]
