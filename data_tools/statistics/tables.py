"""Tables and sentences of `Statistics`, for the terminal and for notebooks."""

from collections.abc import Sequence

from auxnet_keras.data.unit_names import SIGNS
from auxnet_keras.tables import escape
from auxnet_keras.tables.table import Table
from data_tools.statistics.findings import Findings

MAX_CLASSES = 60
"""Maximum number of rows of a table; the most frequent classes are shown."""

_MAX_PATHS = 3


def tables(found: Findings) -> list[tuple[str, Table]]:
    """(title, table): the splits in columns, and the classes that occur, most frequent first."""
    return [_splits(found)] + ([_classes(found)] if classes_by_share(found) else [])


def classes_by_share(found: Findings) -> list[str]:
    """The classes with pixels, by decreasing share in training, then in validation."""
    train, val = found.splits["train"], found.splits["val"]
    seen = [name for name in train.pixels if train.pixels[name] or val.pixels[name]]
    return sorted(seen, key=lambda name: (-train.share(name), -val.share(name)))


def notes(found: Findings) -> list[str]:
    """What does not fit in a table: drift, absent classes, unreadable files."""
    lines = []
    far = [
        f"{what} {value:.3f}"
        for what, value in (("classes", found.drift.classes), ("depth", found.drift.depth))
        if value is not None
    ]
    if far:
        lines.append(
            f"Jensen-Shannon divergence of train and val (0 equal, 1 disjoint): {', '.join(far)}"
        )
    if found.drift.changed:
        changed = [f"{n} {_percent(a)} -> {_percent(b)}" for n, a, b in found.drift.changed]
        lines.append(f"Most changed from train to val [% of pixels]: {', '.join(changed)}")
    for what, names in (
        ("In train only", found.drift.only_train),
        ("In val only", found.drift.only_val),
        ("Without a pixel", _absent(found)),
    ):
        if names:
            more = f", ... ({len(names)} classes)" if len(names) > MAX_CLASSES else ""
            lines.append(f"{what}: {', '.join(names[:MAX_CLASSES])}{more}")
    if found.splits["train"].with_depth and not found.depth_bins:
        lines.append("No depth bins: training has fewer distinct depths than the bins requested")
    if found.unreadable:
        number = len(found.unreadable)
        lines.append(
            f"{number} file{' is' if number == 1 else 's are'} not counted because "
            f"{'it' if number == 1 else 'they'} cannot be read; `auxnet data verify "
            f"{found.target}` says why: {', '.join(found.unreadable[:_MAX_PATHS])}"
            f"{', ...' if number > _MAX_PATHS else ''}"
        )
    return lines


def suggestions(found: Findings) -> list[tuple[str, str]]:
    """(title, Python to paste) for the class weights and the depth bins of training."""
    titles = {
        "median_frequency": "Class weights by median frequency",
        "enet": "Class weights by ENet's rule",
    }
    lines = [
        (titles[rule], f"PixelCrossEntropy(class_weights={_list(weights)})")
        for rule, weights in found.class_weights.items()
    ]
    unit = found.info.depth_unit
    at = SIGNS[unit]
    if unit == "disparity_px":
        at = "px of the files' width" if found.width is None else f"px at width {found.width}"
    for rule, edges in found.depth_bins.items():
        title = f"{len(edges) + 1} depth bins by rule {rule!r} [{at}]"
        lines.append((title, f"ClassWiseWeighting(depth_bins={_list(edges)})"))
    return lines


def findings_html(found: Findings) -> str:
    """All of it as HTML, for a notebook; names and paths are escaped."""
    parts = [f"<h4>{escape.html(found.target)}</h4>"]
    parts += [table.html(title) for title, table in tables(found)]
    parts += [f"<p>{escape.html(line)}</p>" for line in notes(found)]
    for title, code in suggestions(found):
        parts.append(f"<p>{escape.html(title)}</p><pre>{escape.html(code)}</pre>")
    return "\n".join(parts)


def _splits(found: Findings) -> tuple[str, Table]:
    splits = list(found.splits.values())
    unit = SIGNS[found.info.depth_unit]
    rows = [
        ("frames", *(f"{one.frames:,}" for one in splits)),
        ("with a label", *(f"{one.with_label:,}" for one in splits)),
        ("with depth", *(f"{one.with_depth:,}" for one in splits)),
        ("labels: pixels without a class [%]", *(_percent(one.unlabelled) for one in splits)),
        ("depths: pixels with a depth [%]", *(_percent(one.valid_depth) for one in splits)),
    ]
    for percent in dict.fromkeys(key for one in splits for key in one.depth_quantiles):
        values = (one.depth_quantiles.get(percent) for one in splits)
        rows.append((f"depth, {percent} % quantile [{unit}]", *map(_number, values)))
    return found.target, _table("", tuple(found.splits), rows)


def _classes(found: Findings) -> tuple[str, Table]:
    train, val = found.splits["train"], found.splits["val"]
    names = classes_by_share(found)
    place = {name: number for number, name in enumerate(found.info.class_names)}
    rows = [
        (
            name,
            *(_percent(one.share(name)) if one.with_label else "-" for one in (train, val)),
            *(f"{one.images[name]:,}" if one.with_label else "-" for one in (train, val)),
            *(_number(weights[place[name]]) for weights in found.class_weights.values()),
        )
        for name in names[:MAX_CLASSES]
    ]
    title = "Classes, in % of the pixels that have one"
    if len(names) > MAX_CLASSES:
        title += f": the {MAX_CLASSES} most frequent of {len(names)}"
    weights = tuple(
        {"median_frequency": "median freq.", "enet": "ENet"}[r] for r in found.class_weights
    )
    columns = ("train [%]", "val [%]", "images, train", "images, val", *weights)
    return title, _table("class", columns, rows)


def _table(corner: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    return Table(columns, tuple((row[0], row[1:]) for row in rows), corner=corner)


def _absent(found: Findings) -> list[str]:
    seen = set(classes_by_share(found))
    absent = [name for name in found.info.class_names if name not in seen] if seen else []
    return [f"{name} (counts as unlabelled)" if name == "void" else name for name in absent]


def _percent(share: float | None) -> str:
    return _number(None if share is None else 100 * share)


def _number(value: float | None) -> str:
    """Three significant digits; whole numbers from 100 on."""
    if value is None:
        return "-"
    if value == 0 or value >= 99.95:
        return f"{value:,.0f}"
    return f"{value:#.3g}"


def _list(values: Sequence[float]) -> str:
    return f"[{', '.join(f'{value:.6g}' for value in values)}]"
