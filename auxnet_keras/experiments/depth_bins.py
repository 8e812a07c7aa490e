"""The bins of the true depth that a class-wise weighting has where depth is the auxiliary task.

They are measured once, before the first epoch, and stand in the run's manifest: a resumed run has
the same classes.
"""

from typing import TYPE_CHECKING, Any

from auxnet_keras.errors import ConfigError, unknown

if TYPE_CHECKING:
    from auxnet_keras.experiments.run import Run

COUNT = 12
RULE = "quantile"


def check(bins: int | str | None, rule: str | None) -> None:
    """Refuses bins that cannot be.

    Args:
        bins: How many, or the name of a data set whose authors' edges are meant.
        rule: How they are measured.

    Raises:
        ConfigError: An unknown name, fewer than two bins, or a rule for edges that are given.
    """
    from auxnet_keras.data.bins import RULES

    if rule is not None and rule not in RULES:
        raise unknown("rule of depth bins", rule, RULES)
    if isinstance(bins, str):
        from auxnet_keras.data import preset_bins

        preset_bins(bins)
        if rule is not None:
            raise ConfigError(
                f"The edges of bins={bins} are given and not measured; leave bin_rule out. "
                f"Received: bin_rule={rule!r}."
            )
    elif bins is not None and bins < 2:
        raise ConfigError(
            "The depth is divided into two bins or more, for example bins=12. "
            f"Received: bins={bins}."
        )


def edges_of(run: "Run", train: Any) -> list[float] | None:
    """The edges between the bins of a run, or `None` if it needs none.

    Args:
        run: Its weighting says how many bins, or whose; its manifest keeps the edges.
        train: The training data.

    Raises:
        ConfigError: As `auxnet_keras.data.depth_bins` and `preset_bins`.
        DataError: No pixel with depth.
    """
    from auxnet_keras.experiments import weightings

    config = run.config
    method, parameters = weightings.parse(config.weighting)
    if method is not weightings.METHODS["class-wise"] or config.tasks[1] != "depth":
        return None
    kept = run.manifest.content.get("depth_bins")
    if run.epochs_saved and kept is not None:
        return list(kept["edges"])
    bins, rule = parameters.get("bins", COUNT), parameters.get("bin_rule", RULE)
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
