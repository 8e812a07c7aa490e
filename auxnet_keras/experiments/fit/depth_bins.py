"""Bins of the true depth, for a class-wise weighting with depth as the auxiliary task.

They are measured once, before the first epoch, and kept in the run's manifest, so that a resumed
run has the same classes.
"""

from typing import TYPE_CHECKING, Any

from auxnet_keras.experiments.config import weighting_text

if TYPE_CHECKING:
    from auxnet_keras.experiments.config.run_config import RunConfig
    from auxnet_keras.experiments.run.run import Run

COUNT = 12
RULE = "quantile"


def edges_of(run: "Run", train: Any) -> list[float] | None:
    """The edges between the bins of a run, or `None` if it needs none.

    Args:
        run: Its weighting gives the number of bins or a preset; its manifest keeps the edges.
        train: The training data.

    Raises:
        ConfigError: As `auxnet_keras.data.depth_bins` and `preset_bins`.
        DataError: No pixel with depth.
    """
    config = run.config
    text = weighting_text.with_depth_bins(config.weighting)
    if text is None or config.tasks[1] != "depth":
        return None
    kept = run.manifest.content.get("depth_bins")
    if run.epochs_saved and kept is not None:
        return list(kept["edges"])
    bins, rule = text.measured.get("bins", COUNT), text.measured.get("bin_rule", RULE)
    facts = {"unit": run.depth_unit, **_make(run, train, bins, rule)}
    run.manifest.describe(depth_bins=facts)
    return list(facts["edges"])


def _make(run: "Run", train: Any, bins: int | str, rule: str) -> dict[str, Any]:
    from auxnet_keras import data

    if isinstance(bins, str):
        edges = data.preset_bins(bins, run.depth_unit, width=run.config.size[1])
        return {"preset": bins, "edges": edges.tolist()}
    edges = data.depth_bins(train, bins, rule)
    return {"rule": rule, "edges": edges.tolist()}


def check_preset(config: "RunConfig") -> None:
    """Refuses preset bins that cannot be converted to the unit of the training.

    Raises:
        ConfigError: As `auxnet_keras.data.preset_bins`.
    """
    from auxnet_keras import data

    text = weighting_text.with_depth_bins(config.weighting)
    bins = None if text is None else text.measured.get("bins")
    if isinstance(bins, str):
        unit = config.depth_unit or data.info(config.data, config.root).depth_unit
        data.preset_bins(bins, unit, width=config.size[1])
