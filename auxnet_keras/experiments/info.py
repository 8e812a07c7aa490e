"""What a run or a network is and costs, without training or loading it."""

from pathlib import Path
from typing import Any

from auxnet_keras.core.macs import macs
from auxnet_keras.errors import AuxnetError, ConfigError, unknown
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.run.best_epoch import best_scores
from auxnet_keras.experiments.run.costs import Costs, network_costs
from auxnet_keras.experiments.run.json_files import damaged
from auxnet_keras.experiments.run.network import network
from auxnet_keras.experiments.run.run import Run, load_run
from auxnet_keras.models.catalogue import NETWORKS
from auxnet_keras.safety.keras_config import read_keras_config

_BYTES = 4  # of a number in float32


def info(
    given: str | Path,
    *,
    size: tuple[int, int] = (224, 384),
    classes: int = 12,
    backbone: str | None = None,
) -> dict[str, Any]:
    """Parameters, multiply-accumulates, memory, versions, data and best scores.

    Nothing is computed on images. Only a network of the catalogue, and a run of an earlier version
    that did not record what it costs, is built for it, with random weights.

    Args:
        given: A run folder, a `.keras` file, of which nothing is built, or the name of a network.
        size: (height, width) of the images of a named network.
        classes: Classes of a named network.
        backbone: Backbone of a named network; by default resnet50.

    Returns:
        What is known, with names as in the terminal: "parameters", "macs" (for one image) and
        "weights_bytes", each `{"trained": ..., "deployed": ...}` or a number; for a run also
        "settings", "epochs", "data", "versions", "device", "memory" (the peak while it trained, in
        bytes) and "best": the epoch, from 1, with its scores at the images' own size or, until the
        run is finished, those of its validation at the training size, in its own unit of depth.

    Raises:
        ConfigError: Neither a run folder, nor a file, nor a network.
        DataError: A damaged file.

    Example:
        >>> ak.experiments.info("unet", size=(96, 160), classes=13)["parameters"]["trained"]
        20177742
    """
    path = Path(given)
    if path.is_dir():
        run = load_run(path)
        try:
            return _run(run)
        except AuxnetError:
            raise
        except (AttributeError, LookupError, TypeError, ValueError, OverflowError) as error:
            remedy = "restore its manifest.json, history.csv and results.json from a copy"
            raise damaged(path, f"{type(error).__name__}: {error}", remedy) from error
    if path.suffix == ".keras":
        return _file(path)
    if str(given) in NETWORKS:
        return _network(str(given), size, classes, backbone)
    if path.exists() or "/" in str(given):
        raise ConfigError(
            "auxnet info describes a run folder, a .keras file, or a network of the catalogue "
            f"({', '.join(NETWORKS)}). Received: {str(given)!r}."
        )
    raise unknown("network, and no run folder either", str(given), NETWORKS)


def needs_keras(
    given: str | Path, *, size: tuple[int, int] = (224, 384), backbone: str | None = None
) -> bool:
    """Whether `info` builds a network; refuses one that cannot be built.

    Raises:
        ConfigError, DataError: As `info`.
    """
    path = Path(given)
    if path.is_dir():
        return load_run(path).costs is None
    if str(given) in NETWORKS and path.suffix != ".keras":
        _config(str(given), size, backbone)
        return True
    return False


def _run(run: Run) -> dict[str, Any]:
    facts, config = run.manifest.content, run.config
    costs = run.costs
    if costs is None:
        costs = network_costs(network(config, run.info.class_names, pretrained=False))
    done = len(run.history.get("epoch", []))
    found: dict[str, Any] = {
        "run": str(run.path),
        "settings": config.to_mapping(),
        "epochs": {"finished": done, "of": config.all_epochs},
        "finished": run.finished,
        **_costs(costs),
        "memory": run.peak_memory,
        "versions": dict(facts.get("versions", {})),
        "device": dict(facts.get("device", {})),
        "data": {
            "classes": list(run.info.class_names),
            "depth_unit": run.depth_unit,
            "frames": dict(facts["data"].get("frames", {})),
            "fingerprint": dict(facts["data"].get("fingerprint", {})),
        },
    }
    best = best_scores(run)
    return {**found, "best": best} if best else found


def _file(path: Path) -> dict[str, Any]:
    config, metadata, parameters = read_keras_config(path)
    try:
        count = macs(config)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        remedy = "save it again with Keras 3, or get it from its source again"
        raise damaged(path, f"a config that describes no network: {error!r}", remedy) from error
    return {
        "file": str(path),
        "network": str(config.get("class_name")),
        "parameters": parameters,
        "macs": count,
        "weights_bytes": _BYTES * parameters,
        "bytes": path.stat().st_size,
        "versions": {"keras": str(metadata.get("keras_version"))},
        "saved": str(metadata.get("date_saved")),
    }


def _network(
    name: str, size: tuple[int, int], classes: int, backbone: str | None
) -> dict[str, Any]:
    config = _config(name, size, backbone)
    model = network(config, tuple(map(str, range(classes))), pretrained=False)
    return {
        "network": name,
        "backbone": config.backbone,
        "size": list(size),
        "classes": classes,
        **_costs(network_costs(model)),
    }


def _config(name: str, size: tuple[int, int], backbone: str | None) -> RunConfig:
    return RunConfig(model=name, size=size, backbone=backbone, weights="none")


def _costs(costs: Costs) -> dict[str, Any]:
    return {
        "parameters": costs.parameters,
        "macs": costs.macs,
        "weights_bytes": {part: _BYTES * count for part, count in costs.parameters.items()},
    }
