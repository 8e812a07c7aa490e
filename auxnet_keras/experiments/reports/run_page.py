"""report.html of a run folder: one file that shows everything about a run, offline."""

import math
from collections.abc import Mapping
from pathlib import Path

from auxnet_keras.errors import AuxnetError
from auxnet_keras.experiments.config.smoke import SMOKE
from auxnet_keras.experiments.outputs.tables import LABELS
from auxnet_keras.experiments.reports.pages import Page, write_html
from auxnet_keras.experiments.reports.run_scores import Runs
from auxnet_keras.experiments.reports.run_sections import run_sections
from auxnet_keras.experiments.reports.scores import MAIN_SCORES
from auxnet_keras.experiments.run.best_epoch import best_epoch
from auxnet_keras.experiments.run.run import Run

FILE = "report.html"


def write_run_page(run: Run) -> None:
    """Writes `report.html` into the folder of a run that has been scored.

    Raises:
        DataError: The file cannot be written.
    """
    sections, problems = run_sections({run.name: run})
    page = Page(
        run.name, lead(run), {"": sections}, tiles(run), [*remarks(run, ends=True), *problems]
    )
    write_html(page, run.path / FILE)


def lead(run: Run) -> str:
    """What was trained, in a sentence."""
    config = run.config
    helped = f" helped by {config.tasks[1]}" if config.tasks[1:] else " alone"
    weighting = f", weighting {config.weighting}" if config.tasks[1:] else ""
    backbone = f" with the backbone {config.backbone}" if config.backbone else ""
    return (
        f"{config.main.capitalize()}{helped}: {config.model}{backbone} on {config.data}, "
        f"{config.size[0]}x{config.size[1]}{weighting}, seed {config.seed}."
    )


def tiles(run: Run) -> list[tuple[str, str]]:
    """The scores, epochs and costs of a run; what is unknown is left out."""
    found: list[tuple[str, str]] = []
    try:
        results, kept = run.results, _kept(run)
        for task in run.config.tasks:
            score = MAIN_SCORES[task]
            value = results.get(task, {}).get(score.key)
            label = f"{LABELS[score.key]}, {task}"
            if value is None:
                value = kept.get(f"val_{task}_{score.key}", math.nan)
                label = f"{LABELS[score.key]} at the training size, {task}"
            if math.isfinite(value):
                found.append((label, f"{value:.3f}"))
        if kept:
            found.append(("best epoch", f"{int(kept['epoch'])}"))
        done = len(run.history.get("epoch", []))
        found.append(("epochs", f"{done} of {run.config.all_epochs}"))
        frames = run.manifest.content.get("data", {}).get("frames", {})
        if "train" in frames:
            found.append(("training images", f"{frames['train']:,}"))
        costs = run.costs
        if costs is not None:
            found.append(("parameters deployed", f"{costs.parameters['deployed']:,}"))
            if costs.macs["deployed"]:
                found.append(("MACs of an image", f"{costs.macs['deployed'] / 1e9:.2f} G"))
    except (AuxnetError, AttributeError, KeyError, TypeError, ValueError):
        return found  # the sections say what is damaged
    return found


def remarks(run: Run, *, ends: bool = False) -> list[str]:
    """What is missing of a run, and why.

    Args:
        run: The run.
        ends: Whether its training has ended, which its manifest does not yet say.
    """
    notes = [SMOKE] if run.config.smoke else []
    if ends or run.finished:
        return notes
    try:
        done = len(run.history.get("epoch", []))
    except AuxnetError:
        done = run.epochs_saved
    of = run.config.all_epochs
    missing = "Its scores at the images' own size, its confusion matrix and its pictures"
    if not done:
        notes.append(f"{run.name} has no finished epoch yet (0 of {of}). {missing} are missing.")
    elif (run.path / "results.json").is_file():
        notes.append(
            f"{run.name} is being continued ({done} of {of} epochs). Scores and pictures are those "
            "of its earlier end."
        )
    else:
        notes.append(
            f"{run.name} is not finished ({done} of {of} epochs); the same command resumes it. "
            f"{missing} are missing until then."
        )
    return notes


def side_by_side(runs: Runs, out: Path) -> Page:
    """The page of runs from anywhere, finished or not; what is missing is drawn to `out`."""
    sections, problems = run_sections(runs, out / "figures")
    notes = [note for run in runs.values() for note in remarks(run)] + problems
    if len(runs) == 1:
        (run,) = runs.values()
        return Page(run.name, lead(run), {"": sections}, tiles(run), notes)
    listed = "\n".join(f"- {name}: {lead(run)}" for name, run in runs.items())
    return Page(f"{len(runs)} runs side by side", listed, {"": sections}, _best_tiles(runs), notes)


def _best_tiles(runs: Runs) -> list[tuple[str, str]]:
    """The first tile, the main score, of every run."""
    return [
        (f"{name}: {label}", value) for name, run in runs.items() for label, value in tiles(run)[:1]
    ]


def _kept(run: Run) -> Mapping[str, float]:
    """The history's row of the best epoch; empty before it."""
    column = run.history.get(f"val_{run.config.main}_loss", [])
    if not any(map(math.isfinite, column[run.config.auxiliary_first or 0 :])):
        return {}
    return best_epoch(run)
