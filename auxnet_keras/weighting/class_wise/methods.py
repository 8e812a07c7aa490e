"""The class-wise weighting by name."""

from auxnet_keras.weighting.method import Method

_HERE = "auxnet_keras.weighting.class_wise"

METHODS: dict[str, Method] = {
    "class-wise": Method(
        f"{_HERE}.class_wise:ClassWiseWeighting",
        "a weight per class of the auxiliary task, adapted to what the main task gains",
        "Learning Boost, Algorithm 1",
        short_names={"task": "task_weighting"},
        from_run=("num_classes", "depth_bins"),
        measured={"bins": int | str, "bin_rule": str},
    ),
}
