"""What TensorBoard shows of a fit besides curves: settings, classes and hyperparameters."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from auxnet_keras.tables.table import Table

_SHOWN = ("labels", "main", "model", "seed", "weighting")
"""Hyperparameters that TensorBoard shows at first; the others can be added."""

_PATHS = ("root", "cache", "out")  # of a machine, not of an experiment


def settings_of(model: keras.Model) -> dict[str, Any]:
    """The settings of a fit as far as the model knows them."""
    weighting = getattr(model, "weighting", None)
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)  # of mixed precision
    rate = float(ops.convert_to_numpy(optimizer.learning_rate))
    return {
        "model": model.name,
        "main": getattr(model, "main", None),
        "auxiliary": getattr(model, "auxiliary", None),
        "weighting": None if weighting is None else _described(weighting),
        "optimizer": type(optimizer).__name__,
        "learning_rate": float(f"{rate:.6g}"),
        "parameters": model.count_params() if model.built else None,
    }


def config_table(settings: Mapping[str, Any]) -> str:
    """The settings as a Markdown table."""
    rows = tuple((name, (_shown(value),)) for name, value in settings.items())
    return Table(("value",), rows, corner="setting").markdown()


def class_table(names: Sequence[str], palette: Sequence[Any] | np.ndarray) -> str:
    """Id, name and colour of every class as a Markdown table.

    Args:
        names: K names.
        palette: uint8 [K, 3], RGB; without colours of all classes the table has none.
    """
    columns: tuple[str, ...] = ("class",)
    cells: list[tuple[str, ...]] = [(name,) for name in names]
    if len(palette) == len(names):
        columns = (*columns, "colour")
        colours = ("#{:02x}{:02x}{:02x}".format(*colour) for colour in palette)
        cells = list(zip(names, colours, strict=True))
    rows = tuple((str(number), cell) for number, cell in enumerate(cells))
    return Table(columns, rows, corner="id").markdown()


def hyperparameters(settings: Mapping[str, Any], metrics: Sequence[str], trial: str) -> list[Any]:
    """Summaries for TensorBoard's tab HParams, which compares the runs of a folder.

    Args:
        settings: Name to value; paths are left out.
        metrics: Tags of the scores to compare.
        trial: What distinguishes runs with the same settings, such as the folder.
    """
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2, summary_v2

    values = {name: _plain(value) for name, value in settings.items() if name not in _PATHS}
    types: dict[type, int] = {bool: api_pb2.DATA_TYPE_BOOL, float: api_pb2.DATA_TYPE_FLOAT64}
    experiment = api_pb2.Experiment(
        hparam_infos=[
            api_pb2.HParamInfo(
                name=name,
                type=types.get(type(value), api_pb2.DATA_TYPE_STRING),
                differs=name in _SHOWN,
            )
            for name, value in values.items()
        ],
        metric_infos=[api_pb2.MetricInfo(name=api_pb2.MetricName(tag=tag)) for tag in metrics],
        time_created_secs=time.time(),
    )
    content = plugin_data_pb2.HParamsPluginData(experiment=experiment)
    described = Summary.Value(
        tag=metadata.EXPERIMENT_TAG,
        metadata=metadata.create_summary_metadata(content),
        tensor=metadata.NULL_TENSOR,
    )
    given = {name: value for name, value in values.items() if value is not None}
    return [Summary(value=[described]), summary_v2.hparams_pb(given, trial_id=trial)]


def _described(weighting: Any) -> str:
    """Such as `FocusedTaskWeightBalancing(focus=loss)`."""
    given = ", ".join(f"{name}={_shown(value)}" for name, value in weighting.get_config().items())
    return f"{type(weighting).__name__}({given})"


def _plain(value: Any) -> bool | float | str | None:
    if value is None or isinstance(value, bool):
        return value
    return float(value) if isinstance(value, int | float) else _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_shown, value))
    if isinstance(value, float):
        return f"{value:.6g}"
    return "none" if value is None else str(value)
