"""Run folders as a training leaves them, without a training."""

import csv
import json

import numpy as np

from auxnet_keras import data
from auxnet_keras._version import __version__
from auxnet_keras.experiments.config.config_file import write_config
from auxnet_keras.experiments.config.run_config import RunConfig

CLASSES = data.info("street").class_names


def write_run(
    folder,
    mean_iou=0.3,
    *,
    ious=None,
    abs_rel=0.2,
    version=__version__,
    backend=None,
    fingerprint="f00d" * 16,
    finished=True,
    losses=(0.5, 0.1),
    pace=20.0,
    frames=800,
    **settings,
):
    """Writes a finished run of street scenes; `ious` changes those of single classes."""
    config = RunConfig(
        **{
            "data": "street",
            "root": str(folder.parent / "scenes"),
            "model": "segnet",
            "backbone": "small",
            "weights": "none",
            "size": (32, 64),
            "batch_size": 4,
            "epochs": 3,
            **settings,
        }
    )
    folder.mkdir(parents=True)
    write_config(config, folder / "config.yaml")
    info = data.info("street")
    facts = {
        "events": [{"event": "start"}, *([{"event": "end"}] if finished else [])],
        "artefacts": {},
        "versions": {"auxnet_keras": version},
        **({} if backend is None else {"backend": backend}),
        "parameters": {"trained": 23_672_264, "deployed": 23_672_264},
        "data": {
            "info": {**vars(info), "palette": np.asarray(info.palette).tolist()},
            "depth_unit": "metres",
            "frames": {"train": frames, "val": 200},
            "targets": {"train": {"segmentation": frames, "depth": frames}},
            "fingerprint": {"train": "0" * 64, "val": fingerprint},
        },
    }
    (folder / "manifest.json").write_text(json.dumps(facts, default=str))
    results = {"data": "street", "split": "val", "frames": 200, "position_prior": {}}
    if "segmentation" in config.tasks:
        of_class = {f"iou_{name}": mean_iou for name in CLASSES if name != "void"}
        of_class |= {f"iou_{name}": value for name, value in (ious or {}).items()}
        results["segmentation"] = {"mean_iou": mean_iou, "fw_iou": 0.6, **of_class}
    if "depth" in config.tasks:
        results["depth"] = {"abs_rel": abs_rel, "rmse": 4.0}
    (folder / "results.json").write_text(json.dumps(results))
    with (folder / "history.csv").open("w", newline="") as file:
        columns = [f"val_{task}_loss" for task in config.tasks]
        writer = csv.writer(file)
        scores = ["val_segmentation_mean_iou"] if "segmentation" in config.tasks else []
        writer.writerow(["epoch", *columns, *scores, "seconds", "images_per_second"])
        last = dict(zip(("segmentation", "depth"), losses, strict=True))
        for epoch in range(3):
            values = [last[task] + 2 - epoch for task in config.tasks]
            reached = [mean_iou * (epoch + 1) / 3 for _ in scores]
            writer.writerow([epoch + 1, *values, *reached, 3.0, pace if epoch else 1.0])
    return folder


def write_study(folder, *, budgets=(None,), seeds=range(4), gain=0.02, noise=0.002):
    """A study of `segnet`, `auxnet` (better by `gain`) and `auxnet ftwb` (worse by it)."""
    rng = np.random.default_rng(0)
    for budget in budgets:
        extra = {} if budget is None else {"labels": budget}
        level = 0.3 if budget is None else 0.2 + 0.03 * np.log(budget / 10)
        for seed in seeds:
            base = level + rng.normal(0, 0.01)
            for arm, shift, settings in (
                ("segnet", 0.0, {}),
                ("auxnet", gain, {"model": "auxnet"}),
                ("ftwb", -gain, {"model": "auxnet", "weighting": "ftwb"}),
            ):
                value = float(base + shift + (rng.normal(0, noise) if shift else 0))
                path = folder / arm / f"labels-{budget}" / f"seed-{seed}"
                write_run(path, value, seed=seed, ious={"pole": None}, **settings, **extra,
                          root=str(folder / "scenes"))  # fmt: skip
    return folder
