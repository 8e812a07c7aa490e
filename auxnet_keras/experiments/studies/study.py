"""Runs a study from its file to its report."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from auxnet_keras.core.whole_numbers import check_whole
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.cluster.discovery import check_alone
from auxnet_keras.experiments.reports.arms import config_digest
from auxnet_keras.experiments.reports.collect import STUDY, collect
from auxnet_keras.experiments.reports.report import write_report
from auxnet_keras.experiments.run.json_files import write_json
from auxnet_keras.experiments.studies.forecast import power_text, time_table
from auxnet_keras.experiments.studies.plan import Planned, planned
from auxnet_keras.experiments.studies.runner import missing, train_all
from auxnet_keras.experiments.studies.study_file import Study, read_study
from auxnet_keras.storage.lock import hold_lock


def study(
    given: str | Path | Mapping[str, Any],
    out: str | Path,
    *,
    data: str | Sequence[str] | None = None,
    jobs: int = 1,
) -> dict[str, Any]:
    """Trains the missing runs of a study, compares its arms and writes a report.

    A study is arms (run settings) x budgets of labels x seeds, over one or more data sets. All arms
    are checked before the first run. The same call resumes after a kill; results of other code,
    data or settings are refused rather than mixed. Arms are compared with the first arm, or the
    arm named by `baseline`, paired by seed.

    Args:
        given: A YAML file, the name of a packaged study, or a mapping with `data`, `limit`,
            `labels` (budgets, or "all"), `seeds` (a count or a list), `cross_validate` (whether
            each seed validates on another fifth of the frames), `steps` (with labels, the same for
            every budget, in place of `epochs`), `baseline`, `controls` (arm -> another arm to
            compare it with), `base` and `arms`.
        out: The output folder: `runs/`, `log.txt`, and the report, as `report` writes it.
        data: `KIND[:ROOT]` of one or more data sets, instead of the study's own.
        jobs: How many runs train at the same time, each on its own GPU, or on an equal share of the
            CPU threads. It may change between two calls.

    Returns:
        As `report`: what `results.json` holds.

    Raises:
        ConfigError: The study is invalid: an unknown setting, a budget that exceeds the available
            labels, or a folder with results of something else; there are fewer GPUs than `jobs`;
            this is one of several processes of a cluster.
        DataError: As raised by the readers; or every run failed.

    Example:
        >>> results = ak.experiments.study("does-it-help", "studies/help")  # doctest: +SKIP
        >>> [(one["arm"], one["verdict"]) for one in results["comparisons"]]  # doctest: +SKIP
    """
    out = Path(out)
    check_whole("jobs", jobs, least=1)
    check_alone(os.environ, "A study trains its runs in processes of its own, on one host.")
    checked, runs = checked_study(given, out, data)
    missing_runs = missing(runs)
    with hold_lock(out, "running this study", ConfigError):
        # What a report needs in addition to the runs themselves.
        names = {config_digest(run.config): run.arm for run in runs}
        write_json(
            {"arms": names, "baselines": checked.baselines, "controls": checked.controls},
            out / STUDY,
        )
        failures = (
            train_all(missing_runs, len(runs) - len(missing_runs), out, jobs)
            if missing_runs
            else []
        )
        found = collect([out])
        found.problems[:0] = failures
        return write_report(found, out, pictures=True)


def forecast(
    given: str | Path | Mapping[str, Any],
    out: str | Path,
    *,
    data: str | Sequence[str] | None = None,
) -> str:
    """The plan of a study as Markdown: its runs, the time they take, the power of its seeds.

    Args:
        given, out, data: As for `study`.

    Raises:
        ConfigError, DataError: As `study`.
    """
    out = Path(out)
    checked, runs = checked_study(given, out, data)
    missing_runs = missing(runs)
    table = time_table(runs, missing_runs, out)
    return f"{table.markdown()}\n{power_text(checked, runs, out)}"


def checked_study(
    given: str | Path | Mapping[str, Any], out: Path, data: str | Sequence[str] | None
) -> tuple[Study, list[Planned]]:
    """The checked study and its runs."""
    checked = read_study(given, [data] if isinstance(data, str) else data)
    return checked, planned(checked, out)
