"""What a run says before it starts, on the terminal and in its manifest."""

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from auxnet_keras.experiments import manifest
from auxnet_keras.experiments.run import Run
from auxnet_keras.experiments.run_log import logger

if TYPE_CHECKING:
    from auxnet_keras.data.frame import DatasetInfo, Frame
    from auxnet_keras.models import AuxiliaryModel


def record_facts(run: Run, info: "DatasetInfo", frames: Mapping[str, Sequence["Frame"]]) -> None:
    """Writes versions, seeds, device and data into the manifest, and that the run starts."""
    record = run.manifest
    resumed = bool(record.content["events"])
    record.describe(
        versions=manifest.versions(),
        git=manifest.git(),
        device=manifest.device(),
        seeds={"run": run.config.seed},
        deterministic=run.config.deterministic,
        data={
            "info": {**dataclasses.asdict(info), "palette": info.palette.tolist()},
            "depth_unit": run.config.depth_unit or info.depth_unit,
            "frames": {split: len(of_split) for split, of_split in frames.items()},
            "fingerprint": {split: fingerprint(of_split) for split, of_split in frames.items()},
        },
    )
    record.event("resume" if resumed else "start")


def fingerprint(frames: Sequence["Frame"]) -> str:
    """SHA-256 over the names of all frames and the sizes of their files.

    Of their sizes only: reading tens of thousands of files would delay every start by minutes.
    """
    digest = hashlib.sha256()
    for frame in frames:
        files = (frame.image, frame.label, frame.depth)
        sizes = [path.stat().st_size if path and path.is_file() else None for path in files]
        digest.update(repr((frame.name, sizes)).encode())
    return digest.hexdigest()


def describe_run(
    run: Run, model: "AuxiliaryModel", info: "DatasetInfo", train: Any, val: Any
) -> None:
    """Says what is about to be trained on what."""
    config = run.config
    where = config.data if config.root is None else f"{config.data}:{config.root}"
    trained, deployed = model.count_params(), model.main_model().count_params()
    unit = config.depth_unit or info.depth_unit
    finished = run.epochs_saved
    lines = {
        "network": f"{config.model}{_on(config.backbone)} ({_start(str(config.weights))}), "
        f"{'main task ' if config.tasks[1:] else ''}{config.main}, "
        f"{f'weighting {config.weighting}' if config.tasks[1:] else 'alone'}",
        "images": f"{len(train.source_frames)} to train on, {len(val.source_frames)} to validate "
        f"on, of {where}",
        "classes": f"{info.num_classes}: {', '.join(info.class_names)}; depth in {unit}",
        "input": f"{config.size[0]}x{config.size[1]}, {config.batch_size} images a step, "
        f"{len(train)} steps an epoch, {config.epochs} epochs",
        "parameters": f"{trained:,} in training, {deployed:,} deployed",
        "run folder": f"{run.path}" + (f" (after epoch {finished})" if finished else ""),
    }
    for name, text in lines.items():
        logger.info("%-11s %s", name, text)


def _on(backbone: str | None) -> str:
    return "" if backbone is None else f" on {backbone}"


def _start(weights: str) -> str:
    return {"none": "random weights", "imagenet": "ImageNet weights"}.get(weights, weights)
