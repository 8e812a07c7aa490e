"""The first part of a report: what helps, with its uncertainty."""

from collections.abc import Sequence
from pathlib import Path

from auxnet_keras import plots
from auxnet_keras.experiments.reports.comparison import Comparison, budgets, by_seed, mean
from auxnet_keras.experiments.reports.groups import Group
from auxnet_keras.experiments.reports.late_table import late_table
from auxnet_keras.experiments.reports.score_table import Cell, Row, ScoreTable
from auxnet_keras.experiments.reports.scored import Scored
from auxnet_keras.experiments.reports.scores import Score
from auxnet_keras.experiments.reports.section import Section, file_name
from auxnet_keras.experiments.reports.sentences import finding
from auxnet_keras.experiments.reports.table_rows import arms_of
from auxnet_keras.experiments.statistics.paired import paired
from auxnet_keras.experiments.statistics.verdict import HELPS

_PANELS = 4
_NOTE = (
    "Differences are paired by seed. The first interval is Student's; the second is a bootstrap "
    "(BCa), which is too narrow below about eight seeds. p comes from the paired t test, corrected "
    "with Holm's method for all comparisons of the same data and budget; the sign-flip p next to "
    "it assumes no normal distribution and is not corrected. A verdict needs p < 0.05."
)


def answer_section(group: Group, comparisons: Sequence[Comparison], out: Path) -> Section:
    """Verdicts, differences, curves over budgets and effects by class of a group."""
    own = [one for one in comparisons if one.data == group.name]
    if not own:
        return Section("Does it help?", "There is only one arm, so nothing to compare it with.")
    tables: dict[str, ScoreTable] = {}
    figures: dict[str, Path] = {}
    seen: set[str] = set()
    for baseline in dict.fromkeys(one.baseline for one in own):
        against = [one for one in own if one.baseline == baseline]
        score = against[0].score
        first = score.key not in seen  # of its task: the baseline; the others are controls
        seen.add(score.key)
        name = score.key if first else f"{score.key}_against_{file_name(baseline)}"
        tables[f"differences_{name}"] = difference_table(against)
        if first:
            runs = [run for run in group.runs if run.main == _main(group, baseline)]
            figures |= _figures(runs, against, out)
            late = late_table(runs, baseline, score)
            if late is not None:
                tables[f"late_{score.key}"] = late
    lines = "\n".join(f"- {finding(one)}" for one in own)
    return Section("Does it help?", f"{lines}\n\n{_NOTE}", tables, figures)


def _figures(runs: Sequence[Scored], own: Sequence[Comparison], out: Path) -> dict[str, Path]:
    """Caption -> figure: scores over budgets and over the training, and effects by class."""
    score, baseline = own[0].score, own[0].baseline
    figures = {}
    if len(budgets(runs)) > 1:
        path = out / f"budgets_{score.key}.png"
        _draw_budgets(runs, own, path)
        caption = (
            f"{score.title} over budgets of labels, with each arm's own 95 % interval; dotted: "
            f"the labels that {baseline} needs for the same score"
        )
        figures[caption] = path
    for labels in budgets(runs):
        curves = _progress(runs, labels, score)
        if any(len(seed) > 1 for seeds in curves.values() for seed in seeds):
            name = "" if labels is None else f"_{labels}"
            path = out / f"progress_{score.key}{name}.png"
            plots.progress_curve(curves, baseline, path, score=_title(score))
            budget = "all labels" if labels is None else f"{labels} labels"
            caption = (
                f"{score.title} during the training, {budget}: validation at the training size; "
                "strong lines are means, faint ones seeds"
            )
            figures[caption] = path
    panels = _panels(own)
    if panels:
        path = out / f"classes_{score.key}.png"
        plots.class_effects(panels, path, unit="points")
        caption = (
            "Differences of IoU by class, each with its own 95 % interval, not corrected for "
            "multiple tests"
        )
        figures[caption] = path
    return figures


def difference_table(comparisons: Sequence[Comparison]) -> ScoreTable:
    """A row for each arm and budget: difference, intervals, p, verdict."""
    score, worth = comparisons[0].score, comparisons[0].worth
    rows = []
    for one in comparisons:
        result = one.result
        cells = (
            _text("all" if one.labels is None else str(one.labels)),
            Cell(float(result.n), digits=0),
            _number(score, result.difference),
            _interval(score, result.interval),
            _interval(score, result.bootstrap_interval),
            _p(one.p_holm),
            _p(result.p_sign_flip),
            *([] if one.worth is None else [_text(str(one.worth))]),
            _text(one.verdict),
        )
        rows.append(Row(one.arm, cells))
    unit = f" [{score.unit}]" if score.unit else ""
    columns = (
        "labels",
        "n",
        f"difference of {score.title}{unit}",
        "95 % interval",
        "bootstrap",
        "p (Holm)",
        "p (sign flip)",
        *([] if worth is None else [f"labels {comparisons[0].baseline} needs for the same"]),
        "verdict",
    )
    return ScoreTable(f"against {comparisons[0].baseline}", columns, tuple(rows))


def _draw_budgets(runs: Sequence[Scored], own: Sequence[Comparison], path: Path) -> None:
    score, baseline = own[0].score, own[0].baseline
    count = {one.labels: one.budget for one in own}
    curves = {
        arm: {
            count[labels]: _point(by_seed(runs, arm, labels, score.key), score.scale)
            for labels in budgets(runs)
            if labels in count and by_seed(runs, arm, labels, score.key)
        }
        for arm in arms_of(runs)
    }
    worth: dict[str, tuple[int, float, float]] = {}
    for one in own:  # the smallest budget of each arm, where labels are scarce
        if one.verdict == HELPS and one.worth is not None and one.worth.beyond == 0:
            point = (one.budget, curves[one.arm][one.budget][0], one.worth.labels)
            worth.setdefault(one.arm, point)
    plots.budget_curve(curves, baseline, path, score=_title(score), worth=worth)


def _progress(
    runs: Sequence[Scored], labels: int | None, score: Score
) -> dict[str, list[dict[int, float]]]:
    """Arm -> {epoch: score} of each of its seeds."""
    curves: dict[str, list[dict[int, float]]] = {}
    for run in runs:
        if run.labels == labels:
            own = {epoch: score.scale * value for epoch, value in run.progress.items()}
            curves.setdefault(run.arm, []).append(own)
    return curves


def _title(score: Score) -> str:
    return f"{score.title} [%]" if score.unit else score.title


def _point(scores: dict[int, float | None], scale: float) -> tuple[float, float, float]:
    """Mean with its own interval: a paired interval belongs to two arms, not to one."""
    alone = paired(scores, dict.fromkeys(scores, 0.0))
    return scale * mean(scores), scale * alone.interval[0], scale * alone.interval[1]


def _panels(own: Sequence[Comparison]) -> dict[str, dict[str, tuple[float, float, float]]]:
    """The arms with the largest effects at the smallest budget that has any."""
    labels = own[0].labels
    shown = [one for one in own if one.labels == labels and one.classes]
    sign = 1 if own[0].score.larger_is_better else -1
    shown.sort(key=lambda one: -sign * one.result.difference)
    chosen = shown if len(shown) <= _PANELS else [*shown[: _PANELS - 1], shown[-1]]
    at = "" if labels is None else f", {labels} labels"
    return {
        f"{one.arm}{at}": {
            name: (100 * c.difference, 100 * c.interval[0], 100 * c.interval[1])
            for name, c in one.classes.items()
        }
        for one in chosen
    }


def _main(group: Group, arm: str) -> str:
    return next(run.main for run in group.runs if run.arm == arm)


def _text(text: str) -> Cell:
    return Cell(text=text)


def _number(score: Score, value: float) -> Cell:
    return Cell(text=score.signed(value)) if value == value else Cell()


def _interval(score: Score, ends: tuple[float, float]) -> Cell:
    if ends[0] != ends[0]:
        return Cell()
    return Cell(text=f"{score.signed(ends[0])} to {score.signed(ends[1])}")


def _p(value: float) -> Cell:
    if value != value:
        return Cell()
    return Cell(text="< 0.001") if value < 0.001 else Cell(value, digits=3)
