"""`auxnet info`: what a run or a network is, what it costs, how good it is."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from auxnet_keras.commands import completion
from auxnet_keras.commands.places import check_file
from auxnet_keras.commands.quiet import start_backend
from auxnet_keras.commands.say import say
from auxnet_keras.core.macs import macs_text
from auxnet_keras.core.printable import printable
from auxnet_keras.models.backbones import BACKBONES
from auxnet_keras.models.catalogue import NETWORKS

_LEFT = 14  # columns of the names


def command(
    given: Annotated[
        str,
        typer.Argument(
            metavar="RUN|MODEL",
            help=f"Run folder, .keras file, or a network: {', '.join(NETWORKS)}.",
            autocompletion=completion.one_of(lambda: NETWORKS),
        ),
    ],
    size: Annotated[
        tuple[int, int],
        typer.Option("--size", metavar="H W", help="For a network: height and width."),
    ] = (224, 384),
    classes: Annotated[
        int, typer.Option("--classes", metavar="N", min=1, help="For a network: classes.")
    ] = 12,
    backbone: Annotated[
        str | None,
        typer.Option(
            "--backbone",
            metavar="NAME",
            help=f"For a network: {', '.join(BACKBONES)}. Default: resnet50.",
            autocompletion=completion.one_of(lambda: BACKBONES),
        ),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Also write everything to FILE.")
    ] = None,
) -> None:
    """Show parameters, multiply-accumulates, memory, versions, data and best scores."""
    check_file(json_file, "--json")
    from auxnet_keras.experiments.info import info, needs_keras
    from auxnet_keras.experiments.run.json_files import write_json

    if needs_keras(given, size=size, backbone=backbone):
        start_backend()
    facts = info(given, size=size, classes=classes, backbone=backbone)
    for name, text in _lines(facts):
        say(f"{name:{_LEFT}}{printable(text)}", _LEFT)
    if json_file is not None:
        write_json(facts, json_file)


def _lines(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The facts as lines: a name, and what to say."""
    if "run" in facts:
        yield "run", facts["run"]
        yield from _settings(facts["settings"])
        epochs = facts["epochs"]
        state = "finished" if facts["finished"] else "not finished"
        yield "epochs", f"{epochs['finished']} of {epochs['of']}, {state}"
    elif "file" in facts:
        yield "file", f"{facts['file']}, {_megabytes(facts['bytes'])}, saved {facts['saved']}"
        yield "network", facts["network"]
    else:
        on = f" on {facts['backbone']}" if facts["backbone"] else ""
        height, width = facts["size"]
        yield "network", f"{facts['network']}{on}, {height}x{width}, {facts['classes']} classes"
    yield "parameters", _both(facts["parameters"], "{:,}".format)
    yield "compute", f"{_both(facts['macs'], macs_text)}, forward pass of one image"
    yield "weights", f"{_both(facts['weights_bytes'], _megabytes)}, float32"
    if facts.get("memory"):
        peaks = (f"{_megabytes(size)} of {where}" for where, size in facts["memory"].items())
        yield "memory", f"at most {', '.join(peaks)} while it trained"
    if "data" in facts:
        yield from _data(facts)
    if facts.get("versions"):
        yield (
            "versions",
            ", ".join(f"{name} {number}" for name, number in facts["versions"].items()),
        )
    if "best" in facts:
        yield from _scores(facts["best"], "" if facts["finished"] else facts["data"]["depth_unit"])


def _settings(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    on = f" on {config['backbone']}" if config["backbone"] else ""
    alone = ", alone" if config["single_task"] else f", weighting {config['weighting']}"
    yield "network", f"{config['model']}{on}, main task {config['main']}{alone}"
    height, width = config["size"]
    yield "input", f"{height}x{width}, {config['batch_size']} images per step"
    where = config["data"] if config["root"] is None else f"{config['data']}:{config['root']}"
    yield "data", where


def _data(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    data = facts["data"]
    frames = ", ".join(f"{count} {split}" for split, count in data["frames"].items())
    yield "frames", f"{frames}; depth in {data['depth_unit']}"
    if data["classes"]:
        yield "classes", f"{len(data['classes'])}: {', '.join(data['classes'])}"


def _scores(best: Mapping[str, Any], unit: str) -> Iterator[tuple[str, str]]:
    """The best scores; those of a run that is not finished have the unit of its depth."""
    from auxnet_keras.experiments.outputs.tables import LABELS

    size = ", validated at the training size" if unit else ""
    in_unit = f"[{unit or 'm'}]"
    yield "best epoch", f"{best['epoch']}{size}"
    for task, scores in best.items():
        if not isinstance(scores, Mapping):
            continue
        shown = [
            f"{label.replace('[m]', in_unit)} {scores[key]:.3f}"
            for key, label in LABELS.items()
            if scores.get(key) is not None
        ]
        yield task, ", ".join(shown)


def _both(value: Any, text: Any) -> str:
    """Such as `23,676,142 in training, 23,672,264 deployed`."""
    if not isinstance(value, Mapping):
        return text(value)
    return f"{text(value['trained'])} in training, {text(value['deployed'])} deployed"


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.1f} MiB"
