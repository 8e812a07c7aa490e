"""Settings and classes as tables, and as hyperparameters by which TensorBoard compares runs."""

import numpy as np
from tensorboard.plugins.hparams import metadata

from auxnet_keras.callbacks.event_facts import class_table, config_table, hyperparameters

SETTINGS = {
    "weighting": "ftwb",
    "seed": 3,
    "augment": True,
    "size": [64, 96],
    "learning_rate": 1e-4,
    "limit": None,
    "root": "/data/x",
}


def test_all_settings_are_in_the_table():
    rows = config_table(SETTINGS).splitlines()[2:]
    assert rows == [
        "| weighting | ftwb |",
        "| seed | 3 |",
        "| augment | True |",
        "| size | 64, 96 |",
        "| learning_rate | 0.0001 |",
        "| limit | none |",
        "| root | /data/x |",
    ]


def test_classes_have_colours_if_all_are_known():
    palette = np.array([[128, 64, 128], [0, 0, 142]], np.uint8)
    assert class_table(["road", "car|s"], palette).splitlines()[2:] == [
        "| 0 | road | #804080 |",
        r"| 1 | car\|s | #00008e |",
    ]
    assert class_table(["road"], palette).splitlines()[2:] == ["| 0 | road |"]


def test_hyperparameters_are_the_settings_without_paths():
    content = {
        value.tag: value.metadata.plugin_data.content
        for summary in hyperparameters(SETTINGS, ["score/a/train"], "runs/a")
        for value in summary.value
    }
    experiment = metadata.parse_experiment_plugin_data(content[metadata.EXPERIMENT_TAG])
    assert [metric.name.tag for metric in experiment.metric_infos] == ["score/a/train"]
    infos = {info.name: info for info in experiment.hparam_infos}
    assert set(infos) == set(SETTINGS) - {"root"}
    assert [name for name, info in infos.items() if info.differs] == ["weighting", "seed"]
    start = metadata.parse_session_start_info_plugin_data(content[metadata.SESSION_START_INFO_TAG])
    assert start.group_name == "runs/a"
    values = start.hparams
    assert values["seed"].number_value == 3 and values["augment"].bool_value
    assert values["size"].string_value == "64, 96" and "limit" not in values
