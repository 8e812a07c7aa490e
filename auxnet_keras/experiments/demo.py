"""The demo: does depth help where labels are few? Two networks on built-in scenes, in minutes."""

import os
import sys
from pathlib import Path
from typing import Any

from auxnet_keras.core.fitted import fitted
from auxnet_keras.experiments.cluster.discovery import check_alone
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.fit.training import train
from auxnet_keras.experiments.outputs.exporting import default_formats
from auxnet_keras.experiments.outputs.strip import strip
from auxnet_keras.experiments.outputs.tables import comparison
from auxnet_keras.experiments.run.run import Run
from auxnet_keras.export.catalogue import FORMATS
from auxnet_keras.tables.table import Table

SIZE = (64, 96)
LABELS = 30
_LEFT = 13  # columns of what the places are
DEPTH_FIRST = 0.4
"""Epochs of depth for one with labels: five times as many steps, as docs/results found to help."""


def run_demo(out: str | Path, *, epochs: int = 100, scenes: int = 400) -> Table:
    """Trains SegNet and AuxNet with the labels of 30 scenes, and compares them.

    SegNet trains on the labelled scenes alone. AuxNet first trains depth on all scenes, then both
    tasks on the labelled ones, for as many steps as SegNet.

    Writes `scenes/`, a run folder for each network, `comparison.{md,csv,tex}` and `strip.png`
    (image, truth, both class maps, true and predicted depth, as in Figure 4 of the AuxNet paper).
    The same call resumes.

    Args:
        out: The folder to write to.
        epochs: Passes over the labelled scenes, for each network.
        scenes: Number of scenes to draw; about a fifth of them validate.

    Returns:
        The scores of both networks, their difference, and the position prior's.

    Raises:
        ConfigError: This is one of several processes of a cluster.
    """
    from auxnet_keras import data

    check_alone(os.environ, "The demo trains two runs, one after the other, in one process.")
    out = Path(out)
    root = out / "scenes"
    print(f"Drawing {scenes} street scenes in {root}", flush=True)
    data.street.write(root, scenes, seed=0, size=SIZE)
    first = max(1, round(DEPTH_FIRST * epochs))
    # Depth keeps a weight afterwards, or its decoder would fall behind the changing encoder.
    depth_first = {"weighting": "fixed:1,1", "auxiliary_first": first, "extra_share": 0.0}
    runs = {
        "SegNet": _trained("SegNet", root, out, {"model": "segnet", "epochs": epochs}),
        "AuxNet": _trained("AuxNet", root, out, {"epochs": epochs, **depth_first}),
    }
    table = _table({title: run.results for title, run in runs.items()})
    table.write(out, "comparison")
    strip(runs, data.source("street", root), out / "strip.png")
    table.show("\nScores on the validation scenes, at their own size")
    print(fitted(_where(out, runs), sys.stdout, _LEFT))
    print(fitted(f"\n{_finding(runs)}", sys.stdout))
    return table


def _trained(title: str, root: Path, out: Path, settings: dict[str, Any]) -> Run:
    print(f"\nTraining {title}", flush=True)
    config = _config(root, out / title.lower(), settings)
    return train(config)


def _config(root: Path, out: Path, settings: dict[str, Any]) -> RunConfig:
    return RunConfig(
        data="street",
        root=str(root),
        backbone="small",
        weights="none",
        size=SIZE,
        batch_size=8,
        labels=LABELS,
        learning_rate=1e-3,  # ten times the default: there are few steps, and no ImageNet weights
        depth_unit="inverse_depth",
        augment=True,
        validate_every=20,
        cache="memory",
        out=str(out),
        **settings,
    )


def _table(results: dict[str, Any]) -> Table:
    """The comparison, with the difference of the networks as its third column."""
    scores = comparison({**results, "position prior": results["SegNet"]["position_prior"]})
    rows = []
    for label, (single, helped, prior) in scores.rows:
        difference = None
        if isinstance(single, float) and isinstance(helped, float):
            difference = f"{helped - single:+.3f}"
        rows.append((label, (single, helped, difference, prior)))
    single, helped, prior = scores.columns
    return Table((single, helped, "difference", prior), tuple(rows))


def _where(out: Path, runs: dict[str, Run]) -> str:
    lines = {
        "picture": out / "strip.png",
        "table": out / "comparison.md",
        "export": runs["AuxNet"].path / "export" / FORMATS[default_formats()[0]].file,
        "run folders": ", ".join(str(run.path) for run in runs.values()),
        "TensorBoard": f"tensorboard --logdir {out}",
    }
    return "\n".join(f"{name:{_LEFT - 1}} {place}" for name, place in lines.items())


def _finding(runs: dict[str, Run]) -> str:
    """What was found, and how little one seed says."""
    single, helped = (run.results["segmentation"]["mean_iou"] for run in runs.values())
    points = 100 * (helped - single)
    return (
        f"With {LABELS} labels and depth for all scenes, the mean IoU of AuxNet differs from "
        f"SegNet's by {points:+.1f} points.\nThat is one seed, so no more than a hint; "
        "`auxnet study does-it-help` measures it with ten."
    )
