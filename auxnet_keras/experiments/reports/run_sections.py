"""The parts of a run's page, or of several runs side by side."""

import functools
from collections.abc import Callable
from pathlib import Path

from auxnet_keras import plots
from auxnet_keras.errors import AuxnetError
from auxnet_keras.experiments.outputs.figures import write_curves
from auxnet_keras.experiments.outputs.tables import LABELS
from auxnet_keras.experiments.reports.run_facts import (
    data_section,
    repeat_section,
    settings_section,
    versions_section,
)
from auxnet_keras.experiments.reports.run_scores import (
    Runs,
    class_section,
    parts_section,
    scores_section,
    validated,
)
from auxnet_keras.experiments.reports.scores import MAIN_SCORES
from auxnet_keras.experiments.reports.section import Section, file_name
from auxnet_keras.experiments.score.per_image import FILE, SCORES, read_per_image, worst_first
from auxnet_keras.tables.table import Table

WORST = 8
"""Images listed, as in `worst.png`."""

CAPTIONS = {
    "class_weights.png": "Class weights by epoch; frozen epochs are hatched",
    "gradients.png": "The tasks' gradients on one batch, compared as the training went on",
    "confusion.png": "Shares of each true class, and pixels",
    "worst.png": "Image, truth, prediction and error of the worst",
    "qualitative.png": "Evenly spaced validation images, with the best weights",
    "train_batch.png": "The first batch as the network got it",
}


def run_sections(runs: Runs, scratch: Path | None = None) -> tuple[list[Section], list[str]]:
    """All that the run folders say, in the order of interest, and a sentence for damaged parts.

    A part without content is left out, such as the parts of images in a run of 0.1.0.

    Args:
        runs: Name -> run; the first is the baseline of differences.
        scratch: Where to draw the curves that no run folder has; `None` draws nothing.
    """
    problems: list[str] = []
    results = {}
    for name, run in runs.items():
        try:
            results[name] = run.results
        except AuxnetError as error:
            problems.append(str(error))
    scored = {name: one for name, one in results.items() if one}
    pictures = functools.partial(_pictures, runs)
    builders: dict[str, Callable[[], Section | None]] = {
        "Scores": lambda: scores_section(runs, scored),
        "Scores of every class": lambda: class_section(runs, scored),
        "Parts of the images": lambda: parts_section(runs, scored),
        "Curves": lambda: _curves(runs, scratch),
        "Class weights": lambda: pictures("Class weights", "class_weights.png"),
        "Gradients": lambda: pictures("Gradients", "gradients.png"),
        "Confusion matrix": lambda: pictures("Confusion matrix", "confusion.png"),
        "Worst images": lambda: _worst(runs),
        "Predictions": lambda: pictures("Predictions", "qualitative.png"),
        "Training data": lambda: pictures("Training data", "train_batch.png"),
        "Settings": lambda: settings_section(runs),
        "Data": lambda: data_section(runs),
        "Versions": lambda: versions_section(runs),
        "How to reproduce": lambda: repeat_section(runs),
    }
    sections = []
    for title, build in builders.items():
        try:
            sections.append(build())
        except AuxnetError as error:
            problems.append(str(error))
        except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
            problems.append(
                f"The part {title!r} is left out, because a file of the run folder is incomplete. "
                f"Received: {type(error).__name__}: {error}."
            )
    return [section for section in sections if section is not None], problems


def _curves(runs: Runs, scratch: Path | None) -> Section | None:
    figures: dict[str, Path] = {}
    together = scratch / "main_scores.png" if scratch and len(runs) > 1 else None
    if together is not None and draw_scores(runs, together):
        figures["The main task's score of every run by epoch, on the validation frames"] = together
    for name, run in runs.items():
        drawn = run.path / "figures" / "curves.png"
        if not drawn.is_file() and scratch is not None and run.history:
            folder = scratch / file_name(name)
            write_curves(run, folder)
            drawn = folder / "curves.png"
        if drawn.is_file():
            figures[_caption("Losses, scores and weights by epoch", name, runs)] = drawn
    return Section("Curves", figures=figures) if figures else None


def draw_scores(runs: Runs, path: Path) -> bool:
    """Draws the main score of every run; not for runs of different main tasks, or without one."""
    mains = {run.config.main for run in runs.values()}
    if len(mains) > 1:
        return False
    score = MAIN_SCORES[mains.pop()]
    curves = {name: [validated(run)] for name, run in runs.items()}
    if not any(one for (one,) in curves.values()):
        return False
    plots.progress_curve(curves, next(iter(runs)), path, score=score.title)
    return True


def _pictures(runs: Runs, title: str, file: str) -> Section | None:
    """A picture of every run folder that has it."""
    found = {
        _caption(CAPTIONS[file], name, runs): run.path / "figures" / file
        for name, run in runs.items()
        if (run.path / "figures" / file).is_file()
    }
    return Section(title, figures=found) if found else None


def _worst(runs: Runs) -> Section | None:
    """The images on which the first run is worst, with the scores of all runs."""
    first, *_ = runs.values()
    scores = {
        name: {image.name: image.scores for image in read_per_image(run.path / FILE)}
        for name, run in runs.items()
        if (run.path / FILE).is_file()
    }
    pictures = _pictures(runs, "Worst images", "worst.png")
    if next(iter(runs)) not in scores:
        return pictures
    tasks = first.config.tasks if len(runs) == 1 else first.config.tasks[:1]
    keys = [key for task in tasks for key in SCORES.get(task, ())]
    worst = worst_first(read_per_image(first.path / FILE), keys[0])[:WORST]
    columns: list[str] = []
    for name in scores:
        columns += [LABELS[key] if len(runs) == 1 else f"{LABELS[key]}, {name}" for key in keys]
    rows = []
    for image in worst:
        values = [scores[name].get(image.name, {}).get(key) for name in scores for key in keys]
        rows.append((image.file, tuple(values)))
    return Section(
        "Worst images",
        f"The {len(rows)} validation images with the worst {LABELS[keys[0]]}"
        f"{'' if len(runs) == 1 else ' of the first run'}, the worst first.",
        {"worst": Table(tuple(columns), tuple(rows), corner="image")},
        figures=pictures.figures if pictures else {},
    )


def _caption(text: str, name: str, runs: Runs) -> str:
    return text if len(runs) == 1 else f"{name}: {text[0].lower()}{text[1:]}"
