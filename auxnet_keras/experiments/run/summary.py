"""What a run says about itself: in one line for the terminal, as a table in a notebook."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from auxnet_keras.core.printable import printable
from auxnet_keras.errors import AuxnetError
from auxnet_keras.experiments.outputs.tables import LABELS
from auxnet_keras.experiments.run.best_epoch import Trained, best_scores
from auxnet_keras.experiments.run.manifest import Manifest
from auxnet_keras.tables.table import Table

FIRST = {"segmentation": ("mean_iou",), "depth": ("abs_rel",)}
"""The scores of a task in one line."""

SHOWN = {
    "segmentation": ("mean_iou", "fw_iou", "pixel_accuracy"),
    "depth": ("abs_rel", "rmse", "delta_1"),
}
"""The scores of a task in a table."""


class Summarised(Trained, Protocol):
    """What is asked of a run."""

    path: Path

    @property
    def name(self) -> str:
        """Its folder's name."""

    @property
    def finished(self) -> bool:
        """Whether it is complete."""

    @property
    def manifest(self) -> Manifest:
        """Its manifest."""


def line(run: Summarised) -> str:
    """Name, state, main settings and best scores in one line; never raises on damaged files."""
    rows = _rows(run, FIRST)
    facts = [rows[name] for name in ("state", "network", "data", *run.config.tasks) if name in rows]
    return f"Run({str(run.path)!r}: {printable('; '.join(facts))})"


def html(run: Summarised) -> str:
    """The same with more scores and settings, as an HTML table with all texts escaped."""
    rows = _rows(run, SHOWN)
    cells = tuple((name, (text,)) for name, text in rows.items())
    return Table((run.name,), cells, corner="run").html()


def state(run: Summarised) -> str:
    """Such as `not finished, 3 of 20 epochs`."""
    done, every = len(run.history.get("epoch", [])), run.config.all_epochs
    events = [event.get("event") for event in run.manifest.content["events"]]
    word = "finished" if run.finished else "interrupted" if events[-1:] == ["interrupt"] else ""
    word = word or ("not finished" if events or done else "not started")
    return f"{word}, {done} of {every} epochs"


def _rows(run: Summarised, scores: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    rows: dict[str, str] = {}
    try:
        rows["state"] = state(run)
        rows |= dict(_settings(run))
        rows |= dict(_scores(best_scores(run), run.config.tasks, scores))
    except (AuxnetError, OSError, LookupError, TypeError, ValueError) as error:
        rows |= {"state": f"damaged: {error}", **dict(_settings(run))}
    return rows


def _settings(run: Summarised) -> Iterator[tuple[str, str]]:
    config = run.config
    on = f" on {config.backbone}" if config.backbone else ""
    weighting = "" if config.weighting == "none" else f", weighting {config.weighting}"
    yield "network", f"{config.model}{on}, {' + '.join(config.tasks)}{weighting}"
    yield "data", config.data if config.root is None else f"{config.data}:{config.root}"
    height, width = config.size
    yield (
        "training",
        (
            f"{height}x{width}, {config.batch_size} images per step, "
            f"learning rate {config.learning_rate:g}, seed {config.seed}"
        ),
    )


def _scores(
    best: Mapping[str, Any], tasks: tuple[str, ...], shown: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, str]]:
    if best:
        yield "best epoch", str(best["epoch"])
    for task in tasks:
        found = best.get(task, {})
        keys = [key for key in shown.get(task, ()) if found.get(key) is not None]
        if keys:
            yield task, ", ".join(f"{LABELS[key]} {found[key]:.3f}" for key in keys)
