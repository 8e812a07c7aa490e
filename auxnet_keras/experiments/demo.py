"""The demo: trains two networks on built-in street scenes and compares them, in a few minutes."""

from pathlib import Path

from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.fit.training import train
from auxnet_keras.experiments.outputs.figures import strip
from auxnet_keras.experiments.outputs.tables import comparison
from auxnet_keras.experiments.run.run import Run
from auxnet_keras.tables.table import Table

NETWORKS = {"SegNet": ("segnet", "none"), "AuxNet": ("auxnet", "ftwb")}
SIZE = (96, 160)


def run_demo(out: str | Path, *, epochs: int = 12, scenes: int = 300) -> Table:
    """Trains SegNet and AuxNet with FTWB from random weights and compares them.

    Writes `scenes/`, a run folder for each network, `comparison.{md,csv,tex}` and `strip.png`
    (image, truth, both class maps, depth, as in Figure 4 of the AuxNet paper). The same call
    resumes.

    Args:
        out: The folder to write to.
        epochs: Passes over the scenes, for each network.
        scenes: Number of scenes to draw; about a fifth of them validate.

    Returns:
        The scores of both networks and of the position prior.
    """
    from auxnet_keras import data

    out = Path(out)
    root = out / "scenes"
    print(f"Drawing {scenes} street scenes in {root}", flush=True)
    data.street.write(root, scenes, seed=0)
    runs = {}
    for title, (model, weighting) in NETWORKS.items():
        print(f"\nTraining {title}", flush=True)
        runs[title] = train(_config(root, out / model, model, weighting, epochs))
    results = {title: run.results for title, run in runs.items()}
    table = comparison({**results, "position prior": results["SegNet"]["position_prior"]})
    table.write(out, "comparison")
    strip(runs, data.source("street", root), out / "strip.png")
    table.show("\nScores on the validation scenes, at their own size")
    print(_where(out, runs))
    return table


def _config(root: Path, out: Path, model: str, weighting: str, epochs: int) -> RunConfig:
    return RunConfig(
        data="street",
        root=str(root),
        model=model,
        weighting=weighting,
        backbone="small",
        weights="none",
        size=SIZE,
        batch_size=8,
        epochs=epochs,
        learning_rate=1e-3,  # ten times the default: there are few steps, and no ImageNet weights
        cache="memory",
        out=str(out),
    )


def _where(out: Path, runs: dict[str, Run]) -> str:
    lines = {
        "picture": out / "strip.png",
        "table": out / "comparison.md",
        "SavedModel": runs["AuxNet"].path / "export" / "saved_model" / "1",
        "run folders": ", ".join(str(run.path) for run in runs.values()),
        "TensorBoard": f"tensorboard --logdir {out}",
    }
    return "\n".join(f"{name:12} {place}" for name, place in lines.items())
