"""Learning Boost in both directions: each task is the main one once, from the same weights."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auxnet_keras.core.hosts import is_chief
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.cluster.membership import in_cluster
from auxnet_keras.experiments.config.config_file import as_config
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.fit.depth_bins import check_preset
from auxnet_keras.experiments.fit.training import train
from auxnet_keras.experiments.outputs.tables import comparison
from auxnet_keras.experiments.run.best_epoch import best_epoch
from auxnet_keras.experiments.run.folder import default_folder
from auxnet_keras.experiments.run.json_files import write_json
from auxnet_keras.experiments.run.run import Run
from auxnet_keras.tables.table import Table

ORDER = ("depth", "segmentation")
"""The order of main tasks, as in the paper."""


def learning_boost(config: RunConfig | Mapping[str, Any] | str | Path) -> dict[str, Run]:
    """Trains with depth as the main task, then with segmentation, and keeps the best of each.

    Both trainings have the same settings, data and seed and start from the same weights: from the
    run that `weights` names, or the same random ones. Each has its own run folder in `out`,
    `main_depth` or `main_segmentation`, with the best weights for its main task. Next to them,
    `summary.{md,csv,tex,json}` holds the scores of both. The same call resumes. With `single_task`,
    these are the two single-task baselines.

    Args:
        config: As for `train`; its `main` is ignored.

    Returns:
        Main task -> its finished run.

    Raises:
        ConfigError, DataError: As `train`; `out` is itself a run folder. Errors of the second
            training's settings are raised before the first one starts.

    Example:
        >>> settings = ak.experiments.recipe("learning-boost/vkitti") | {"root": "/data/vkitti"}
        >>> runs = ak.experiments.learning_boost(settings)  # doctest: +SKIP
        >>> runs["depth"].results["depth"]["abs_rel"]  # doctest: +SKIP

    Reference:
        Yim and Kim, Learning Boost by Exploiting the Auxiliary Task, 2020, Algorithm 1, line 13.
    """
    with in_cluster():
        base = as_config(config)
        check_preset(base)
        runs = {}
        for one in directions(base):
            if is_chief():
                print(f"\nMain task: {one.main}", flush=True)
            runs[one.main] = train(one)
        if is_chief():
            _summarize(runs, _folder(base))
    return runs


def _summarize(runs: Mapping[str, Run], out: Path) -> None:
    table = summary_table(runs)
    table.write(out, "summary")
    write_json({main: _facts(run) for main, run in runs.items()}, out / "summary.json")
    table.show("\nBest weights of each main task, on the validation frames")


def directions(base: RunConfig) -> list[RunConfig]:
    """The settings of both trainings, in their order.

    Raises:
        ConfigError: As `learning_boost`.
    """
    out = _folder(base)
    if (out / "config.yaml").exists():
        raise ConfigError(
            "Training in both directions writes two run folders inside `out`, and this folder is "
            f"itself a run; choose another. Received: {str(out)!r}."
        )
    if base.single_task and base.starts_from_run:
        raise ConfigError(
            "Each single task has its own network, so one run cannot be the start of both; "
            "train them one by one, with main=depth and main=segmentation. "
            f"Received: weights={base.weights!r}."
        )
    return [dataclasses.replace(base, main=main, out=str(out / f"main_{main}")) for main in ORDER]


def _folder(base: RunConfig) -> Path:
    return Path(base.out or f"{default_folder(base)}_both")


def summary_table(runs: Mapping[str, Run]) -> Table:
    """The table of both runs: validation losses at the best epoch, then the usual scores."""
    losses: list[dict[str, float]] = [best_epoch(run) for run in runs.values()]
    rows = tuple(
        (name, tuple(of_run.get(key) for of_run in losses))
        for key, name in (
            ("val_segmentation_loss", "validation loss, segmentation"),
            ("val_depth_loss", f"validation loss, depth [{next(iter(runs.values())).depth_unit}]"),
        )
        if any(key in of_run for of_run in losses)
    )
    scores = comparison({f"{main} main": run.results for main, run in runs.items()})
    return Table(scores.columns, rows + scores.rows)


def _facts(run: Run) -> dict[str, Any]:
    kept = best_epoch(run)
    losses = {key: kept[key] for key in kept if key in ("val_segmentation_loss", "val_depth_loss")}
    scores = {task: run.results[task] for task in ORDER if task in run.results}
    return {"run": str(run.path), "epoch": kept["epoch"], **losses, **scores}
