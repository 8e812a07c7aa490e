"""What a run reports before it starts, on the terminal and in its manifest."""

import dataclasses
from typing import TYPE_CHECKING, Any

from auxnet_keras.core.backend import BACKENDS, backend
from auxnet_keras.core.macs import macs_text
from auxnet_keras.core.printable import printable
from auxnet_keras.core.tasks import TASKS
from auxnet_keras.data.example import TARGETS
from auxnet_keras.data.sampling import MixedPass
from auxnet_keras.experiments.cluster.devices import described as devices_text
from auxnet_keras.experiments.cluster.devices import device_facts
from auxnet_keras.experiments.run import manifest
from auxnet_keras.experiments.run.costs import network_costs
from auxnet_keras.experiments.run.log import logger
from auxnet_keras.experiments.run.run import Run

if TYPE_CHECKING:
    from auxnet_keras.data.frame import DatasetInfo
    from auxnet_keras.data.plan import Plan
    from auxnet_keras.experiments.config.run_config import RunConfig
    from auxnet_keras.models import AuxiliaryModel


def record_facts(run: Run, info: "DatasetInfo", train: Any, val: Any) -> None:
    """Writes seeds, data and the start of the run, with backend, versions, device, to the manifest.

    These four, at the top, are those of the first start that saved something.
    """
    record = run.manifest
    plans = {"train": train.plan, "val": val.plan}
    extra = train.plan.extra_contents
    resumed = bool(record.content["events"])
    machine = {
        "backend": backend(),
        "versions": manifest.versions(),
        "git": manifest.git(),
        "device": manifest.device(),
        "trained_on": device_facts(run.config),
    }
    before = {} if run.position_saved == (0, 0) else record.content
    record.describe(
        **{name: before.get(name, fact) for name, fact in machine.items()},
        seeds={"run": run.config.seed},
        deterministic=run.config.deterministic,
        data={
            "info": {**dataclasses.asdict(info), "palette": info.palette.tolist()},
            "depth_unit": run.config.depth_unit or info.depth_unit,
            "frames": {split: len(plan.frames) for split, plan in plans.items()},
            "targets": {
                split: {task: len(plan.indices_with(task)) for task in TASKS}
                for split, plan in plans.items()
            },
            "fingerprint": {
                **{split: plan.contents.fingerprint for split, plan in plans.items()},
                **({} if extra is None else {"extra": extra.fingerprint}),
            },
        },
    )
    record.event("resume" if resumed else "start", **machine)


def describe_run(
    run: Run, model: "AuxiliaryModel", info: "DatasetInfo", train: Any, val: Any
) -> None:
    """Logs what will be trained on which data; the manifest keeps what the network costs."""
    config = run.config
    where = config.data if config.root is None else f"{config.data}:{config.root}"
    costs = network_costs(model)
    run.manifest.describe(parameters=costs.parameters, macs=costs.macs)
    unit = config.depth_unit or info.depth_unit
    epochs, batches = run.position_saved
    alone = config.auxiliary_first and (
        f"{config.tasks[1]} alone for {config.auxiliary_first} epochs over "
        f"{len(train.plan.indices_with(config.tasks[1]))} images"
    )
    lines = {
        "network": f"{config.model}{_on(config.backbone)} ({_start(str(config.weights))}), "
        f"{'main task ' if config.tasks[1:] else ''}{config.main}, "
        f"{f'weighting {config.weighting}' if config.tasks[1:] else 'alone'}",
        "images": f"{_trained_on(train.plan)}, {len(val.source_frames)} to validate on, "
        f"from {where}",
        **({"first": alone} if alone else {}),
        "targets": _targets(train.plan, unit),
        **({"classes": _classes(info)} if info.class_names else {}),
        "input": f"{config.size[0]}x{config.size[1]}, {config.batch_size} images per step, "
        f"{len(train)} steps per epoch, {config.epochs} epochs",
        "parameters": "{trained:,} in training, {deployed:,} deployed".format(**costs.parameters),
        "compute": f"{macs_text(costs.macs['trained'])} in training, "
        f"{macs_text(costs.macs['deployed'])} deployed, forward pass of one image",
        "optimizer": _optimizer(config),
        "device": f"{_device(run.manifest.content['device'])}, {BACKENDS[backend()]}"
        f"{_trained_on_devices(run)}",
        "run folder": f"{run.path}" + _after(epochs, batches),
    }
    for name, text in lines.items():
        logger.info("%-11s %s", name, text, extra={"indent": 12})


def _optimizer(config: "RunConfig") -> str:
    drops = config.learning_rate_drops or {}
    later = "".join(f", {rate:g} after {epochs} epochs" for epochs, rate in drops.items())
    schedule = "" if config.schedule == "constant" or drops else f", schedule {config.schedule}"
    precision = "" if config.precision == "float32" else f", {config.precision}"
    return f"{config.optimizer}, learning rate {config.learning_rate:g}{later}{schedule}{precision}"


def _device(facts: dict[str, Any]) -> str:
    gpus = ", ".join(map(str, facts["gpus"]))
    return f"GPU {gpus}" if gpus else f"CPU {facts['cpu']}, {facts['threads']} thread(s)"


def _trained_on_devices(run: Run) -> str:
    """Such as `, trains on 2 devices (began on 1 device)`; "" for one device from the start."""
    began, now = run.manifest.content["trained_on"], device_facts(run.config)
    if began == now:
        return "" if now["devices"] == 1 else f", trains on {devices_text(now)}"
    return f", trains on {devices_text(now)} (began on {devices_text(began)})"


def _targets(plan: "Plan", unit: str) -> str:
    """Such as `30 of 800 with segmentation, 800 of 800 with depth, in metres`."""
    shown = []
    for task, what in TARGETS.items():
        if plan.source.declares(what):
            count = len(plan.indices_with(task))
            in_unit = f", in {unit}" if task == "depth" and count else ""
            shown.append(f"{count} of {len(plan.frames)} with {task}{in_unit}")
    return ", ".join(shown)


def _classes(info: "DatasetInfo") -> str:
    return f"{info.num_classes}: {printable(', '.join(info.class_names))}"


def _trained_on(plan: "Plan") -> str:
    """Such as `800 to train on: 30 with the target of segmentation and 4 of 8 per step without`."""
    everything = f"{len(plan.frames)} to train on"
    if not isinstance(plan.sampling, MixedPass):
        return everything
    labelled, extra = len(plan.sampling.labelled), plan.sampling.extra_in_batch
    others = f" and {extra} of {plan.batch_size} per step without" if extra else ""
    return f"{everything}: {labelled} with the target of {plan.main}{others}"


def _after(epochs: int, batches: int) -> str:
    if not epochs and not batches:
        return ""
    within = f"batch {batches} of epoch {epochs + 1}" if batches else f"epoch {epochs}"
    return f" (newest checkpoint: after {within})"


def _on(backbone: str | None) -> str:
    return "" if backbone is None else f" on {backbone}"


def _start(weights: str) -> str:
    return {"none": "random weights", "imagenet": "ImageNet weights"}.get(weights, weights)
