"""Reports on runs: reads, sorts and compares them, and writes the report."""

import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from auxnet_keras._version import __version__
from auxnet_keras.errors import DataError
from auxnet_keras.experiments.outputs.figures import TRACE
from auxnet_keras.experiments.reports.answer import answer_section
from auxnet_keras.experiments.reports.arms import named
from auxnet_keras.experiments.reports.auxnet_tables import class_section, network_section
from auxnet_keras.experiments.reports.boost_section import boost_section
from auxnet_keras.experiments.reports.boost_tables import runtime_section
from auxnet_keras.experiments.reports.collect import Collection, collect
from auxnet_keras.experiments.reports.comparison import Comparison, compare_arms
from auxnet_keras.experiments.reports.groups import Group, grouped
from auxnet_keras.experiments.reports.pages import Page, write_html, write_markdown
from auxnet_keras.experiments.reports.qualitative import picture_section, region_section
from auxnet_keras.experiments.reports.run_page import side_by_side
from auxnet_keras.experiments.reports.scored import Scored
from auxnet_keras.experiments.reports.scores import MAIN_SCORES
from auxnet_keras.experiments.reports.section import Section, file_name
from auxnet_keras.experiments.reports.sentences import summary
from auxnet_keras.experiments.run.json_files import write_json
from auxnet_keras.experiments.run.names import distinct_names
from auxnet_keras.experiments.run.run import Run

RESULTS = "results.json"
RUNS = "Run by run"

SIDE_BY_SIDE = 6
"""Most runs shown with all their pictures."""


def report(
    paths: str | Path | Sequence[str | Path], out: str | Path, *, pictures: bool = True
) -> dict[str, Any]:
    """Writes a report on one run or several, from their folders alone.

    `report.md` and a self-contained `report.html`; each table as Markdown, CSV and LaTeX; figures;
    and `results.json`. Up to six runs that are not a study are shown side by side, with all that
    their folders hold, finished or not; the first is the baseline of differences.

    Of finished runs, every arm is compared with the baseline of its main task, paired by seed. Runs
    that cannot be used (incomplete, of another version, on changed data) are listed with the
    reason, and all others are reported. Different data never shares a table.

    Args:
        paths: Folders of runs or studies, or folders that contain either.
        out: The folder of the report.
        pictures: Whether to draw predictions, which needs the data and takes minutes rather than
            seconds.

    Returns:
        {"scores": {data: {arm: {labels: {seed: score}}}}, "comparisons": [{"data", "labels",
        "arm", "baseline", "score", "difference", "interval", "p", "p_holm", "n", "verdict", ...}],
        "summary", "problems", "runs"}, as in `results.json`. Labels are strings, "all" without a
        budget; an IoU is a fraction; NaN is `None`.

    Raises:
        ConfigError: A path contains no run.
        DataError: No run is finished, and they are too many to show side by side; or the report
            cannot be written.

    Example:
        >>> results = ak.experiments.report("studies/help", "report")  # doctest: +SKIP
        >>> results["comparisons"][0]["verdict"]  # doctest: +SKIP
        'helps'
    """
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    return write_report(collect(given), Path(out), pictures=pictures)


def write_report(found: Collection, out: Path, *, pictures: bool) -> dict[str, Any]:
    """As `report`, for runs that have been read."""
    groups, comparisons, results = outcome(found)
    shown = shown_side_by_side(found)
    if not groups and not shown:
        listed = "\n".join(f"- {problem}" for problem in found.problems)
        raise DataError(
            "None of the runs is finished, so there is nothing to report:\n"
            f"{listed}\nReceived: {len(found.problems)} run(s), none of them with results."
        )
    written: dict[str, list[Section]] = {}
    for group in groups if compares(found) else ():
        folder = out if len(groups) == 1 else out / file_name(group.name)
        sections = [
            answer_section(group, comparisons, folder / "figures"),
            class_section(group),
            network_section(group),
            boost_section(group, folder / "figures"),
            runtime_section(group, found.baselines),
        ]
        if pictures:
            figures = folder / "figures"
            sections.append(region_section(group))
            sections.append(picture_section(group, comparisons, found.baselines, figures))
        written[group.name] = [section for section in sections if section is not None]
        for section in written[group.name]:
            section.write_tables(folder / "tables")
    page = _over_seeds(results, written)
    if shown:
        page = _with_runs(side_by_side(shown, out), page, found)
        for section in next(iter(page.groups.values())):
            section.write_tables(out / "tables" / "runs")
    write_markdown(page, out / "report.md")
    write_html(page, out / "report.html")
    write_json(results, out / RESULTS)
    return results


def shown_side_by_side(found: Collection) -> dict[str, Run]:
    """Name -> run, for a few runs that are not a study; else none."""
    if found.of_study or len(found.opened) > SIDE_BY_SIDE:
        return {}
    return dict(zip(distinct_names(found.opened), found.opened, strict=True))


def compares(found: Collection) -> bool:
    """Whether there are arms or seeds to compare: a run that is shown alone has neither."""
    return len(found.runs) > 1 or (bool(found.runs) and not shown_side_by_side(found))


def needs_backend(found: Collection, *, pictures: bool) -> bool:
    """Whether predictions, or the weights of a training that has not ended, are drawn."""
    undrawn = (
        run
        for run in shown_side_by_side(found).values()
        if not (run.path / "figures" / "curves.png").is_file()
    )
    return (pictures and compares(found)) or any((run.path / TRACE).is_file() for run in undrawn)


def outcome(found: Collection) -> tuple[list[Group], list[Comparison], dict[str, Any]]:
    """The groups of some runs, their comparisons, and both as `results.json` holds them."""
    groups, problems = grouped(found.runs)
    groups = [Group(one.name, tuple(_ordered(one, found.names, problems))) for one in groups]
    comparisons = [
        one for group in groups for one in compare_arms(group, found.baselines, found.controls)
    ]
    results = {
        "version": __version__,
        "summary": summary(comparisons),
        "scores": {group.name: _scores(group) for group in groups},
        "comparisons": [one.record() for one in comparisons],
        "problems": [*found.problems, *problems],
        "runs": [_run(group, run) for group in groups for run in group.runs],
    }
    return groups, comparisons, results


def _ordered(group: Group, names: dict[str, str], problems: list[str]) -> list[Scored]:
    """Named, in the order of the study's file; without one, single tasks come first.

    Two studies can give one name to different arms: then the first run of each place counts.
    """
    place = {name: number for number, name in enumerate(names.values())}
    first: dict[tuple[object, ...], Scored] = {}
    for run in named(group.runs, names):
        other = first.setdefault((run.arm, run.labels, run.seed), run)
        if other is not run:
            problems.append(
                f"{run.path} is left out: another study also has an arm named {run.arm!r}, with "
                f"other settings, and its run {other.path} counts. Report the studies separately, "
                f"or rename an arm in one study.json. Received: seed {run.seed}."
            )
    return sorted(
        first.values(),
        key=lambda run: (
            place.get(run.arm, len(place)),
            len(run.config.tasks),
            math.inf if run.labels is None else run.labels,
            run.seed,
        ),
    )


def _scores(group: Group) -> dict[str, Any]:
    scores: dict[str, Any] = {}
    for run in group.runs:
        of_budget = scores.setdefault(run.arm, {}).setdefault(_labels(run.labels), {})
        of_budget[str(run.seed)] = run.scores[MAIN_SCORES[run.main].key]
    return scores


def _run(group: Group, run: Scored) -> dict[str, Any]:
    return {
        "data": group.name,
        "arm": run.arm,
        "labels": _labels(run.labels),
        "seed": run.seed,
        "main": run.main,
        "version": run.version,
        "path": str(run.path),
        "scores": dict(run.scores),
    }


def _labels(labels: int | None) -> str:
    return "all" if labels is None else str(labels)


def _over_seeds(results: dict[str, Any], written: dict[str, list[Section]]) -> Page:
    lead = (
        f"{len(results['runs'])} run(s), auxnet_keras {results['version']}. Scores are on the "
        "validation frames, which also selected the epoch.\n\n" + results["summary"].rstrip()
    )
    return Page("Report", lead, written, notes=results["problems"])


def _with_runs(runs: Page, over_seeds: Page, found: Collection) -> Page:
    """The page of single runs, followed by their comparison over seeds."""
    compared = compares(found)
    groups = {RUNS if compared else "": runs.groups[""], **over_seeds.groups}
    notes = [*runs.notes, *(one for one in over_seeds.notes if one not in found.incomplete)]
    lead = f"{runs.lead}\n\n{over_seeds.lead}" if compared else runs.lead
    return dataclasses.replace(runs, lead=lead, groups=groups, notes=notes)
