"""Reports on runs: reads, sorts and compares them, and writes the report."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from auxnet_keras._version import __version__
from auxnet_keras.errors import DataError
from auxnet_keras.experiments.reports.answer import answer_section
from auxnet_keras.experiments.reports.arms import named
from auxnet_keras.experiments.reports.auxnet_tables import class_section, network_section
from auxnet_keras.experiments.reports.boost_section import boost_section
from auxnet_keras.experiments.reports.boost_tables import runtime_section
from auxnet_keras.experiments.reports.collect import Collection, collect
from auxnet_keras.experiments.reports.comparison import Comparison, compare_arms
from auxnet_keras.experiments.reports.groups import Group, grouped
from auxnet_keras.experiments.reports.pages import write_html, write_markdown
from auxnet_keras.experiments.reports.qualitative import picture_section, region_section
from auxnet_keras.experiments.reports.scored import Scored
from auxnet_keras.experiments.reports.scores import MAIN_SCORES
from auxnet_keras.experiments.reports.section import Section, file_name
from auxnet_keras.experiments.reports.sentences import summary
from auxnet_keras.experiments.run.json_files import write_json

RESULTS = "results.json"


def report(
    paths: str | Path | Sequence[str | Path], out: str | Path, *, pictures: bool = True
) -> dict[str, Any]:
    """Writes a report on several runs, from their folders alone.

    `report.md` and a self-contained `report.html`; each table as Markdown, CSV and LaTeX; figures;
    and `results.json`. Every arm is compared with the baseline of its main task, paired by seed.
    Runs that cannot be used (incomplete, of another version, on changed data) are listed with the
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
        DataError: No run is finished, or the report cannot be written.

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
    if not groups:
        listed = "\n".join(f"- {problem}" for problem in found.problems)
        raise DataError(
            "None of the runs is finished, so there is nothing to report:\n"
            f"{listed}\nReceived: {len(found.problems)} run(s), none of them with results."
        )
    written: dict[str, list[Section]] = {}
    for group in groups:
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
            for name, table in section.tables.items():
                table.write(folder / "tables", name)
    _write_pages(results, written, out)
    write_json(results, out / RESULTS)
    return results


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


def _write_pages(results: dict[str, Any], written: dict[str, list[Section]], out: Path) -> None:
    runs, problems = len(results["runs"]), results["problems"]
    title = "Report"
    lead = (
        f"{runs} run(s), auxnet_keras {results['version']}. Scores are on the validation frames, "
        "which also selected the epoch.\n\n" + results["summary"].rstrip()
    )
    listed = "\n".join(f"- {problem}" for problem in problems)
    notes = f"\n\nNotes and omissions:\n\n{listed}" if problems else ""
    write_markdown(title, lead + notes, written, out / "report.md")
    write_html(title, lead, problems, written, out / "report.html")
