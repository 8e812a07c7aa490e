"""The scores of a run, or of several side by side, as parts of a page."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from auxnet_keras.experiments.outputs.tables import (
    class_table,
    comparison,
    evaluation_table,
    part_name,
    part_table,
)
from auxnet_keras.experiments.reports.published_rows import THEIRS, published_classes
from auxnet_keras.experiments.reports.score_table import Row, ScoreTable
from auxnet_keras.experiments.reports.scores import MAIN_SCORES
from auxnet_keras.experiments.reports.section import Section
from auxnet_keras.experiments.reports.side_by_side import (
    Results,
    best_of,
    differences,
    iou_differences,
    iou_table,
    summary_table,
)
from auxnet_keras.experiments.run.run import Run
from auxnet_keras.experiments.score.parts import PARTS

Runs = Mapping[str, Run]
"""Name -> run; the first is the baseline."""

_PRIOR = (
    "The position prior predicts the class that is most frequent at each position; a network that "
    "is not better has learnt little."
)


def validated(run: Run) -> dict[int, float]:
    """Epoch -> the validation's score of the main task, at the training size."""
    column = run.history.get(f"val_{run.config.main}_{MAIN_SCORES[run.config.main].key}", [])
    return {number: value for number, value in enumerate(column, 1) if math.isfinite(value)}


def scores_section(runs: Runs, scored: Results) -> Section | None:
    """Scores next to the position prior's or, of several runs, to those of the first."""
    if not scored:
        return None
    first = next(iter(scored.values()))
    text = (
        f"On {first['frames']} frames ({first['split']}) at the images' own size, with the weights "
        "of the best epoch, which was chosen on the validation frames."
    )
    if len(runs) == 1:
        whole = evaluation_table(first)
        rows = tuple(row for row in whole.rows if not row[0].startswith("IoU "))
        table = dataclasses.replace(whole, rows=rows, corner="score")
        prior = f" {_PRIOR}" if "segmentation" in first else ""
        return Section("Scores", text + prior, {"scores": table})
    if not _comparable(runs, scored):
        text = (
            "The runs are scored on different frames, so their numbers do not compare: no best, "
            "and no differences."
        )
        return Section("Scores", text, {"scores": comparison(scored)})
    text += f" The best of a row is bold; differences are from {next(iter(scored))}."
    return Section("Scores", text, {"scores": summary_table(scored)})


def class_section(runs: Runs, scored: Results) -> Section | None:
    """IoU of every class, and the paper's where the classes fit."""
    title = "Scores of every class"
    if not scored:
        return None
    name, first = next(iter(scored.items()))
    kind = runs[name].config.data
    figures = {
        title if len(runs) == 1 else f"{one}: scores of every class": path
        for one, run in runs.items()
        if (path := run.path / "figures" / "classes.png").is_file()
    }
    tables: dict[str, Any] = {}
    if len(runs) == 1:
        classes = class_table(first)
        if classes.rows:
            tables["classes"] = classes
        rows = iou_table(scored, kind)
        if rows is not None and _published(rows, kind):
            tables["iou"] = rows
    elif _comparable(runs, scored):
        rows = iou_table(scored, kind)
        if rows is not None:
            tables["iou"] = rows
            changes = iou_differences(rows)
            tables |= {} if changes is None else {"iou_differences": changes}
    if not tables and not figures:
        return None
    text = THEIRS if "iou" in tables and _published(tables["iou"], kind) else ""
    return Section(title, text, tables, figures=figures)


def parts_section(runs: Runs, scored: Results) -> Section | None:
    """Scores of near, middle and far pixels, and along class borders."""
    title = "Parts of the images"
    with_parts = {name: one for name, one in scored.items() if "parts" in one}
    if not with_parts:
        return None
    first = next(iter(with_parts.values()))
    if len(runs) == 1:
        return Section(
            title, tables={"parts": dataclasses.replace(part_table(first), corner="part")}
        )
    main = next(iter(runs.values())).config.main
    if not _comparable(runs, scored):
        return None
    score = MAIN_SCORES[main]
    rows = []
    for part in PARTS:
        values = [one["parts"].get(part, {}).get(main, {}).get(score.key)
                  for one in with_parts.values()]  # fmt: skip
        if any(value is not None for value in values):
            cells = (*best_of(values, score.larger_is_better, 4), *differences(values, 4))
            rows.append(Row(part_name(part, first["parts"]), cells))
    baseline, *others = with_parts
    columns = (*with_parts, *(f"{name} - {baseline}" for name in others))
    return Section(title, tables={"parts": ScoreTable(score.title, columns, tuple(rows))})


def _published(table: ScoreTable, kind: str) -> bool:
    return bool(published_classes(kind, table.columns))


def _comparable(runs: Runs, scored: Results) -> bool:
    """Whether all scored runs are scored on the same frames and classes."""
    found = set()
    for name, one in scored.items():
        data = runs[name].manifest.content["data"]
        ignored = runs[name].config.ignore_void
        found.add((data["fingerprint"]["val"], one["split"], one["frames"], ignored))
    return len(found) == 1
